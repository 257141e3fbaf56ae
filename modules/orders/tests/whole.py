"""What holds of an order at every moment, and when it is over, whatever was reported of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections

from modules.orders.interface import PaymentState, PointsState, RefundState
from modules.orders.models import Claim, Order, PromotionUse, Refund, SlotUse
from modules.orders.models.refund import TO_CORRECT
from modules.orders.selectors.cancelling import fee_of
from modules.orders.selectors.chargebacks import charged_back
from modules.orders.selectors.orders import entries_since
from modules.orders.services import write_receipts
from modules.orders.services.deadlines import deadline_of
from modules.orders.states import is_final, status_of
from modules.rewards.interface import HoldState, Rewards
from tiffin import db
from tiffin.audit import Inspection
from tiffin.audit.rules import rules_hold
from tiffin.interfaces import call

_ENDED = {HoldState.VOIDED, HoldState.EXPIRED}
# Where the hold may be when the order is about to be asked, was, or has heard.
HOLDS: dict[PointsState, set[HoldState | None]] = {
    PointsState.PENDING: {None},
    PointsState.HELD: {HoldState.HELD},
    PointsState.SPENDING: {HoldState.HELD},
    PointsState.SPENT: {HoldState.POSTED},
    PointsState.RESTORING: {HoldState.POSTED},
    PointsState.RELEASING: {None, HoldState.HELD, *_ENDED},
    PointsState.RELEASED: {None, *_ENDED},
    PointsState.REFUSED: {None},
    PointsState.LAPSED: _ENDED,
}


def check(order_id: UUID) -> None:
    """What holds at every moment."""
    order = Order.get(order_id)
    deadlines = _deadlines(order_id)
    expected = deadline_of(order)
    if is_final(order.axes):
        assert deadlines == []
        assert expected is None
    else:
        assert deadlines == [(order.waits_for, order.waits_until)]
    assert order.status_name == status_of(order.axes).value
    assert 0 <= order.refunded <= order.captured <= order.total
    assert order.refund_due <= order.total
    refunds = db.find(Refund, order=order_id)
    owed = sum(refund.amount for refund in refunds if not (refund.done_at or refund.charged_back_at))
    assert order.axes.refund is RefundState.DUE or not owed
    assert owed <= max(0, order.captured - order.refunded - charged_back(order))
    assert sum(refund.amount for refund in refunds if refund.done_at) == order.refunded
    # One, of which the bank may have a part.
    assert len({refund.owed_at for refund in refunds if refund.reason == "late"}) <= 1
    check_points(order, refunds)
    for made in db.find(Claim, order=order_id):
        assert len(_deadlines(made.id)) == (made.state_name == "open")
    check_kept_for(order)
    entries = entries_since(order_id, 0)
    assert [entry.seq for entry in entries] == list(range(1, order.timeline_seq + 1))
    assert entries[-1].axes == order.axes


def _deadlines(key: UUID) -> list[tuple[str, datetime]]:
    with connections["orders"].cursor() as cursor:
        cursor.execute("SELECT name, due FROM job WHERE key = %s AND slot = 'deadline'", [key])
        return list(cursor.fetchall())


def check_points(order: Order, refunds: list[Refund]) -> None:
    """Its hold is as the order says, and what came back in points is what refunds gave back."""
    assert sum(refund.points for refund in refunds if refund.points_done_at) == order.points_back
    assert sum(refund.points for refund in refunds) <= order.points
    state = order.axes.points
    owed = any(refund.points and not refund.points_done_at for refund in refunds)
    assert owed is (state is PointsState.RESTORING) or state is PointsState.SPENDING
    if state is PointsState.NONE:
        assert order.points == 0
        return
    hold = next(iter(call(Rewards).holds(hold_ids=[order.hold_id])), None)
    assert (hold.state if hold else None) in HOLDS[state]
    if hold and hold.state is HoldState.POSTED:
        assert (hold.posted, hold.restored) == (order.points, order.points_back)


def check_kept_for(order: Order) -> None:
    """Its time is taken until it is cancelled; its discount is used until then, or as long as something is
    kept of it."""
    is_cancelled, fee = order.order_state == "cancelled", fee_of(order)
    keeps = not is_cancelled or bool(fee and fee.amount)
    assert len(db.find(SlotUse, order=order.id)) == (order.wanted_at is not None and not is_cancelled)
    for use in db.find(PromotionUse, order=order.id):
        assert (use.released_at is None) == (use.turn is not None) == keeps


def with_bank(order: Order) -> int:
    """What was owed back and the bank had taken already."""
    refunds = order.refunds.filter(done_at=None, charged_back_at__isnull=False)
    return sum(refunds.values_list("amount", flat=True))


def check_receipts(order: Order) -> None:
    """What is in writing less what was corrected is what was taken less what went back, of no party less than
    nothing: neither in all nor at any rate of tax."""
    write_receipts()
    written = list(order.receipts.all())
    taken = order.captured - order.refunded if order.axes.payment is PaymentState.CAPTURED else 0
    if order.order_state != "completed":
        taken -= with_bank(order)
    assert sum(receipt.total for receipt in written) == taken
    left: dict[tuple[str, str], int] = defaultdict(int)
    for receipt in written:
        for tax in receipt.taxes:
            left[receipt.party_name, tax["rate"]] += tax["base"] + tax["tax"]
    assert all(amount >= 0 for amount in left.values()), left
    assert not Refund.objects.filter(TO_CORRECT, order=order, order__receipted=True).exists()


def check_rules() -> None:
    """What the audit asks of all rows: places and discounts, what is left of budgets, numbers of receipts."""
    inspection = Inspection("rules", "orders")
    rules_hold(inspection, timedelta(0))
    assert inspection.result().findings == ()
