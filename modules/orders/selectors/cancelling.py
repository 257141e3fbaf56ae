"""What stopping an order would mean, and what is kept of one that was stopped."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec

from modules.orders.interface import CancellationPreview, KeptPart, OrderState, OrderUnknown
from modules.orders.models import CancellationFee, Order
from modules.orders.policies import CancellationFacts, CancellationPolicy, Canceller, KeptShare, Stage
from modules.orders.pricing.keeping import Split, split
from modules.orders.pricing.refunding import RefundPart
from modules.orders.selectors.bills import price_of
from modules.orders.states import KEEPS, is_over, stage_of
from tiffin import clock, regions

WHY = {
    Stage.BEFORE: "The order was taken.",
    Stage.PREPARING: "The kitchen is at work on it.",
    Stage.COURIER_COMING: "The kitchen is at work on it and a courier is coming for it.",
    Stage.READY: "The food is ready.",
    Stage.ON_THE_WAY: "The food is on its way.",
}


def may_cancel(order: Order, by: Canceller) -> bool:
    """Whether this actor may stop the order as it stands."""
    return not is_over(order.axes) and _policy(order).may_cancel(_facts(order, by))


def split_for(order: Order, by: Canceller) -> Split | None:
    """What is kept and what goes back if the order ends now by this actor's doing; None when nothing is kept,
    as when no money is secured yet or all of it went back already."""
    if order.axes.payment not in KEEPS or order.refunded >= order.total:
        return None
    shares = _policy(order).kept(_facts(order, by))
    if not shares:
        return None
    parted = split(price_of(order), {share.what: share.share for share in shares})
    return parted if parted.kept_total else None


def fee_of(order: Order) -> CancellationFee | None:
    """What is kept of the order, once it was stopped."""
    if order.axes.order is not OrderState.CANCELLED or order.axes.payment not in KEEPS:
        return None
    return CancellationFee.objects.filter(order_id=order.id).first()


def kept_parts(order: Order) -> tuple[KeptPart, ...]:
    """What is kept of the order, line by line; nothing while it has not been stopped."""
    fee = fee_of(order)
    if fee is None:
        return ()
    return _read(order, msgspec.convert(fee.parts, list[RefundPart]), Stage(fee.stage))


def preview_cancellation(*, customer_id: UUID, order_id: UUID) -> CancellationPreview:
    """What stopping the order now would mean. Raises OrderUnknown, also for another customer's."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise OrderUnknown()
    allowed = may_cancel(order, Canceller.CUSTOMER)
    parted = split_for(order, Canceller.CUSTOMER) if allowed else None
    kept = min(parted.kept_total, order.total - order.refunded) if parted else 0
    back = max(0, order.captured - order.refunded - kept) if allowed else 0
    return CancellationPreview(
        may_cancel=allowed,
        back=order.money(back),
        released=order.money(order.total - kept if allowed and not order.captured else 0),
        text=_what_it_means(order, allowed, back, kept),
        kept=_read(order, parted.kept, stage_of(order.axes)) if parted else (),
        keeps=order.money(kept),
    )


def _what_it_means(order: Order, allowed: bool, back: int, kept: int) -> str:
    if is_over(order.axes):
        return "The order is over."
    if not allowed:
        return "The restaurant is at work on it: the order cannot be cancelled any more."
    if kept:
        returned = order.money(order.total - order.refunded - kept)
        return f"{WHY[stage_of(order.axes)]} You pay {order.money(kept)}, and {returned} you do not."
    if back:
        return f"You get {order.money(back)} back."
    return "Nothing has been taken yet: you pay nothing."


def _read(order: Order, parts: Iterable[RefundPart], stage: Stage) -> tuple[KeptPart, ...]:
    return tuple(
        KeptPart(
            label=part.label,
            amount=order.money(part.amount if order.includes_tax else part.amount + part.tax),
            tax=order.money(part.tax),
            party=part.party,
            liable=part.liable,
            line=part.line,
            reason=WHY[stage],
        )
        for part in parts
    )


def _policy(order: Order) -> CancellationPolicy:
    return regions.get(order.region).policy(CancellationPolicy)


def _facts(order: Order, by: Canceller) -> CancellationFacts:
    region = regions.get(order.region)
    rows = region.rules("cancellation.kept", KeptShare, on=region.local(order.created_at).date())
    return CancellationFacts(
        by=by,
        axes=order.axes,
        placed_at=order.created_at,
        now=clock.now(),
        stage=stage_of(order.axes),
        rows=tuple(rows),
    )
