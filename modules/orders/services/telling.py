"""What went back, as those hear of it who count what was earned and given with the order."""

from __future__ import annotations

import msgspec

from modules.orders.events import OrderRefunded
from modules.orders.interface import Party
from modules.orders.models import Order, Refund
from modules.orders.pricing.refunding import RefundPart, total_of
from modules.orders.selectors.bills import price_of
from modules.orders.services.owing import CHARGED_BACK, GIVEN
from tiffin import ids
from tiffin.money import Money

UNPAID = "unpaid"


def money_told(order: Order, amount: int, refund: Refund | None) -> OrderRefunded:
    """So many minor units are back, with the refund or of nobody knows what."""
    goods, donation = _made_of(order, refund, amount)
    return OrderRefunded(
        order_id=order.id,
        customer_id=order.customer_id,
        amount=order.money(amount),
        reason=refund.reason if refund and refund.reason != GIVEN else "",
        refund_id=ids.derived(order.id, f"refund-{refund.number}") if refund else None,
        goods=order.money(goods),
        donation=order.money(donation) if donation else None,
        saved_by_membership=_saved(order) if order.refunded >= order.total else None,
    )


def points_told(order: Order, refund: Refund) -> OrderRefunded:
    """The points of the refund are back; its money is told of when that is."""
    return OrderRefunded(
        order_id=order.id,
        customer_id=order.customer_id,
        amount=order.money(0),
        reason=refund.reason,
        refund_id=ids.derived(order.id, f"points-{refund.number}"),
        goods=order.money(sum(part.in_points for part in _parts(refund) if part.line is not None)),
        points=refund.points,
    )


def unpaid_told(order: Order) -> OrderRefunded:
    """The money for an order that was told as delivered never came: nothing of it was earned or given."""
    return OrderRefunded(
        order_id=order.id,
        customer_id=order.customer_id,
        amount=order.money(0),
        reason=UNPAID,
        refund_id=ids.derived(order.id, UNPAID),
        goods=order.money(order.goods),
        donation=order.money(order.donation) if order.donation else None,
        saved_by_membership=_saved(order),
    )


def charged_back_told(order: Order, *, dispute: str, amount: int) -> OrderRefunded:
    """The customer's bank took so many minor units of an order that was told as delivered: what they were
    paid for earned nothing. The gift is the charity's already, and stays so at the platform's loss."""
    goods, _ = _made_of(order, None, amount)
    return OrderRefunded(
        order_id=order.id,
        customer_id=order.customer_id,
        amount=order.money(0),
        reason=CHARGED_BACK,
        refund_id=ids.derived(order.id, f"charged back {dispute}"),
        goods=order.money(goods),
    )


def _saved(order: Order) -> Money | None:
    return order.money(order.member_saving) if order.member_saving else None


def _parts(refund: Refund) -> list[RefundPart]:
    return msgspec.convert(refund.parts, list[RefundPart])


def _made_of(order: Order, refund: Refund | None, amount: int) -> tuple[int, int]:
    """What of `amount` went back for dishes and options, and what of the donation. What is not made of
    anything is a share of the whole bill, and the donation goes back with the last of that."""
    parts = _parts(refund) if refund else []
    whole = total_of(parts, includes_tax=order.includes_tax)
    if whole:
        goods = sum(part.amount for part in parts if part.line is not None)
        given = sum(part.amount for part in parts if part.party is Party.CHARITY)
        return goods * amount // whole, given * amount // whole
    of_dishes = [part.amount.amount for part in price_of(order).components if part.line is not None]
    all_back = order.refunded >= order.total and not _donation_is_back(order)
    return sum(of_dishes) * amount // order.total, order.donation if all_back else 0


def _donation_is_back(order: Order) -> bool:
    done = order.refunds.filter(done_at__isnull=False)
    return any(part.party is Party.CHARITY for refund in done for part in _parts(refund))
