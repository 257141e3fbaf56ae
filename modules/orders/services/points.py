"""The points of an order: held before the money is, spent once it has come, let go when it is given up, and
given back for what was wrong with it. Rewards answers at once: what it says is written down here."""

from __future__ import annotations

from uuid import UUID

from modules.orders.events import OrderRefunded
from modules.orders.interface import OrderState, PointsState
from modules.orders.models import Order, Refund
from modules.orders.pricing.sharing import shares_of
from modules.orders.selectors.bills import price_of
from modules.orders.services.compensation import give_up, release_points
from modules.orders.services.owing import give_points_back
from modules.orders.services.recording import record
from modules.orders.services.telling import points_told
from modules.rewards.interface import (
    HoldConflict,
    HoldUnknown,
    InsufficientPoints,
    PointsInvalid,
    Rewards,
    TooFast,
    TransferDiffers,
    TransferInvalid,
    WalletUnderReview,
)
from tiffin import clock, db, jobs
from tiffin.interfaces import call

REFUSED, LAPSED, NEVER_ASKED = "points_refused", "points_lapsed", "never_asked"
_REFUSALS = (
    InsufficientPoints,
    PointsInvalid,
    TooFast,
    TransferDiffers,
    TransferInvalid,
    WalletUnderReview,
)
# What the customer is told in words of its own.
_TOLD = frozenset({TooFast.code, WalletUnderReview.code})


def hold_points(order_id: UUID) -> None:
    """Have the points held; the payment is asked for once they are."""
    order = Order.get(order_id)
    if order.axes.points is not PointsState.PENDING:
        return
    try:
        call(Rewards).hold(
            key=order.command_key("hold"),
            hold_id=order.hold_id,
            customer_id=order.customer_id,
            order_id=order.id,
            points=order.points,
            region=order.region,
        )
    except _REFUSALS as refusal:
        _refused(order_id, refusal.code)
    else:
        _held(order_id)


def _refused(order_id: UUID, code: str) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.points is PointsState.PENDING:
            order.move(points=PointsState.REFUSED, note=code)
            reason = code if code in _TOLD else REFUSED
            record(order, give_up(order, reason=reason, by="rewards"), cause="secure_points")


def _held(order_id: UUID) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.points is PointsState.PENDING:
            order.move(points=PointsState.HELD)
            jobs.add(order, "secure_payment", due=clock.now(), shares=shares_of(price_of(order)))
        elif order.axes.points in {PointsState.RELEASING, PointsState.RELEASED}:
            release_points(order)  # given up meanwhile
        record(order, cause="secure_points")


def spend_points(order_id: UUID) -> None:
    """The customer has the order: what is held is spent. What lapsed before is the platform's loss."""
    order = Order.get(order_id)
    if order.axes.points is not PointsState.SPENDING:
        return
    try:
        call(Rewards).post(key=order.command_key("spend"), hold_id=order.hold_id, points=order.points)
    except (HoldUnknown, HoldConflict) as refusal:
        lapsed: str | None = refusal.code
    else:
        lapsed = None
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.points is not PointsState.SPENDING:
            return
        if lapsed is not None:
            record(order, *_lapsed(order, note=lapsed), cause="spend_points")
            return
        order.move(points=PointsState.SPENT)
        give_points_back(order)
        record(order, cause="spend_points")


def let_points_go(order_id: UUID, number: int) -> None:
    """What is held is the customer's again. `number` is the wish's."""
    order = Order.get(order_id)
    if order.axes.points is not PointsState.RELEASING:
        return
    let_go = call(Rewards).void(key=order.command_key("unhold", number), hold_id=order.hold_id)
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.points is not PointsState.RELEASING:
            return
        order.move(points=PointsState.RELEASED, note="" if let_go.points else NEVER_ASKED)
        record(order, cause="release_points")


def restore_points(order_id: UUID) -> None:
    """Give back what is owed in points, each refund once."""
    order = Order.get(order_id)
    if order.axes.points is not PointsState.RESTORING:
        return
    for refund in order.refunds.filter(points__gt=0, points_done_at=None):
        call(Rewards).restore(
            key=order.command_key(f"restore-{refund.number}"),
            hold_id=order.hold_id,
            points=refund.points,
            reason=refund.reason,
        )
        _restored(order_id, refund.pk)


def _restored(order_id: UUID, refund_id: int) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        refund = Refund.objects.get(pk=refund_id)
        if refund.points_done_at is not None:
            return
        told = _are_back(order, refund)
        if not order.refunds.filter(points__gt=0, points_done_at=None).exists():
            order.move(points=PointsState.SPENT, note=refund.reason)
        record(order, told, cause="restore_points")


@db.transaction_required
def _are_back(order: Order, refund: Refund) -> OrderRefunded:
    refund.points_done_at = clock.now()
    refund.save(update_fields=("points_done_at",))
    order.points_back += refund.points
    return points_told(order, refund)


@db.transaction_required
def _lapsed(order: Order, *, note: str = "") -> list[OrderRefunded]:
    """They are the customer's again, and with them those that were owed."""
    order.move(points=PointsState.LAPSED, note=note)
    owed = order.refunds.filter(points__gt=0, points_done_at=None)
    return [_are_back(order, refund) for refund in owed]


@db.transaction_required
def lapse_points(order: Order) -> None:
    """Rewards let go of what nobody had ended in time. Before anybody cooks there is no order then; later the
    loss is the platform's."""
    match order.axes.points:
        case PointsState.RELEASING:
            jobs.drop(order, "release_points")
            order.move(points=PointsState.RELEASED, note=LAPSED)
        case PointsState.SPENDING:
            jobs.drop(order, "spend_points")
            record(order, *_lapsed(order))
            return
        case PointsState.HELD:
            order.move(points=PointsState.LAPSED)
            if order.axes.order in {OrderState.PLACED, OrderState.CONFIRMED}:
                record(order, give_up(order, reason=LAPSED, by="rewards"))
                return
        case _:
            return
    record(order)
