"""What must always hold of giving: nothing that was given is lost, and nothing is paid twice."""

from __future__ import annotations

from uuid import UUID

from modules.rewards.models import SettlementBatch
from modules.rewards.states import BatchState
from tiffin import db, ids
from tiffin.audit import Inspection, rule

PAGE = 500

# Donations and what is payable move in one transaction, and one statement sees one moment.
_PAYABLE = """
WITH given AS (
    SELECT charity_id, sum(amount - taken_back) AS amount FROM rewards_donation
    WHERE batch_id IS NULL GROUP BY charity_id
), payable AS (
    SELECT owner, sum(balance) AS amount FROM rewards_account WHERE kind = 'payable' GROUP BY owner
)
SELECT charity.id, coalesce(given.amount, 0)::bigint, coalesce(payable.amount, 0)::bigint
FROM rewards_charity AS charity
LEFT JOIN given ON given.charity_id = charity.id
LEFT JOIN payable ON payable.owner = charity.id
"""
_STRAY = """
SELECT DISTINCT owner FROM rewards_account
WHERE kind = 'payable' AND balance <> 0 AND owner NOT IN (SELECT id FROM rewards_charity)
"""
_BATCHES = """
WITH given AS (
    SELECT batch_id, count(*) AS count, sum(amount - taken_back) AS amount FROM rewards_donation
    WHERE batch_id = ANY(%(batches)s) GROUP BY batch_id
)
SELECT batch.id, batch.state, batch.amount, batch.pieces, batch.returns,
       coalesce(given.count, 0)::bigint, coalesce(given.amount, 0)::bigint
FROM rewards_settlementbatch AS batch LEFT JOIN given ON given.batch_id = batch.id
WHERE batch.id = ANY(%(batches)s)
"""
_ENTRIES = "SELECT id, flow, amount FROM rewards_entry WHERE id = ANY(%s)"


@rule
def payable_is_what_was_given(inspection: Inspection) -> None:
    """What is payable to a charity is what was given to it, is not taken back, and is in no settlement.
    Counts charities."""
    for charity, given, payable in db.select(_PAYABLE):
        if given != payable:
            inspection.find(charity, f"{payable} are payable, and {given} were given and not settled")
        inspection.looked(1)
    for (owner,) in db.select(_STRAY):
        inspection.find(owner, "something is payable to a charity that is not there")


@rule
def batches_are_their_entries(inspection: Inspection) -> None:
    """What was paid for a settlement and did not come back is what its donations come to: all of its amount,
    or nothing once it has returned. Counts settlements."""
    last: UUID | None = None
    while True:
        page = SettlementBatch.objects.order_by("pk")
        page = page.filter(pk__gt=last) if last else page
        batches = list(page.values_list("pk", flat=True)[:PAGE])
        if not batches:
            return
        _look_at(inspection, batches)
        inspection.looked(len(batches))
        last = batches[-1]


def _look_at(inspection: Inspection, batches: list[UUID]) -> None:
    for batch, state, amount, pieces, returns, count, given in db.select(_BATCHES, batches=batches):
        paid = _entered(batch, "pay", pieces)
        back = _entered(batch, "return", returns)
        if paid != amount:
            inspection.find(batch, f"it is over {amount}, and {paid} were paid for it")
        if paid - back != given:
            inspection.find(batch, f"{paid - back} are out for it, and its donations come to {given}")
        if state == BatchState.RETURNED.value and count:
            inspection.find(batch, f"it was given back, and still has {count} donations")


def _entered(batch: UUID, flow: str, pieces: int) -> int:
    names = [ids.derived(batch, f"{flow} {number}") for number in range(1, pieces + 1)]
    return sum(amount for _, found, amount in db.select(_ENTRIES, names) if found == flow)
