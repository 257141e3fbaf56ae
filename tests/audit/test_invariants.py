"""Whatever must always hold: an intact evening breaks none of it, and each thing broken by hand is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from config import audit as between_modules
from config.audit import audit
from modules.orders.interface import OrderId, Orders
from modules.orders.provider import OrdersProvider
from modules.orders.tests import scenes
from modules.payments.models.shares import PARTS
from tests.audit.conftest import Evening, broken, by_hand
from tiffin import audit as kernel
from tiffin import clock, ids
from tiffin.audit import Check, Inspection, deadlines, sequences
from tiffin.audit.cursors import cursors_caught_up
from tiffin.interfaces import ModuleUnavailable, provided
from tiffin.testing import settle

pytestmark = pytest.mark.database

NONE = timedelta(0)
Found = set[tuple[str, str, str]]


@pytest.fixture
def acknowledged(evening: Evening, tmp_path: Path) -> Path:
    file = tmp_path / "acknowledged.ids"
    file.write_text("\n".join(str(order_id) for order_id in evening.order_ids) + "\n")
    return file


@pytest.fixture
def found(acknowledged: Path) -> Callable[[], Found]:
    """What an audit without any tolerance finds: invariant, module and key."""

    def look() -> Found:
        checks = list(audit(acknowledged=acknowledged, tolerance=NONE))
        return {(f.invariant, f.module, f.key) for check in checks for f in check.findings}

    return look


def test_an_intact_evening_breaks_nothing_and_everything_was_looked_at(
    evening: Evening, acknowledged: Path
) -> None:
    checks = list(audit(acknowledged=acknowledged, tolerance=NONE))

    assert [check for check in checks if check.broken] == []
    counts = {(check.invariant, check.module): check.looked_at for check in checks}
    assert {invariant for invariant, _ in counts} == {
        *kernel.INVARIANTS,
        "acknowledged",
        "quotes",
        "money",
        "payments",
        "ledger",
        "shares",
        "reserved",
        "points",
        "holds",
        "bills",
        "collections",
        "ad_bills",
        "ad_collections",
        "settlements",
        "payouts",
        "charges",
        "invoices",
    }
    assert {module for _, module in counts} == set(settings.TIFFIN_MODULES)
    assert counts["acknowledged", "orders"] == counts["quotes", "orders"] == counts["money", "orders"] == 5
    assert counts["payments", "payments"] == counts["ledger", "payments"] == 5
    assert counts["shares", "payments"] == 5
    assert counts["reserved", "orders"] == 4  # those that are over
    assert counts["sequences", "orders"] == 10  # each order's key in the log, and its row
    assert counts["deadlines", "orders"] == 6  # one deadline, five rows
    assert counts["cursors", "orders"] == 8 * 16  # eight subscriptions
    assert counts["projections", "orders"] == 2  # a restaurant and its menu


def test_pages_of_one_thing_say_the_same(
    evening: Evening, found: Callable[[], Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (sequences, deadlines):
        monkeypatch.setattr(room, "PAGE", 1)
    monkeypatch.setattr(between_modules, "ORDERS_A_PAGE", 1)
    monkeypatch.setattr(between_modules, "IDS_A_QUESTION", 1)
    lost = max(evening.order_ids)
    assert found() == set()
    by_hand("orders", "DELETE FROM orders_order WHERE id = %s", given=[lost])
    assert ("acknowledged", "orders", str(lost)) in found()
    assert ("sequences", "orders", str(lost)) in found()


# --- orders and points ----------------------------------------------------------------------------


def test_points_that_are_not_as_orders_has_them(
    evening: Evening, found: Callable[[], Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)
    customer = ids.new_id()
    scenes.give_points(customer, 500)
    order = scenes.place(evening.kitchen, customer, points=200)
    settle()
    assert found() == set()
    scenes.cancel(order)
    settle()
    assert found() == set()
    by_hand("orders", "UPDATE orders_order SET points_state = 'spent' WHERE id = %s", given=[order.id])
    assert ("points", "orders", str(order.id)) in found()
    hold_id = scenes.order_of(order).hold_id
    by_hand("orders", "DELETE FROM orders_order WHERE id = %s", given=[order.id])
    assert ("holds", "rewards", str(hold_id)) in found()


# --- orders and money ------------------------------------------------------------------------------


def test_an_acknowledged_order_that_is_lost(evening: Evening, found: Callable[[], Found]) -> None:
    by_hand("orders", "DELETE FROM orders_order WHERE id = %s", given=[evening.cancelled.id])
    ((payment_id,),) = by_hand(
        "payments", "SELECT id FROM payments_payment WHERE order_id = %s", given=[evening.cancelled.id]
    )
    lost = str(evening.cancelled.id)
    assert found() == {
        ("acknowledged", "orders", lost),
        ("sequences", "orders", lost),
        ("payments", "payments", str(payment_id)),
    }


def test_an_id_that_was_never_placed(found: Callable[[], Found], acknowledged: Path) -> None:
    never = ids.new_id()
    acknowledged.write_text(acknowledged.read_text() + f"{never}\nnonsense\n")
    assert found() == {("acknowledged", "orders", str(never)), ("acknowledged", "orders", "nonsense")}


def test_two_orders_of_one_quote(evening: Evening, found: Callable[[], Found]) -> None:
    ((constraint,),) = by_hand(
        "orders",
        "SELECT conname FROM pg_constraint WHERE conrelid = 'orders_order'::regclass AND contype = 'u'"
        " AND pg_get_constraintdef(oid) = 'UNIQUE (quote_id)'",
    )
    by_hand("orders", f"ALTER TABLE orders_order DROP CONSTRAINT {constraint}")
    try:
        by_hand(
            "orders",
            "UPDATE orders_order SET quote_id = (SELECT quote_id FROM orders_order WHERE id = %s)"
            " WHERE id = %s",
            given=[evening.delivered.id, evening.waiting.id],
        )
        both = {evening.delivered.id, evening.waiting.id}
        assert found() == {("quotes", "orders", str(order_id)) for order_id in both}
    finally:
        by_hand("orders", "UPDATE orders_order SET quote_id = id")
        by_hand("orders", f"ALTER TABLE orders_order ADD CONSTRAINT {constraint} UNIQUE (quote_id)")


_ORDER, _PAYMENT = ("orders", "orders_order"), ("payments", "payments_payment")
_ENTRY = ("payments", "payments_paymententry")
_PARTS_NONE = ", ".join(f"{part} = 0" for part in PARTS)
_OF = "payment_id = (SELECT id FROM payments_payment WHERE order_id = %s)"
WRONG_MONEY = [
    (_ORDER, "delivered", "UPDATE orders_order SET captured = 1 WHERE id = %s", "orders knows of 0.01 GBP"),
    (_ORDER, "delivered", "UPDATE orders_order SET total = total + 1 WHERE id = %s", "was delivered for"),
    (_ORDER, "waiting", "UPDATE orders_order SET captured = total + 1 WHERE id = %s", "were taken and"),
    (
        _ENTRY,
        "delivered",
        f"UPDATE payments_paymententry SET amount = 1, {_PARTS_NONE} WHERE kind = 'captured' AND {_OF}",
        "of which 0.01 GBP were taken",
    ),
    (
        _ENTRY,
        "refunded",
        f"DELETE FROM payments_paymententry WHERE kind = 'refunded' AND {_OF}",
        "was cancelled, but",
    ),
    (
        _ENTRY,
        "cancelled",
        f"DELETE FROM payments_paymententry WHERE kind = 'voided' AND {_OF}",
        "are still held",
    ),
    (_PAYMENT, "delivered", "DELETE FROM payments_payment WHERE order_id = %s", "has no payment"),
    (_PAYMENT, "cancelled", "DELETE FROM payments_payment WHERE order_id = %s", "has no payment"),
]


def test_money_that_does_not_add_up(evening: Evening) -> None:
    for (module, table), whose, statement, said in WRONG_MONEY:
        order_id = getattr(evening, whose).id
        with broken(module, table, statement, [order_id]):
            money = look("money", "orders", between_modules.money_adds_up)
        assert {finding.key for finding in money.findings} == {str(order_id)}, statement
        assert any(said in finding.problem for finding in money.findings), (statement, money.findings)
    assert look("money", "orders", between_modules.money_adds_up).broken == 0


_GROWN = f"""
    INSERT INTO payments_paymententry (payment_id, kind, amount, reference, at, {{part}})
    SELECT payment_id, '{{kind}}', 100, 'by hand', at, 100 FROM payments_paymententry
    WHERE kind = 'authorised' AND {_OF}"""
WRONG_LEDGER = [
    (
        "delivered",
        f"DELETE FROM payments_paymententry WHERE kind = 'captured' AND {_OF}",
        "of restaurant are held though nothing is awaited",
    ),
    (
        "delivered",
        f"UPDATE payments_paymententry SET restaurant = restaurant - 1, courier = courier + 1"
        f" WHERE kind = 'captured' AND {_OF}",
        "0.01 GBP of restaurant are held",
    ),
    (
        "refunded",
        _GROWN.format(kind="refunded", part="platform"),
        "1.00 GBP more of platform went back than was taken",
    ),
    ("cancelled", _GROWN.format(kind="charged_back", part="courier"), "more of courier went back"),
]


def test_a_ledger_that_does_not_close(evening: Evening) -> None:
    for whose, statement, said in WRONG_LEDGER:
        order_id = getattr(evening, whose).id
        ((payment_id,),) = by_hand(
            "payments", "SELECT id FROM payments_payment WHERE order_id = %s", given=[order_id]
        )
        with broken(*_ENTRY, statement, [order_id]):
            ledger = look("ledger", "payments", between_modules.ledger_closes)
        assert {finding.key for finding in ledger.findings} == {str(payment_id)}, statement
        assert any(said in finding.problem for finding in ledger.findings), ledger.findings
    assert look("ledger", "payments", between_modules.ledger_closes).broken == 0


def look(invariant: str, module: str, at: Callable[[Inspection], None]) -> Check:
    return kernel.inspected(Inspection(invariant, module), at)


def test_a_module_that_cannot_be_asked_is_found_and_the_rest_is_looked_at(evening: Evening) -> None:
    class Silent(OrdersProvider):
        def placed(self, *, order_ids: tuple[UUID, ...]) -> tuple[OrderId, ...]:
            raise ModuleUnavailable(maybe_executed=False, reason="no answer")

    with provided(Orders, by=Silent()):
        checks = list(audit(acknowledged=None, tolerance=NONE))
    (broken,) = (check for check in checks if check.broken)
    assert (broken.invariant, broken.module) == ("payments", "payments")
    assert "could not be looked at" in broken.findings[0].problem
    assert len(checks) == 16 + len(kernel.INVARIANTS) * len(settings.TIFFIN_MODULES)


# --- deadlines and jobs ----------------------------------------------------------------------------


def test_a_deadline_that_passed(evening: Evening, found: Callable[[], Found]) -> None:
    by_hand("orders", "UPDATE job SET due = now() - interval '1 hour' WHERE slot = 'deadline'")
    assert found() == {("deadlines", "orders", str(evening.waiting.id))}


def test_who_waits_has_a_deadline(evening: Evening, found: Callable[[], Found]) -> None:
    for module in ("orders", "payments", "restaurants"):
        by_hand(module, "DELETE FROM job WHERE slot = 'deadline'")
    ((payment_id,),) = by_hand(
        "payments", "SELECT id FROM payments_payment WHERE order_id = %s", given=[evening.waiting.id]
    )
    assert found() == {
        ("deadlines", "orders", str(evening.waiting.id)),
        ("deadlines", "payments", str(payment_id)),
        ("deadlines", "restaurants", str(evening.waiting.id)),
    }


def test_what_is_over_has_none(evening: Evening, found: Callable[[], Found]) -> None:
    by_hand("orders", "UPDATE job SET key = %s WHERE slot = 'deadline'", given=[evening.delivered.id])
    assert found() == {
        ("deadlines", "orders", str(evening.delivered.id)),
        ("deadlines", "orders", str(evening.waiting.id)),
    }


def test_a_job_that_is_held_and_one_that_nobody_does(evening: Evening, found: Callable[[], Found]) -> None:
    job = (
        "INSERT INTO job SELECT gen_random_uuid(), %s, name, name, aggregate, payload, due, 'waiting', 0, 1,"
        " NULL, NULL, '', '', region, correlation, causation, created_at FROM job WHERE slot = 'deadline'"
    )
    columns = (
        "(id, key, slot, name, aggregate, payload, due, state, attempts, generation, lease, lease_until,"
        " destination, cause, region, correlation, causation, created_at)"
    )
    job = job.replace("INTO job", f"INTO job {columns}")
    for key in (evening.delivered.id, evening.refunded.id):
        by_hand("orders", job, given=[key])
    by_hand("orders", "UPDATE job SET state = 'held' WHERE key = %s", given=[evening.delivered.id])
    by_hand(
        "orders", "UPDATE job SET due = now() - '30 s'::interval WHERE key = %s", given=[evening.refunded.id]
    )

    assert found() == {
        ("jobs", "orders", str(evening.delivered.id)),
        ("jobs", "orders", str(evening.refunded.id)),
    }
    late = list(kernel.check("orders", tolerance=timedelta(seconds=60)))
    assert sum(check.broken for check in late) == 1, "half a minute is within a tolerance of one"


# --- the log and its readers -----------------------------------------------------------------------


GAPS = [
    ("DELETE FROM log_event WHERE key = %s AND seq = 1", "missing from the log between 1 and"),
    ("DELETE FROM log_event WHERE key = %s AND seq = 3", ": 3"),
    (
        "DELETE FROM log_event USING (SELECT max(seq) AS last FROM log_event WHERE key = %s) AS of_key"
        " WHERE key = %s AND seq = of_key.last",
        "the log's last is number",
    ),
    ("DELETE FROM log_event WHERE key = %s", "the log's last is number 0"),
    (
        "INSERT INTO log_event SELECT position + 1000000, day, epoch, txid, shard, event_id, name, key, seq,"
        " occurred_at, region, actor, correlation, causation, payload FROM log_event"
        " WHERE key = %s AND seq = 2",
        "twice",
    ),
]


def test_a_gap_in_the_log(evening: Evening) -> None:
    key = evening.delivered.id
    for statement, said in GAPS:
        with broken("orders", "log_event", statement, [key] * statement.count("%s")):
            whole = look("sequences", "orders", partial(sequences.sequences_whole, tolerance=NONE))
        assert [finding.key for finding in whole.findings] == [str(key)], statement
        assert said in whole.findings[0].problem, statement


def test_days_that_were_let_go_are_no_gap(evening: Evening, found: Callable[[], Found]) -> None:
    key = evening.delivered.id
    by_hand("orders", "DELETE FROM log_event WHERE key = %s AND seq < 4", given=[key])
    assert found() == {("sequences", "orders", str(key))}
    by_hand("orders", "UPDATE log_home SET kept_from = current_date")
    try:
        assert found() == set()
    finally:
        by_hand("orders", "UPDATE log_home SET kept_from = NULL")


_A_SHARD = "subscriber = 'orders' AND producer = 'payments' AND shard = 3"
_BACK = "UPDATE log_cursor SET epoch = 0, txid = 0 WHERE subscriber = 'orders' AND producer = 'payments'"
MISPLACED = [
    (_BACK, "not read on"),
    (f"UPDATE log_cursor SET epoch = 1, txid = 9e15 WHERE {_A_SHARD}", "beyond the end in shard 3"),
    (f"DELETE FROM log_cursor WHERE {_A_SHARD}", "15 cursors instead of 16"),
    (
        "UPDATE log_cursor SET stopped_at = now(), stopped_cause = 'no time' WHERE producer = 'payments'",
        "orders has stopped reading payments: no time",
    ),
]


def test_a_cursor_that_is_not_where_it_should_be(evening: Evening) -> None:
    for statement, said in MISPLACED:
        with broken("orders", "log_cursor", statement):
            caught_up = look("cursors", "orders", partial(cursors_caught_up, tolerance=NONE))
        assert [said in finding.problem for finding in caught_up.findings] == [True], caught_up.findings


def test_news_that_is_younger_than_the_tolerance_is_under_way(evening: Evening) -> None:
    caught_up = partial(cursors_caught_up, tolerance=timedelta(minutes=5))
    with broken("orders", "log_cursor", _BACK):
        assert look("cursors", "orders", caught_up).broken == 0
        with clock.shift(timedelta(minutes=6)):
            assert look("cursors", "orders", caught_up).broken == 1


def test_a_held_event(evening: Evening, found: Callable[[], Found]) -> None:
    by_hand(
        "orders",
        "INSERT INTO log_held (subscriber, producer, shard, epoch, txid, position, event_id, name, key, seq,"
        " occurred_at, actor, correlation, payload, held_at, attempts, cause)"
        " VALUES ('orders', 'payments', 1, 1, 1, 1, gen_random_uuid(), 'payments.payment_captured.v1', %s, 1,"
        " now(), 'service', gen_random_uuid(), '', now(), 3, 'ValueError: no')",
        given=[evening.waiting.id],
    )
    assert found() == {("cursors", "orders", str(evening.waiting.id))}
