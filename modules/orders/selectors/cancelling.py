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
from modules.orders.selectors.chargebacks import charged_back
from modules.orders.states import KEEPS, is_over, stage_of
from tiffin import clock, regions

WHY = {
    Stage.BEFORE: "The order was taken.",
    Stage.PREPARING: "The kitchen is at work on it.",
    Stage.COURIER_COMING: "The kitchen is at work on it and a courier is coming for it.",
    Stage.READY: "The food is ready.",
    Stage.ON_THE_WAY: "The food is on its way.",
}
TOO_LATE = "The restaurant is at work on it: the order cannot be cancelled any more."


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
    return _read(order, msgspec.convert(fee.parts, list[RefundPart]), WHY[Stage(fee.stage)])


def kept_of(order: Order, parted: Split | None) -> int:
    """How much of what is left of the customer's money is kept, in minor units."""
    return min(parted.kept_total, order.total - order.refunded) if parted else 0


def preview_cancellation(*, customer_id: UUID, order_id: UUID) -> CancellationPreview:
    """What stopping the order now would mean. Raises OrderUnknown, also for another customer's."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise OrderUnknown()
    return preview(order, Canceller.CUSTOMER)


def preview(order: Order, by: Canceller) -> CancellationPreview:
    """What it would mean if this actor stopped the order now."""
    if not may_cancel(order, by):
        nothing = order.money(0)
        text = "The order is over." if is_over(order.axes) else TOO_LATE
        return CancellationPreview(may_cancel=False, back=nothing, released=nothing, text=text, keeps=nothing)
    parted = split_for(order, by)
    kept = kept_of(order, parted)
    left = order.captured - order.refunded
    back = max(0, min(left - kept, left - charged_back(order))) if order.captured else 0
    unpaid = parted.back if parted else split(price_of(order), {}).back
    return CancellationPreview(
        may_cancel=True,
        back=order.money(back),
        released=order.money(0 if order.captured else order.total - kept),
        text=_what_it_means(order, back, kept),
        kept=_read(order, parted.kept, WHY[stage_of(order.axes)]) if parted else (),
        keeps=order.money(kept),
        unpaid=_read(order, unpaid),
    )


def _what_it_means(order: Order, back: int, kept: int) -> str:
    if kept:
        returned = order.money(order.total - order.refunded - kept)
        return f"{WHY[stage_of(order.axes)]} You pay {order.money(kept)}, and {returned} you do not."
    if back:
        return f"You get {order.money(back)} back."
    if order.captured:
        return "Your bank has taken the money back already: nothing more is to be given back."
    return "Nothing has been taken yet: you pay nothing."


def _read(order: Order, parts: Iterable[RefundPart], reason: str = "") -> tuple[KeptPart, ...]:
    return tuple(
        KeptPart(
            label=part.label,
            amount=order.money(part.amount if order.includes_tax else part.amount + part.tax),
            tax=order.money(part.tax),
            party=part.party,
            liable=part.liable,
            line=part.line,
            reason=reason,
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
