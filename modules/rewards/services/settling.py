"""Settling with charities: what is payable is gathered into a batch, and given back when nobody takes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from modules.rewards import policies
from modules.rewards.errors import NothingToSettle
from modules.rewards.interface import Flow, Transfer
from modules.rewards.models import Charity, SettlementBatch
from modules.rewards.selectors import lying
from modules.rewards.services.posting import post
from modules.rewards.states import BatchState
from tiffin import clock, db, ids, jobs, regions

# As many donations as one short transaction may move.
AT_ONCE = 5000
# For so long nothing may move before staff hear of it, and the job of the state is wanted anew.
PATIENCE = timedelta(days=1)
JOBS = {
    BatchState.GATHERING: "gather_donations",
    BatchState.SENDING: "send_batch",
    BatchState.ACCEPTED: "look_at_batch",
    BatchState.PAYING: "pay_batch",
    BatchState.PAID: "look_at_batch",
    BatchState.DISPUTED: "find_payout",
    BatchState.RETURNING: "give_back",
}
_BEGUN = (BatchState.GATHERING.value, BatchState.SENDING.value)

_TAKE = """
WITH taken AS (
    SELECT id FROM rewards_donation
    WHERE charity_id = %(charity)s AND batch_id IS NULL AND amount > taken_back AND given_at <= %(until)s
    ORDER BY id LIMIT %(most)s FOR UPDATE
), moved AS (
    UPDATE rewards_donation AS donation SET batch_id = %(batch)s FROM taken WHERE donation.id = taken.id
    RETURNING donation.amount - donation.taken_back AS amount
)
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM moved
"""
_FREE = """
WITH freed AS (
    SELECT id FROM rewards_donation WHERE batch_id = %(batch)s ORDER BY id LIMIT %(most)s FOR UPDATE
), moved AS (
    UPDATE rewards_donation AS donation SET batch_id = NULL FROM freed WHERE donation.id = freed.id
    RETURNING donation.amount - donation.taken_back AS amount
)
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM moved
"""


def open_due_batches() -> int:
    """Begin to settle with every charity whose time has come; how many batches were opened. One for which too
    little lies there waits for the next time."""
    opened = 0
    for region in regions.all():
        local = region.local(clock.now())
        rule = policies.giving(region, local.date())
        if rule is None:
            continue
        time = rule.latest(local)
        due = list(Charity.objects.filter(region=region.code, held="", settled_to__lt=time).order_by("pk"))
        there = lying(due)
        for charity in due:
            enough = there.get(charity.pk, 0) >= rule.minimum
            opened += _settle(charity.pk, time if enough else None, time)
    return opened


def _settle(charity_id: UUID, open_at: datetime | None, time: datetime) -> int:
    with db.transaction():
        charity = Charity.objects.select_for_update(no_key=True).get(pk=charity_id)
        if charity.held or charity.settled_to >= time:
            return 0  # somebody else was faster
        if open_at is not None and _open(charity) is None:
            return 0  # the last one has only begun: the sweep comes again
        charity.settled_to = time
        charity.save(update_fields=("settled_to",))
        return int(open_at is not None)


def settle_now(charity_id: UUID) -> SettlementBatch:
    """Staff have looked: settle whatever lies there, the way that the charity says by now. Raises
    NothingToSettle."""
    with db.transaction():
        charity = Charity.objects.select_for_update(no_key=True).get(pk=charity_id)
        batch = _open(charity) if lying([charity]).get(charity.pk) else None
        if batch is None:
            raise NothingToSettle(charity=charity.name)
        charity.held = ""
        charity.save(update_fields=("held",))
        return batch


@db.transaction_required
def _open(charity: Charity) -> SettlementBatch | None:
    """A new batch of the locked charity; None while another has only begun."""
    if charity.batches.filter(state_name__in=_BEGUN).exists():
        return None
    batch = SettlementBatch(
        region=charity.region,
        charity=charity,
        way=charity.settles_by,
        organisation=charity.organisation,
        currency=charity.currency,
    )
    batch.save()
    go_on(batch)
    return batch


@db.transaction_required
def go_on(batch: SettlementBatch, *, after: timedelta = timedelta(0)) -> None:
    """Have done what its state wants, and be patient for so long."""
    if batch.state in JOBS:
        jobs.add(batch, JOBS[batch.state], due=clock.now() + after)
    jobs.set_deadline(batch, "batch_stands", due=clock.now() + PATIENCE)


@db.transaction_required
def be_patient(batch: SettlementBatch) -> None:
    """It has moved, be it within its state: from now on it is waited for anew."""
    batch.stuck = 0
    jobs.set_deadline(batch, "batch_stands", due=clock.now() + PATIENCE)


def gather(batch_id: UUID, *, at_once: int = AT_ONCE) -> bool:
    """Take some more donations into the batch; whether there may be others. Once there are none, it is
    sent."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state is not BatchState.GATHERING:
            return False
        count, amount = _moved(_TAKE, batch, at_once)
        if count:
            batch.pieces += 1
            batch.count += count
            batch.amount += amount
            post(_piece(batch, Flow.PAY, f"pay {batch.pieces}", amount))
        elif batch.count:
            batch.move_to(BatchState.SENDING)
            go_on(batch)
        else:
            batch.move_to(BatchState.RETURNING)  # refunds were faster: there is nothing
            batch.reason = "nothing was left"
            go_on(batch)
        batch.save()
    return bool(count)


def give_back(batch_id: UUID, *, at_once: int = AT_ONCE) -> bool:
    """Have some of its donations payable again; whether there may be others."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state is not BatchState.RETURNING:
            return False
        count, amount = _moved(_FREE, batch, at_once)
        if count:
            batch.returns += 1
            post(_piece(batch, Flow.RETURN, f"return {batch.returns}", amount))
        else:
            batch.move_to(BatchState.RETURNED)
            jobs.clear_deadline(batch)
        batch.save()
    return bool(count)


def _moved(statement: str, batch: SettlementBatch, at_once: int) -> tuple[int, int]:
    [(count, amount)] = db.select(
        statement, batch=batch.pk, charity=batch.charity_id, until=batch.created_at, most=at_once
    )
    return count, amount


def _piece(batch: SettlementBatch, flow: Flow, name: str, amount: int) -> Transfer:
    return Transfer(
        id=ids.derived(batch.pk, name),
        flow=flow,
        amount=amount,
        region=batch.region,
        unit=batch.currency,
        party_id=batch.charity_id,
        reason=f"settlement {batch.pk.hex}",
    )
