"""Claims as their customers see them."""

from __future__ import annotations

from uuid import UUID

from modules.orders.interface import ClaimId, ClaimLine, ClaimReason, ClaimView, OrderUnknown
from modules.orders.models import Claim, Order


def claims(*, customer_id: UUID, order_id: UUID) -> tuple[ClaimView, ...]:
    """The customer's claims about an order, the oldest first. Raises OrderUnknown, also for another's."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise OrderUnknown()
    return tuple(claim_view(claim, order) for claim in order.claims.order_by("pk"))


def claim_view(claim: Claim, order: Order) -> ClaimView:
    return ClaimView(
        id=ClaimId(claim.id),
        order_id=order.id,
        reason=ClaimReason(claim.reason),
        state=claim.state,
        lines=tuple(ClaimLine(line=line, quantity=count) for line, count in sorted(claim.lines.items())),
        asked=order.money(claim.asked),
        granted=order.money(claim.granted),
        opened_at=claim.created_at,
        decide_by=claim.decide_by,
        decided_at=claim.decided_at,
        note=claim.note or None,
    )
