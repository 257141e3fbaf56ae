"""Photos with a claim: taken while it is open, kept as long as the region says after it was decided."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from modules.orders.interface import ClaimState, ClaimUnknown, EvidenceRefused
from modules.orders.models import Claim, Evidence, Order
from modules.orders.pictures import NoPicture, read_picture
from modules.orders.selectors.claims import MOST_EVIDENCE
from modules.orders.selectors.times import time_for
from tiffin import clock, db, jobs

MOST_BYTES = 6 * 1024 * 1024


def add_evidence(*, customer_id: UUID, claim_id: UUID, content: bytes) -> Evidence:
    """Keep a photo; the same one is kept once. Raises ClaimUnknown, EvidenceRefused."""
    if len(content) > MOST_BYTES:
        raise EvidenceRefused(reason="A photo may have at most 6 MB; send a smaller one.")
    try:
        picture = read_picture(content)
    except NoPicture as what:
        raise EvidenceRefused(reason=f"Send a photo as JPEG, PNG or WebP: {what}.") from None
    with db.transaction():
        claim = _lock_claim_of(customer_id, claim_id)
        digest = sha256(picture.content).hexdigest()
        known = claim.evidence.filter(hash=digest).first()
        if known is not None:
            return known
        if claim.state is not ClaimState.OPEN:
            raise EvidenceRefused(reason="The claim is decided: photos can be sent while it is open.")
        if claim.evidence.count() >= MOST_EVIDENCE:
            raise EvidenceRefused(reason=f"A claim takes {MOST_EVIDENCE} photos; these are there already.")
        added = Evidence(
            claim=claim,
            hash=digest,
            media_type=picture.media_type,
            content=picture.content,
            size=len(picture.content),
        )
        added.save(force_insert=True)
    return added


@db.transaction_required
def forget_evidence_later(order: Order, claim: Claim) -> None:
    """Photos of a claim that is decided go when the region's time for them is over."""
    if claim.evidence.exists():
        jobs.add(claim, "forget_evidence", due=clock.now() + time_for(order, "evidence_seconds"))


def forget_evidence(claim_id: UUID) -> None:
    """Their time is over, unless somebody has to decide again: then it begins anew with the decision."""
    with db.transaction():
        claim = Claim.lock(claim_id)
        if claim.state is not ClaimState.OPEN:
            claim.evidence.all().delete()


@db.transaction_required
def _lock_claim_of(customer_id: UUID, claim_id: UUID) -> Claim:
    try:
        claim: Claim = Claim.lock(claim_id)
    except Claim.DoesNotExist:
        raise ClaimUnknown() from None
    if claim.customer_id != customer_id:
        raise ClaimUnknown()
    return claim
