"""Receipts: numbers without gaps whatever happens, and amounts that are the bill to the unit."""

from __future__ import annotations

import json
from collections import defaultdict
from uuid import uuid4

import pytest

from modules.orders.interface import ClaimReason, Orders, Party, ReceiptKind, ReceiptUnknown
from modules.orders.jobs import put_in_writing
from modules.orders.models import Receipt
from modules.orders.services import appeal, decide_claim
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim, give_back
from modules.orders.tests.test_lateness import bring
from modules.orders.tests.test_staff_pages import person
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

# --- what is written -------------------------------------------------------------------------------


@pytest.mark.database
def test_nothing_is_written_before_it_is_delivered_and_paid(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    put_in_writing()
    assert call(Orders).receipts(customer_id=customer, order_id=order.id) == ()


@pytest.mark.database
def test_a_delivered_order_is_in_writing_to_the_penny(dinner) -> None:
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    assert {each.issuer for each in found} == {Party.RESTAURANT, Party.PLATFORM, Party.COURIER}
    assert sum(each.total.amount for each in found) == dinner.total.amount
    assert sum(each.tax.amount for each in found) == dinner.price.tax.amount
    (food,) = [each for each in found if each.issuer is Party.RESTAURANT]
    assert (food.issuer_name, food.kind, food.corrects) == ("Noodle Bar", ReceiptKind.RECEIPT, None)
    put_in_writing()
    assert len(call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)) == 3


@pytest.mark.database
def test_what_goes_back_is_corrected_under_a_number_of_its_own(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    corrections = [each for each in found if each.kind is ReceiptKind.CORRECTION]
    assert sorted((each.issuer.value, each.total.amount) for each in corrections) == [
        ("platform", -27),
        ("restaurant", -550),
    ]
    numbers = {each.issuer: each.number for each in found if each.kind is ReceiptKind.RECEIPT}
    assert all(each.corrects == numbers[each.issuer] for each in corrections)
    assert all(each.number.split("/")[0] in {"RC", "PC"} for each in corrections)


@pytest.mark.database
def test_all_that_goes_back_takes_back_all_that_was_written(dinner) -> None:
    claim(dinner, (1, 1))
    settle()
    made = claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    decide_claim(claim_id=made.id, grant=True)
    settle()
    put_in_writing()
    found = call(Orders).receipts(customer_id=dinner.customer_id, order_id=dinner.id)
    for party in (Party.RESTAURANT, Party.PLATFORM, Party.COURIER):
        of_party = [each for each in found if each.issuer is party]
        assert sum(each.total.amount for each in of_party) == 0, party
    assert sum(each.tax.amount for each in found) == 0


def in_writing(order) -> dict[str, int]:
    """What stands for each party, corrections taken off."""
    found: dict[str, int] = defaultdict(int)
    for receipt in Receipt.objects.filter(order_id=order.id):
        found[receipt.party_name] += receipt.total
    return dict(found)


@pytest.fixture
def stopped(kitchen, customer, monkeypatch):
    """A ramen that its customer does not want any more once the kitchen is at work: dish and delivery are
    kept, its service fee and the tip go back."""
    rows = [
        {"by": "customer", "stage": "preparing", "what": what, "share": "1"}
        for what in ("dishes", "delivery_fee")
    ]
    scenes.rules(monkeypatch, "cancellation.kept", *rows)
    order = scenes.place(kitchen, customer, tip=300)
    settle()
    scenes.accept(order)
    scenes.cancel(order)
    return order


@pytest.mark.database
def test_what_is_kept_of_a_stopped_order_is_in_writing_once_the_rest_is_back(stopped) -> None:
    put_in_writing()
    assert in_writing(stopped) == {}
    settle()
    put_in_writing()
    put_in_writing()
    assert in_writing(stopped) == {"restaurant": 1250, "platform": 199}
    (food,) = Receipt.objects.filter(party_name="restaurant")
    assert (food.tax, food.taxes[0]["rate"], food.lines[0]["label"]) == (208, "0.2", "Ramen")
    assert Receipt.objects.filter(kind_name="correction").count() == 0
    assert food.number in page_of(stopped, food)


@pytest.mark.database
def test_what_staff_give_back_of_what_was_kept_is_corrected(stopped) -> None:
    settle()
    put_in_writing()
    give_back(stopped, 500)
    settle()
    put_in_writing()
    left = in_writing(stopped)
    assert sum(left.values()) == 949
    assert min(left.values()) > 0
    give_back(stopped, 949)
    settle()
    put_in_writing()
    assert in_writing(stopped) == {"restaurant": 0, "platform": 0}


@pytest.mark.database
def test_what_staff_give_back_of_a_dinner_is_corrected(dinner) -> None:
    put_in_writing()
    before = in_writing(dinner)
    give_back(dinner, 800)
    settle()
    put_in_writing()
    assert sum(before.values()) - sum(in_writing(dinner).values()) == 800


@pytest.mark.database
def test_what_is_granted_on_appeal_is_corrected(dinner) -> None:
    made = claim(dinner, reason=ClaimReason.NEVER_ARRIVED)
    if made.state.value == "open":
        decide_claim(claim_id=made.id, grant=False)
    put_in_writing()
    appeal(customer_id=dinner.customer_id, claim_id=made.id, words="Look again.")
    decide_claim(claim_id=made.id, grant=True)
    settle()
    put_in_writing()
    assert set(in_writing(dinner).values()) == {0}


@pytest.mark.database
def test_what_goes_back_for_coming_late_is_corrected(kitchen, customer) -> None:
    order = bring(kitchen, customer, minutes_late=20)
    settle()
    put_in_writing()
    row = order_of(order)
    assert row.refunded > 0
    assert sum(in_writing(order).values()) == row.captured - row.refunded
    (correction,) = Receipt.objects.filter(kind_name="correction")
    assert (correction.party_name, correction.lines[0]["label"]) == ("platform", "Delivery")


@pytest.mark.database
def test_what_nobody_old_enough_took_is_in_writing_as_far_as_it_is_kept(carried) -> None:
    order, _ = carried
    scenes.refuse_at_door(*carried)
    settle()
    put_in_writing()
    row = order_of(order)
    assert in_writing(order) == {"platform": row.captured - row.refunded}


@pytest.mark.database
def test_of_an_order_that_came_to_nothing_nothing_is_in_writing(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    scenes.cancel_by_staff(order)
    settle()
    put_in_writing()
    assert order_of(order).refunds.get().receipted
    assert not Receipt.objects.exists()


# --- where it is shown -----------------------------------------------------------------------------


@pytest.mark.database
def test_receipts_over_http(dinner) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=dinner.customer_id))
    path = f"/api/v1/orders/{dinner.id}/receipts"
    assert client.get(path).json() == {"receipts": []}
    put_in_writing()
    listed = client.get(path).json()["receipts"]
    assert len(listed) == 3
    page = client.get(f"{path}/{listed[0]['id']}/page", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert listed[0]["number"] in page.content.decode()
    unknown = client.get(f"{path}/{uuid4()}/page", headers={"Accept": "text/html"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "receipt_unknown")
    other = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    assert other.get(path).json()["code"] == "order_unknown"
    assert other.get(f"{path}/{listed[0]['id']}/page").json()["code"] == "order_unknown"


@pytest.mark.database
def test_a_printed_receipt_says_what_the_region_asks_for(dinner) -> None:
    put_in_writing()
    (food,) = Receipt.objects.filter(party_name="restaurant")
    html = page_of(dinner, food)
    said = (food.number, dinner.code, "Noodle Bar", "Tax ID", "not on file", "20 %", "48.50 GBP")
    assert [each for each in said if each not in html] == []
    assert "<script" not in html
    with pytest.raises(ReceiptUnknown):
        call(Orders).receipt_page(customer_id=dinner.customer_id, order_id=dinner.id, receipt_id=ids.new_id())


def page_of(order, receipt: Receipt) -> str:
    return (
        call(Orders)
        .receipt_page(customer_id=order.customer_id, order_id=order.id, receipt_id=receipt.id)
        .html
    )


@pytest.mark.database
def test_no_row_of_a_receipt_names_its_customer(dinner) -> None:
    put_in_writing()
    for receipt in Receipt.objects.all():
        kept = json.dumps([receipt.issuer, receipt.lines, receipt.taxes])
        assert str(dinner.customer_id) not in kept
        assert "Ada" not in kept


@pytest.mark.database
def test_staff_find_a_receipt_by_its_number(dinner) -> None:
    put_in_writing()
    receipt = Receipt.objects.filter(party_name="platform").get()
    found = person("finance").get(f"/admin/orders/receipt/?q={receipt.number}&party_name=platform")
    assert dinner.code in found.content.decode()
    page = person("finance").get(f"/admin/orders/receipt/{receipt.id}/page/")
    assert receipt.number in page.content.decode()
    unseen = person("finance", region="pl").get(f"/admin/orders/receipt/{receipt.id}/page/")
    assert unseen.status_code == 404
    assert person().get(f"/admin/orders/receipt/{receipt.id}/page/").status_code == 403
