"""What staff take away as files, and what waits for them."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from modules.orders.interface import ClaimReason
from modules.orders.jobs import put_in_writing
from modules.orders.models import Claim, Order
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_promotions import begin
from modules.orders.tests.test_staff_pages import person
from tiffin import clock, ids
from tiffin.admin import exporting
from tiffin.models import Job, JobState, StaffAction
from tiffin.testing import settle, waiting

pytestmark = pytest.mark.database


def exported(staff, table: str, query: str = "") -> list[dict[str, str]]:
    answer = staff.get(f"/admin/orders/{table}/export.csv{query}")
    assert answer.status_code == 200, answer.content
    assert answer.streaming
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_an_order_in_a_file_says_its_money_and_its_zone(dinner) -> None:
    (row,) = exported(person("finance"), "order")
    order = order_of(dinner)
    assert (row["id"], row["code"], row["status"]) == (str(order.id), order.code, "delivered")
    assert (row["total_minor"], row["total"], row["currency"]) == (str(order.total), "55.92", "GBP")
    assert row["time_zone"] == "Europe/London"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", row["delivered_at"])
    assert "sealed" not in row
    done = StaffAction.objects.using("orders").get(action="export")
    assert done.subject == "order"


def test_a_file_holds_what_the_page_shows(kitchen, customer, monkeypatch) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    placed = [scenes.place(kitchen, customer) for _ in range(5)]
    settle()
    scenes.reject(placed[0])
    staff = person("finance")
    assert [row["id"] for row in exported(staff, "order")] == sorted(str(order.id) for order in placed)
    (cancelled,) = exported(staff, "order", "?status_name=cancelled")
    assert cancelled["code"] == placed[0].code
    (found,) = exported(staff, "order", f"?q={placed[1].code}")
    assert found["id"] == str(placed[1].id)
    assert exported(person("finance", region="pl"), "order") == []
    assert person().get("/admin/orders/order/export.csv").status_code == 403
    assert staff.get("/admin/orders/order/export.csv?nonsense=1").status_code == 302
    link = f'href="export.csv?q={placed[1].code}"'
    assert link in staff.get(f"/admin/orders/order/?q={placed[1].code}").content.decode()


def test_no_cell_is_run_by_a_spreadsheet(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1"):
        Order.objects.filter(pk=order.id).update(restaurant_name=text)
        (row,) = exported(person("finance"), "order")
        assert row["restaurant"] == f"'{text}"
    (row,) = exported(person("finance"), "order")
    assert not row["total_minor"].startswith("'")


def test_claims_refunds_and_ratings_in_files(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    staff = person("finance")
    (made,) = exported(staff, "claim")
    assert (made["granted_minor"], made["granted"], made["reason"]) == ("577", "5.77", "missing")
    (back,) = exported(staff, "refund")
    assert (back["amount"], back["claim_id"], bool(back["done_at"])) == ("5.77", made["id"], True)
    assert exported(staff, "rating") == []


def test_receipts_and_their_corrections_in_a_file(dinner) -> None:
    put_in_writing()
    claim(dinner, (1, 1))
    settle()
    put_in_writing()
    staff = person("finance")

    rows = exported(staff, "receipt")

    assert sum(int(row["total_minor"]) for row in rows) == dinner.total.amount - 577
    receipts = {row["number"]: row for row in rows if row["kind"] == "receipt"}
    assert {row["party"] for row in receipts.values()} == {"restaurant", "platform", "courier"}
    for row in rows:
        assert (row["order_code"], row["region"], row["time_zone"]) == (dinner.code, "gb", "Europe/London")
        assert Decimal(row["total"]) * 100 == int(row["total_minor"])
        assert bool(row["issuer"]) is (row["party"] != "courier")
        if row["kind"] == "correction":
            assert row["corrects"] in receipts
            assert int(row["total_minor"]) < 0
    assert [row["number"] for row in exported(staff, "receipt", "?party_name__exact=courier")] == [
        number for number, row in receipts.items() if row["party"] == "courier"
    ]
    assert exported(person("finance", region="pl"), "receipt") == []


def test_promotions_used_in_a_file(kitchen, customer) -> None:
    begin(kind="percentage", percent=Decimal(10), title="Soup week", code="SOUP")
    order = scenes.place(kitchen, customer, promotion_code="SOUP")
    (row,) = exported(person("finance"), "promotionuse")
    assert (row["promotion"], row["code"], row["order_code"]) == ("Soup week", "SOUP", order.code)
    assert (row["amount"], row["currency"], row["funded_by"]) == ("1.25", "GBP", "platform")
    assert (bool(row["used_at"]), row["released_at"]) == (True, "")


def test_a_list_shows_what_was_made_lately(kitchen, customer) -> None:
    old = scenes.place(kitchen, customer)
    with clock.shift(timedelta(hours=2)):
        new = scenes.place(kitchen, customer)
        for made, found in (("hour", {new.code}), ("day", {new.code, old.code}), ("", {new.code, old.code})):
            assert {row["code"] for row in exported(person("support"), "order", f"?made={made}")} == found


def test_what_waits_for_a_person_is_counted_and_one_click_away(kitchen, customer, dinner) -> None:
    staff = person("support")
    assert {count for count, _ in waiting(staff).values()} == {"0"}
    assert "Nothing waits for a person." in staff.get("/admin/queues/").content.decode()
    stuck = scenes.place(kitchen, customer)
    past = clock.now() - timedelta(hours=1)
    Order.objects.filter(pk=stuck.id).update(waits_until=past)
    claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    Claim.objects.update(state_name="open")
    Job.objects.using("orders").create(
        id=ids.new_id(), key=ids.new_id(), slot="x", name="x", due=past, state=JobState.HELD,
        correlation=ids.new_id(), region="gb",
    )  # fmt: skip
    found = waiting(staff)
    assert found["orders: Stuck orders"][0] == "1"
    assert found["orders: Claims to decide"][0] == "1"
    assert found["orders: Jobs given up"][0] == "1"
    assert "notifications: Messages that failed" in found
    listed = staff.get(found["orders: Stuck orders"][1]).content.decode()
    assert stuck.code in listed
    assert order_of(dinner).code not in listed
    elsewhere = waiting(person("support", region="pl"))
    assert {count for count, _ in elsewhere.values()} == {"0"}
    assert waiting(person()) == {}
