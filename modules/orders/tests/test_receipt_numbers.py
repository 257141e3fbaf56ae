"""Numbers of receipts have no gap and no double, whoever writes them and whatever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections

from modules.orders.interface import Party
from modules.orders.models import Order, OrderComponent, Receipt, ReceiptSeries
from modules.orders.services import write_receipts
from modules.orders.services.receipts import AGAIN_AFTER
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_staff_pages import person
from modules.orders.tests.test_staff_work import waiting
from tiffin import clock, db, ids
from tiffin.testing import settle


def sold(kitchen, count: int) -> list[Order]:
    """Orders that were delivered and paid, as copies of one that really was."""
    customer = ids.new_id()
    first = order_of(scenes.deliver(kitchen, customer, tip=300))
    lines, components = list(first.lines.all()), list(first.components.all())
    made = []
    for _ in range(count - 1):
        order = Order.objects.get(pk=first.pk)
        order.id, order.quote_id, order._state.adding = ids.new_id(), uuid4(), True
        order.save(force_insert=True)
        for part in (*lines, *components):
            part.pk, part.order, part._state.adding = None, order, True
            part.save(force_insert=True)
        made.append(order)
    return [first, *made]


def numbers(party: Party) -> list[int]:
    return sorted(Receipt.objects.filter(party_name=party.value).values_list("seq", flat=True))


@pytest.mark.database
def test_batches_at_the_same_time_give_each_number_once(kitchen) -> None:
    orders = sold(kitchen, 40)

    def work(_):
        try:
            return write_receipts(at_once=3)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        written = list(workers.map(work, range(4)))
    assert write_receipts() + sum(written) == 3 * len(orders)
    for party in (Party.RESTAURANT, Party.PLATFORM, Party.COURIER):
        assert numbers(party) == list(range(1, len(orders) + 1))
    assert {series.last for series in ReceiptSeries.objects.all()} == {len(orders)}


@pytest.mark.database
def test_a_batch_that_dies_leaves_no_gap(kitchen, monkeypatch) -> None:
    orders = sold(kitchen, 5)

    class Died(Exception):
        pass

    whole = db.insert

    def written_and_dead(*rows):
        whole(*rows)
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(db, "insert", written_and_dead)
        assert write_receipts(at_once=2) == 0
    assert not Receipt.objects.exists()
    with clock.shift(AGAIN_AFTER):
        write_receipts(at_once=2)
    assert numbers(Party.RESTAURANT) == list(range(1, len(orders) + 1))
    assert write_receipts() == 0


@pytest.mark.database
@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_an_order_that_cannot_be_written_stops_no_other(kitchen, at_once) -> None:
    """It is on the staff's list of what waits, and is written once it can be."""
    orders = [order.pk for order in sold(kitchen, 5)]
    broken = orders[1]
    parts = OrderComponent.objects.filter(order_id=broken)
    (kept,) = parts.filter(kind="delivery_fee").values_list("liable", flat=True)
    parts.filter(kind="delivery_fee").update(liable="nobody at all")
    write_receipts(at_once=at_once)
    assert set(Receipt.objects.values_list("order_id", flat=True)) == {*orders} - {broken}
    assert numbers(Party.RESTAURANT) == [1, 2, 3, 4]
    with clock.shift(AGAIN_AFTER + timedelta(minutes=1)):
        assert waiting(person("support"))["orders: Orders not in writing"][0] == "1"
        parts.filter(kind="delivery_fee").update(liable=kept)
        write_receipts(at_once=at_once)
        assert waiting(person("support"))["orders: Orders not in writing"][0] == "0"
    assert Receipt.objects.filter(order_id=broken).count() == 3


@pytest.mark.database
def test_a_region_in_which_nothing_can_be_written_stops_no_correction(dinner, kitchen, monkeypatch) -> None:
    write_receipts()
    claim(dinner, (1, 1))
    settle()
    sold(kitchen, 3)
    with monkeypatch.context() as patch:
        patch.setattr("modules.orders.services.receipts._receipts", lambda order: 1 // 0)
        assert write_receipts(at_once=2) > 0
    kinds = set(Receipt.objects.filter(order_id=dinner.id).values_list("kind_name", flat=True))
    assert kinds == {"receipt", "correction"}


@pytest.mark.database
def test_numbers_begin_anew_in_the_regions_new_year(kitchen) -> None:
    customer = ids.new_id()
    with clock.hold(scenes.london("2025-12-31 20:00")):
        scenes.deliver(kitchen, customer)
    with clock.hold(scenes.london("2025-12-31 23:59")):
        write_receipts()
    with clock.hold(scenes.london("2026-01-01 11:00")):
        scenes.deliver(kitchen, customer)
        write_receipts()
    of_food = Receipt.objects.filter(party_name="restaurant").order_by("pk")
    assert [each.number for each in of_food] == ["R/2025/0000001", "R/2026/0000001"]


@pytest.mark.database
def test_nothing_in_writing_is_ever_changed(dinner) -> None:
    write_receipts()
    for change in (lambda rows: rows.update(total=1), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="correction"):
            change(Receipt.objects.all())
