"""Stripe's disputes (https://docs.stripe.com/api/disputes/object): what a customer's bank takes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import stripe

from modules.payments.providers.port import DisputeSeen
from modules.payments.providers.stripe.amounts import from_stripe
from modules.payments.providers.stripe.client import asking, client
from modules.payments.states import DisputeStanding

_STANDINGS = {
    "warning_needs_response": DisputeStanding.INQUIRY,
    "warning_under_review": DisputeStanding.INQUIRY,
    "warning_closed": DisputeStanding.CLOSED,
    "prevented": DisputeStanding.CLOSED,
    "needs_response": DisputeStanding.OPEN,
    "under_review": DisputeStanding.OPEN,
    "appeal_needs_response": DisputeStanding.OPEN,
    "appeal_under_review": DisputeStanding.OPEN,
    "won": DisputeStanding.WON,
    "lost": DisputeStanding.LOST,
}


def disputes_of(intent: str) -> Iterator[DisputeSeen]:
    """Every dispute about an intent."""
    with asking(f"{intent}: disputes"):
        found = list(client().v1.disputes.list({"payment_intent": intent}).auto_paging_iter())
    return map(_seen, found)


def _seen(dispute: stripe.Dispute) -> DisputeSeen:
    """Whether money moved is said by its balance transactions: none, one for what was withdrawn, two when it
    was reinstated. They are in our account's currency, the dispute is in the charge's. A status that is not
    known yet is open: somebody must look."""
    due_by = dispute.evidence_details.due_by
    return DisputeSeen(
        reference=dispute.id,
        amount=from_stripe(dispute.amount, dispute.currency),
        reason=dispute.reason[:64],
        standing=_STANDINGS.get(dispute.status, DisputeStanding.OPEN),
        withdrawn=any(each.amount < 0 for each in dispute.balance_transactions),
        reinstated=any(each.amount > 0 for each in dispute.balance_transactions),
        answer_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )
