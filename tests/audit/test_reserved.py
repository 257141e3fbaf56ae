"""Whatever is kept for an order: a time, a discount, a number, somebody's share, a kitchen, a courier. An
intact evening breaks no rule of it, and each thing broken by hand is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import pytest

from config import audit as between_modules
from modules.orders.interface import Fulfilment, Orders, OrderView
from modules.orders.models import Promotion
from modules.orders.services import write_receipts
from modules.orders.tests import scenes
from tests.audit.conftest import Evening, broken
from tiffin import ids
from tiffin.audit import Check, Inspection, inspected
from tiffin.audit.rules import rules_hold
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


class Booked(NamedTuple):
    """Two orders for the same time with the same promotion, one of them cancelled; and one that is at the
    door and in writing."""

    later: OrderView
    cancelled: OrderView
    delivered: OrderView
    promotion: Promotion


@pytest.fixture
def booked(evening: Evening) -> Booked:
    promotion = scenes.two_pounds_off(budget=1_000)
    free = call(Orders).slots(restaurant_id=evening.kitchen.id, fulfilment=Fulfilment.DELIVERY)
    later, cancelled = (
        scenes.place(evening.kitchen, ids.new_id(), wanted_at=free[0].starts_at) for _ in range(2)
    )
    settle()
    scenes.cancel(cancelled)
    settle()
    write_receipts()
    return Booked(later, cancelled, evening.delivered, promotion)


def rules() -> Check:
    look = partial(rules_hold, tolerance=timedelta(0))
    return inspected(Inspection("rules", "orders"), look)


def test_an_intact_evening_keeps_every_rule(booked: Booked) -> None:
    check = rules()
    assert check.findings == ()
    assert check.looked_at > 7 + 2 + 1  # orders, uses, a budget; and receipts
    assert inspected(Inspection("shares", "payments"), between_modules.shares_are_the_bills).broken == 0
    reserved = inspected(Inspection("reserved", "orders"), between_modules.nothing_stays_reserved)
    assert (reserved.broken, reserved.looked_at) == (0, 5)


_SLOTS, _USES, _BUDGET, _RECEIPTS = (
    "orders_slotuse",
    "orders_promotionuse",
    "orders_promotionbudget",
    "orders_receipt",
)
_ANOTHER_PLACE = (
    f"INSERT INTO {_SLOTS} (restaurant_id, slot_at, number, order_id)"
    f" SELECT restaurant_id, slot_at, number + 1, %s FROM {_SLOTS}"
)
BROKEN_RULES = [
    (_SLOTS, "later", f"DELETE FROM {_SLOTS} WHERE order_id = %s", "has no place then"),
    (_SLOTS, "cancelled", _ANOTHER_PLACE, "and yet has the place"),
    (_SLOTS, "delivered", _ANOTHER_PLACE, "is not for later"),
    (
        _SLOTS,
        "later",
        f"UPDATE {_SLOTS} SET slot_at = slot_at + interval '1 hour' WHERE order_id = %s",
        "and has the place at",
    ),
    (
        _SLOTS,
        "later",
        f"UPDATE {_SLOTS} SET restaurant_id = gen_random_uuid() WHERE order_id = %s",
        "a restaurant that is not its own",
    ),
    (_USES, "later", f"UPDATE {_USES} SET amount = 199 WHERE order_id = %s", "took 200 off its bill"),
    (_USES, "later", f"DELETE FROM {_USES} WHERE order_id = %s", "is in its bill, unused"),
    (_USES, "later", f"UPDATE {_USES} SET released_at = now() WHERE order_id = %s", "which was given back"),
    (_USES, "cancelled", f"UPDATE {_USES} SET released_at = NULL WHERE order_id = %s", "still has promotion"),
    (_USES, "cancelled", f"UPDATE {_USES} SET turn = 1 WHERE order_id = %s", "turn is taken"),
    (_BUDGET, "promotion", f"UPDATE {_BUDGET} SET remaining = remaining + 1 WHERE part = 1", "are left"),
    (_RECEIPTS, "", f"DELETE FROM {_RECEIPTS}", "its last receipt is 0"),
    (_RECEIPTS, "", f"UPDATE {_RECEIPTS} SET seq = seq + 2", "the receipt 1 to 2 is missing"),
]


def test_each_rule_that_is_broken_is_found(booked: Booked) -> None:
    for table, whose, statement, said in BROKEN_RULES:
        key = getattr(booked, whose).id if whose else ""
        with broken("orders", table, statement, [key]):
            check = rules()
        found = [(finding.key, said in finding.problem) for finding in check.findings]
        assert (str(key), True) in found, (statement, check.findings)
    assert rules().broken == 0


_OF = "payment_id = (SELECT id FROM payments_payment WHERE order_id = %s)"
BETWEEN_MODULES: list[tuple[str, str, str, Callable[[Inspection], None], str]] = [
    (
        "payments",
        "payments_paymententry",
        "UPDATE payments_paymententry SET restaurant = restaurant - 1, courier = courier + 1"
        f" WHERE kind = 'captured' AND {_OF}",
        between_modules.shares_are_the_bills,
        "its bill is",
    ),
    (
        "orders",
        "orders_ordercomponent",
        "UPDATE orders_ordercomponent SET liable = 'courier', party = 'courier' WHERE order_id = %s",
        between_modules.shares_are_the_bills,
        "its bill is",
    ),
    (
        "restaurants",
        "restaurants_ticket",
        "UPDATE restaurants_ticket SET state = 'preparing' WHERE id = %s",
        between_modules.nothing_stays_reserved,
        "it is over, and preparing at its restaurant",
    ),
    (
        "delivery",
        "delivery_deliverytask",
        "UPDATE delivery_deliverytask SET state = 'assigned' WHERE id = %s",
        between_modules.nothing_stays_reserved,
        "it is over, and assigned by a courier",
    ),
]


def test_what_another_module_keeps_for_an_order_or_splits_otherwise_is_found(evening: Evening) -> None:
    order_id: UUID = evening.delivered.id
    for module, table, statement, look, said in BETWEEN_MODULES:
        with broken(module, table, statement, [order_id]):
            check = inspected(Inspection("between", module), look)
        assert [finding.key for finding in check.findings] == [str(order_id)], statement
        assert said in check.findings[0].problem, check.findings
