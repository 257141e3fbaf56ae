"""Claims as their customers see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.expressions import Combinable

from modules.orders.interface import (
    ClaimId,
    ClaimLine,
    ClaimReason,
    ClaimState,
    ClaimView,
    EvidenceFile,
    EvidenceId,
    EvidenceUnknown,
    EvidenceView,
    OrderUnknown,
)
from modules.orders.models import Claim, Evidence, KnownBenefits, Order
from modules.orders.selectors.times import time_for
from modules.rewards.interface import Benefit
from tiffin import clock

MOST_EVIDENCE = 4


def claims(*, customer_id: UUID, order_id: UUID) -> tuple[ClaimView, ...]:
    """The customer's claims about an order, the oldest first. Raises OrderUnknown, also for another's."""
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).first()
    if order is None:
        raise OrderUnknown()
    return tuple(claim_view(claim, order) for claim in order.claims.order_by("pk"))


def has_priority() -> ExpressionWrapper[Combinable]:
    """Of a claim whether it is to be decided before others: it is open, and its customer's tier in its region
    brings that."""
    brings_it = KnownBenefits.objects.filter(
        customer_id=OuterRef("customer_id"),
        region=OuterRef("region"),
        benefits__contains=[Benefit.PRIORITY_SUPPORT.value],
        until__gt=clock.now(),
    )
    return ExpressionWrapper(
        Q(state_name=ClaimState.OPEN.value) & Exists(brings_it), output_field=BooleanField()
    )


def claim_view(claim: Claim, order: Order) -> ClaimView:
    sent = list(claim.evidence.defer("content"))
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
        answer=claim.answer,
        evidence=tuple(evidence_view(each) for each in sent),
        takes_evidence=claim.state is ClaimState.OPEN and len(sent) < MOST_EVIDENCE,
        appealed_at=claim.appealed_at,
        appeal_until=appeal_until(claim, order),
    )


def claim_answer(claim: Claim, order: Order) -> ClaimView:
    """The claim as commands answer it. Those answers are kept: what staff wrote is in none."""
    bare: ClaimView = msgspec.structs.replace(claim_view(claim, order), answer="")
    return bare


def appeal_until(claim: Claim, order: Order) -> datetime | None:
    """Until when its customer may still say that it was refused wrongly; None when they cannot."""
    if claim.state is not ClaimState.REFUSED or claim.decided_at is None or claim.appealed_at is not None:
        return None
    until = claim.decided_at + time_for(order, "claim_seconds")
    return until if clock.now() < until else None


def evidence_view(evidence: Evidence) -> EvidenceView:
    return EvidenceView(
        id=EvidenceId(evidence.id),
        media_type=evidence.media_type,
        size=evidence.size,
        added_at=evidence.added_at,
    )


def evidence(*, customer_id: UUID, evidence_id: UUID) -> EvidenceFile:
    """A photo that this customer sent. Raises EvidenceUnknown, also for another's."""
    found = Evidence.objects.filter(pk=evidence_id, claim__customer_id=customer_id).first()
    if found is None:
        raise EvidenceUnknown()
    return EvidenceFile(media_type=found.media_type, content=bytes(found.content))
