"""How points pass from one customer to another in the ledger: at once, or once somebody has looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from modules.rewards.codes import spaced
from modules.rewards.events import PointsReceived, SendingReturned
from modules.rewards.interface import Flow, SendingState, Transfer
from modules.rewards.models import Hold, Lot, PointsSent, WalletStanding
from modules.rewards.selectors.standing import find_standing
from modules.rewards.services.posting import post
from tiffin import clock, db, ids, jobs
from tiffin.log import publish, publish_new

# Why what was held came back.
FROZEN, UNDECIDED, FORGOTTEN = "frozen", "undecided", "forgotten"
RECEIVER, EXPIRED = "receiver", "expired"


# In the order in which the ledger locks them; nothing but sending moves points from one customer to another.
# As the ledger does, none before both are there: whoever opens one may wait for the other.
_LOCK = """
WITH pair AS (SELECT id FROM rewards_account WHERE owner = ANY(%s) AND kind = 'available')
SELECT id FROM rewards_account WHERE id IN (SELECT id FROM pair) AND (SELECT count(*) FROM pair) = 2
ORDER BY id FOR NO KEY UPDATE
"""


class Part(NamedTuple):
    """So many points of a lot."""

    lot: Lot
    points: int


@db.transaction_required
def lock_both(sender_id: UUID, receiver_id: UUID) -> None:
    """Before anything else of the ledger, so that whoever sends each other waits and does not block."""
    db.select(_LOCK, [sender_id, receiver_id])


@db.transaction_required
def pass_on(
    sent: PointsSent, parts: Sequence[Part], sender: WalletStanding, receiver: WalletStanding
) -> None:
    """They are the receiver's now."""
    post(*_pairs(sent, parts, sender, receiver))
    publish_new(sent, _received(sent))


@db.transaction_required
def hold_back(sent: PointsSent, parts: Sequence[Part], receiver: WalletStanding, *, until: datetime) -> None:
    """They are neither side's until somebody has looked, or nobody has `until` then. Each lot by itself: it
    is these very ones that go then, and none that has expired."""
    sent.state_name = SendingState.HELD.value
    post(
        *(
            Transfer(
                id=ids.derived(sent.id, f"hold {number}"),
                flow=Flow.HOLD,
                amount=points,
                region=lot.region,
                customer_id=sent.sender,
                lot_id=lot.id,
                expires_at=until,
                reason=_words("to", receiver),
            )
            for number, (lot, points) in enumerate(parts)
        )
    )
    db.insert(sent)
    jobs.set_deadline(sent, "sending_overdue", due=until)


@db.transaction_required
def end_held(sender: WalletStanding, *, stopped: str = "") -> None:
    """What the customer, whose row is locked, was sending goes; or comes back, because it is `stopped` or
    cannot go any more. Whole or not at all. Nothing when nothing is held."""
    found = PointsSent.objects.filter(sender=sender.id, state_name=SendingState.HELD.value).first()
    if found is None:
        return
    sent = PointsSent.lock(found.id)
    lock_both(sent.sender, sent.receiver)
    holds = list(Hold.objects.filter(customer_id=sender.id, order_id=None, ended_at=None))
    lots = Lot.objects.in_bulk([hold.lots[0] for hold in holds])
    parts = sorted(
        (Part(lots[hold.lots[0]], hold.points) for hold in holds),
        key=lambda part: (part.lot.expires_at, part.lot.id),
    )
    receiver = find_standing(sent.receiver)
    why = stopped or _obstacle(receiver, parts)
    if why or receiver is None:
        post(*_releases(sent, holds, reason="not sent"))
        _end(sent, SendingState.RETURNED, _returned(sent, why))
    else:
        post(*_releases(sent, holds), *_pairs(sent, parts, sender, receiver))
        _end(sent, SendingState.SENT, _received(sent))


def _obstacle(receiver: WalletStanding | None, parts: Sequence[Part]) -> str:
    """Why it cannot go any more, as sending it now would be refused too; empty when it can."""
    if receiver is None or not receiver.is_good or receiver.forgotten_at is not None:
        return RECEIVER
    now = clock.now()
    return EXPIRED if any(part.lot.expires_at <= now for part in parts) else ""


def _end(sent: PointsSent, state: SendingState, event: PointsReceived | SendingReturned) -> None:
    sent.move_to(state)
    sent.decided_at = clock.now()
    publish(sent, event, saving=("state_name", "decided_at"))
    jobs.clear_deadline(sent)


def _received(sent: PointsSent) -> PointsReceived:
    return PointsReceived(sending_id=sent.id, customer_id=sent.receiver, points=sent.points)


def _returned(sent: PointsSent, why: str) -> SendingReturned:
    return SendingReturned(sending_id=sent.id, customer_id=sent.sender, points=sent.points, reason=why)


def _releases(sent: PointsSent, holds: Sequence[Hold], *, reason: str = "") -> Iterator[Transfer]:
    for hold in holds:
        yield Transfer(
            id=ids.derived(hold.id, Flow.RELEASE.value),
            flow=Flow.RELEASE,
            amount=hold.points,
            region=hold.region,
            customer_id=sent.sender,
            hold_id=hold.id,
            reason=reason,
        )


def _pairs(
    sent: PointsSent, parts: Sequence[Part], sender: WalletStanding, receiver: WalletStanding
) -> Iterator[Transfer]:
    """A pair for each lot: what was issued in a region stays that region's."""
    for number, (lot, points) in enumerate(parts):
        yield Transfer(
            id=ids.derived(sent.id, f"send {number}"),
            flow=Flow.SEND,
            amount=points,
            region=lot.region,
            customer_id=sent.sender,
            lot_id=lot.id,
            reason=_words("to", receiver),
        )
        yield Transfer(
            id=ids.derived(sent.id, f"receive {number}"),
            flow=Flow.RECEIVE,
            amount=points,
            region=lot.region,
            customer_id=sent.receiver,
            expires_at=lot.expires_at,
            reason=_words("from", sender),
        )


def _words(word: str, other: WalletStanding) -> str:
    return f"{word} {spaced(other.code)}" if other.code else ""
