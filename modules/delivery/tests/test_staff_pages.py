"""Deliveries and couriers on the staff's pages."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from modules.delivery import services
from modules.delivery.interface import DeliveryState, Parcel
from modules.delivery.models import DeliveryTask
from modules.delivery.tests import streets
from modules.delivery.tests.streets import SOHO, published, task_of
from tiffin import clock, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.money import Money
from tiffin.testing import settle, token, waiting

pytestmark = pytest.mark.database

DEAR = Parcel(reference="7K2QX", worth=Money(amount=20_000, currency="GBP"))


def operator() -> Client:
    browser = Client()
    everywhere = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",), regions=(EVERY_REGION,))
    browser.cookies[STAFF_COOKIE] = token(everywhere)
    return browser


def does(action: str, order: UUID) -> None:
    chosen = {"action": action, "_selected_action": [str(order)]}
    operator().post("/admin/delivery/deliverytask/", chosen, follow=True)
    settle()


def in_trouble(kind: str) -> set[UUID]:
    page = operator().get(f"/admin/delivery/deliverytask/?trouble={kind}").content.decode()
    return {pk for pk in DeliveryTask.objects.values_list("pk", flat=True) if str(pk) in page}


def picked_up() -> tuple[UUID, UUID]:
    courier = streets.a_courier(SOHO)
    order = streets.a_delivery(parcel=DEAR)
    settle()
    streets.accept(courier)
    services.pick_up(courier_id=courier, order_id=order)
    return order, courier


def test_each_kind_of_trouble_is_found_and_nothing_else() -> None:
    fine, _ = picked_up()
    late, _ = picked_up()
    locked, _ = picked_up()
    searching = streets.a_delivery()
    now = clock.now()
    DeliveryTask.objects.filter(pk=late).update(picked_up_at=now - timedelta(minutes=46))
    DeliveryTask.objects.filter(pk=locked).update(attempts_left=0)
    DeliveryTask.objects.filter(pk=searching).update(
        created_at=now - timedelta(minutes=6), ready_at=now - timedelta(minutes=1)
    )

    assert in_trouble("late") == {late}
    assert in_trouble("locked") == {locked}
    assert in_trouble("searching") == in_trouble("not_fetched") == {searching}
    assert in_trouble("nonsense") == {fine, late, locked, searching}


@pytest.mark.parametrize(
    ("title", "changes"),
    [
        ("Long on the way", {"picked_up_at": clock.now() - timedelta(minutes=46)}),
        ("Wrong codes at the door", {"attempts_left": 0}),
    ],
)
def test_what_is_in_trouble_on_the_way_waits_for_a_person(title: str, changes: dict[str, Any]) -> None:
    fine, _ = picked_up()
    stuck, _ = picked_up()
    DeliveryTask.objects.filter(pk=stuck).update(**changes)
    found = waiting(operator())
    assert {name for name, (count, _) in found.items() if count != "0"} == {f"delivery: {title}"}
    count, link = found[f"delivery: {title}"]
    listed = operator().get(link).content.decode()
    assert (count, str(stuck) in listed, str(fine) in listed) == ("1", True, False)


def test_staff_confirm_what_the_code_could_not(database: object) -> None:
    order, _ = picked_up()
    does("confirm_handover", order)
    assert (task_of(order).state, task_of(order).proof) == (DeliveryState.DELIVERED, "by_staff")
    assert published(order)[-1] == "DeliveryCompleted"


def test_staff_look_for_somebody_else() -> None:
    courier = streets.a_courier(SOHO)
    order = streets.a_delivery()
    settle()
    streets.accept(courier)
    does("reassign", order)
    assert task_of(order).courier_id is None
    assert published(order)[-1] == "CourierUnassigned"
    assert streets.offer_for(courier) is None


def test_the_list_of_couriers_says_what_each_has_to_do() -> None:
    _, carrying = picked_up()
    order, resting = picked_up()
    services.confirm_by_staff(order_id=order)
    page = operator().get("/admin/delivery/courier/").content.decode()
    rows = {each: row for row in page.split("<tr") for each in (carrying, resting) if str(each) in row}
    assert "7K2QX" in rows[carrying]
    assert "7K2QX" not in rows[resting]
    assert (brought(rows[resting]), brought(rows[carrying])) == (1, 0)


def brought(row: str) -> int:
    found = re.search(r"field-brought[^>]*>\s*(\d+)", row)
    assert found is not None, row
    return int(found[1])


def test_nobody_of_the_house_reads_the_code() -> None:
    order, _ = picked_up()
    code = task_of(order).handover_code
    DeliveryTask.objects.filter(pk=order).update(handover_code="@@@@")
    page = operator().get(f"/admin/delivery/deliverytask/{order}/change/").content.decode()
    assert len(code) == 4
    assert "7K2QX" in page
    assert "@@@@" not in page


def test_deliveries_in_a_file_without_whose_they_are() -> None:
    order, courier = picked_up()
    answer = operator().get("/admin/delivery/deliverytask/export.csv?made=hour")
    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
    task = task_of(order)
    assert (row["id"], row["courier_id"], row["state"]) == (str(order), str(courier), "picked_up")
    assert row["picked_up_at"] == task.picked_up_at.astimezone(ZoneInfo("Europe/London")).isoformat(
        timespec="seconds"
    )
    assert row["ended_at"] == ""
    assert str(task.customer_id) not in row.values()
