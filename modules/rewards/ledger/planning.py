"""What a batch of postings comes to, given what is there: no database, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from modules.rewards.interface import Flow, Posting, Refused, Transfer
from modules.rewards.ledger.books import Before, Books, HeldState, LotState, Name, names_of
from modules.rewards.models import PROGRAMME, STRIPES
from modules.rewards.states import (
    FLOWS,
    IN_LOTS,
    IN_MONEY,
    OF_CUSTOMERS,
    OF_PARTIES,
    POINTS,
    AccountKind,
)
from tiffin import ids

INSUFFICIENT = "insufficient"
HOLD_ENDED = "hold_ended"
HOLD_UNKNOWN = "hold_unknown"
LOT_UNKNOWN = "lot_unknown"
DIFFERS = "transfer_differs"
INVALID = "transfer_invalid"
LINKED = "linked_refused"

_NAMES_ITS_LOT = frozenset({Flow.CONFIRM, Flow.UNEARN, Flow.UNEARN_FUNDED, Flow.EXPIRE})
_ENDS_A_HOLD = frozenset({Flow.POST, Flow.RELEASE})
_OF_A_HOLD = _ENDS_A_HOLD | {Flow.RESTORE}
_REASON_LENGTH = 64


class Planned(NamedTuple):
    """The rows to enter, the postings that are refused, and those refusals that are new."""

    entries: list[dict[str, Any]]
    refused: list[Refused]
    newly: list[tuple[Transfer, Refused]]


class _Refusal(Exception):
    def __init__(self, transfer: Transfer, code: str, there: int = 0) -> None:
        super().__init__(code)
        self.answer = Refused(transfer_id=transfer.id, code=code, there=max(0, there))


def plan(postings: Iterable[Posting], books: Books, *, at: datetime) -> Planned:
    """Each posting in its order: what it enters, or why it does not happen."""
    planned = Planned([], [], [])
    for posting in postings:
        answered = _answered_before(posting, books)
        if answered is not None:
            planned.refused.extend(answered)
            continue
        books.begin()
        try:
            entries = _entries_of(posting, books, at)
        except _Refusal as refusal:
            books.undo()
            planned.refused.append(refusal.answer)
            for transfer, answer in _refused_together(posting, refusal.answer):
                planned.newly.append((transfer, answer))
                books.refused[transfer.id] = Before(terms_of(transfer), answer)
        else:
            planned.entries.extend(entries)
    return planned


def _answered_before(posting: Posting, books: Books) -> list[Refused] | None:
    """What was answered the first time, or None for what is new. Another body under an id is refused, and
    not written down: the id is taken."""
    known = [transfer for transfer in posting.transfers if transfer.id in books.entered]
    for transfer in posting.transfers:
        before = books.refused.get(transfer.id)
        if before is not None:
            same = before.terms == terms_of(transfer)
            answer = before.answer if same else Refused(transfer_id=transfer.id, code=DIFFERS)
            return [answer if answer.code != LINKED else _root_of(posting, books, answer)]
    if not known:
        return None
    for transfer in known:
        if books.entered[transfer.id] != transfer or len(known) < len(posting.transfers):
            return [Refused(transfer_id=transfer.id, code=DIFFERS)]
    return []


def _root_of(posting: Posting, books: Books, answer: Refused) -> Refused:
    """The refusal because of which a linked transfer was refused, where it is asked for again with it."""
    of_others = (books.refused.get(transfer.id) for transfer in posting.transfers)
    return next((other.answer for other in of_others if other and other.answer.code != LINKED), answer)


def _refused_together(posting: Posting, answer: Refused) -> Iterator[tuple[Transfer, Refused]]:
    for transfer in posting.transfers:
        if transfer.id == answer.transfer_id:
            yield transfer, answer
        else:
            yield transfer, Refused(transfer_id=transfer.id, code=LINKED)


def _entries_of(posting: Posting, books: Books, at: datetime) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    ended: list[tuple[Transfer, HeldState]] = []
    if not posting.transfers:
        return entries
    for transfer in posting.transfers:
        if not is_valid(transfer) or transfer.id in books.entered:
            raise _Refusal(transfer, INVALID)
        hold = _hold_of(transfer, books)
        entries.extend(_happen(transfer, hold, books, at))
        if hold is not None and transfer.flow in _ENDS_A_HOLD:
            ended.append((transfer, hold))
    for transfer, hold in ended:
        if hold.done != hold.points:
            raise _Refusal(transfer, INVALID)  # a hold ends at once, and whole
    return entries


def is_valid(transfer: Transfer) -> bool:
    """Whether it says what its flow needs and nothing that contradicts it."""
    flow = transfer.flow
    if flow not in FLOWS or flow is Flow.LEVEL:
        return False
    way = FLOWS[flow]
    kinds = {way.debit, way.credit}
    dated = way.opens or flow is Flow.HOLD
    return (
        transfer.amount > 0
        and bool(transfer.region)
        and len(transfer.reason) <= _REASON_LENGTH
        and (transfer.customer_id not in (None, PROGRAMME)) == bool(kinds & OF_CUSTOMERS)
        and (transfer.party_id not in (None, PROGRAMME) or not kinds & OF_PARTIES)
        and (transfer.unit == POINTS) != bool(kinds & IN_MONEY)
        and (transfer.expires_at is not None) == dated
        and (transfer.hold_id is not None) == (flow in _OF_A_HOLD)
        and (transfer.lot_id is not None or flow not in _NAMES_ITS_LOT)
        and (transfer.lot_id is None or (way.debit in IN_LOTS and flow not in _OF_A_HOLD))
        and (flow is not Flow.HOLD or transfer.order_id is not None)
    )


def _hold_of(transfer: Transfer, books: Books) -> HeldState | None:
    if transfer.hold_id is None:
        return None
    hold = books.holds.get(transfer.hold_id)
    if hold is None or hold.customer_id != transfer.customer_id:
        raise _Refusal(transfer, HOLD_UNKNOWN)
    return hold


def _happen(
    transfer: Transfer, hold: HeldState | None, books: Books, at: datetime
) -> Iterator[dict[str, Any]]:
    way = FLOWS[transfer.flow]
    debit, credit = names_of(transfer)
    source, target = (debit, _stripe(debit, books)), (credit, _stripe(credit, books))
    if way.debit is AccountKind.PAYABLE:
        source = (debit, _payer(transfer, debit, books))
        yield from _levelled(transfer, source, books, at)
    if way.credit is AccountKind.DEBT and books.balance(target) + transfer.amount > 0:
        raise _Refusal(transfer, INSUFFICIENT, -books.balance(target))
    taken = list(_taken(transfer, hold, books))
    _move_lots(transfer, taken, books)
    books.move(source, target, transfer.amount)
    books.know(transfer)
    if transfer.flow is Flow.HOLD and transfer.customer_id is not None:
        parts = [part for _, part in taken]
        books.open_hold(
            transfer.id,
            HeldState(transfer.customer_id, [lot for lot, _ in taken], parts, (0, 0, 0)),
        )
    yield _entry(transfer, (books.numbers[source], books.numbers[target]), taken, books, at)


def _taken(transfer: Transfer, hold: HeldState | None, books: Books) -> list[tuple[UUID, int]]:
    """Which lots it moves, and how much of each. Raises _Refusal when there is not enough."""
    kind, amount = FLOWS[transfer.flow].debit, transfer.amount
    if hold is not None:
        return _taken_of_hold(transfer, hold, books)
    if kind not in IN_LOTS or transfer.customer_id is None:
        return []
    if transfer.lot_id is not None:
        lot = books.lots.get(transfer.customer_id, {}).get(transfer.lot_id)
        if lot is None:
            raise _Refusal(transfer, LOT_UNKNOWN)
        if lot.left.get(kind, 0) < amount:
            raise _Refusal(transfer, INSUFFICIENT, lot.left.get(kind, 0))
        return [(lot.id, amount)]
    found: list[tuple[UUID, int]] = []
    wanted = amount
    for lot in books.in_order(transfer.customer_id, kind):
        part = min(wanted, lot.left[kind])
        found.append((lot.id, part))
        wanted -= part
        if not wanted:
            return found
    raise _Refusal(transfer, INSUFFICIENT, amount - wanted)


def _taken_of_hold(transfer: Transfer, hold: HeldState, books: Books) -> list[tuple[UUID, int]]:
    amount = transfer.amount
    if transfer.flow is Flow.RESTORE:
        left = hold.posted - hold.restored
        if left < amount:
            raise _Refusal(transfer, INSUFFICIENT, left)
        books.change_hold(hold, restored=amount)
        return hold.slice(left - amount, amount)
    if hold.done == hold.points:
        raise _Refusal(transfer, HOLD_ENDED)
    begin = hold.done
    if begin + amount > hold.points or (transfer.flow is Flow.POST and begin):
        raise _Refusal(transfer, INSUFFICIENT, hold.points - begin)
    books.change_hold(hold, posted=amount if transfer.flow is Flow.POST else 0, done=amount)
    return hold.slice(begin, amount)


def _move_lots(transfer: Transfer, taken: Sequence[tuple[UUID, int]], books: Books) -> None:
    way, customer_id = FLOWS[transfer.flow], transfer.customer_id
    if customer_id is None:
        return
    for id, part in taken:
        lot = books.lots[customer_id][id]
        if way.debit in IN_LOTS:
            books.shift(lot, way.debit, -part)
        if way.credit in IN_LOTS:
            books.shift(lot, way.credit, part)
    if way.opens and transfer.expires_at is not None:
        opened = LotState(transfer.id, transfer.expires_at, {way.credit: transfer.amount})
        books.open_lot(customer_id, opened)


def _stripe(name: Name, books: Books) -> int:
    return 0 if name.kind in OF_CUSTOMERS else books.stripe


def _payer(transfer: Transfer, name: Name, books: Books) -> int:
    """The stripe of what is owed to a charity that has enough, or has most."""
    there = {stripe: books.balance((name, stripe)) for stripe in range(STRIPES)}
    if sum(there.values()) < transfer.amount:
        raise _Refusal(transfer, INSUFFICIENT, sum(there.values()))
    if there[books.stripe] >= transfer.amount:
        return books.stripe
    return max(there, key=lambda stripe: there[stripe])


def _levelled(
    transfer: Transfer, payer: tuple[Name, int], books: Books, at: datetime
) -> Iterator[dict[str, Any]]:
    """Bring together on one stripe what is paid from it, by entries of their own."""
    name, _ = payer
    for stripe in range(STRIPES):
        missing = transfer.amount - books.balance(payer)
        if missing <= 0:
            return
        other = (name, stripe)
        amount = min(missing, books.balance(other))
        if other == payer or amount <= 0:
            continue
        books.move(other, payer, amount)
        level = Transfer(
            id=ids.derived(transfer.id, f"level {stripe}"),
            flow=Flow.LEVEL,
            amount=amount,
            region=transfer.region,
            unit=transfer.unit,
            party_id=transfer.party_id,
        )
        yield _entry(level, (books.numbers[other], books.numbers[payer]), [], books, at)


def _entry(
    transfer: Transfer,
    accounts: tuple[int, int],
    taken: Sequence[tuple[UUID, int]],
    books: Books,
    at: datetime,
) -> dict[str, Any]:
    """The row, by the names of its columns."""
    return {
        "id": transfer.id,
        "flow": transfer.flow,
        "debit": accounts[0],
        "credit": accounts[1],
        "amount": transfer.amount,
        "unit": transfer.unit,
        "region": transfer.region,
        "customer_id": transfer.customer_id,
        "party_id": transfer.party_id,
        "lot_id": transfer.lot_id,
        "hold_id": transfer.hold_id,
        "order_id": transfer.order_id,
        "lots": [lot for lot, _ in taken],
        "parts": [part for _, part in taken],
        "expires_at": transfer.expires_at,
        "reason": transfer.reason,
        "after": None if transfer.customer_id is None else books.available(transfer.customer_id),
        "at": at,
    }


def terms_of(transfer: Transfer) -> bytes:
    """A digest of all that is asked."""
    return hashlib.blake2b(msgspec.msgpack.encode(transfer), digest_size=16).digest()
