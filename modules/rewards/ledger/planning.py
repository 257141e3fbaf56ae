"""What a batch of postings comes to, given what is there: no database, no clock."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from modules.rewards.interface import Flow, Posting, Refused, Transfer
from modules.rewards.ledger.books import Account, Asked, Before, Books, HeldState, LotState, Name, Taken
from modules.rewards.models import PROGRAMME, STRIPES
from modules.rewards.states import POINTS, AccountKind
from tiffin import ids

INSUFFICIENT = "insufficient"
HOLD_ENDED = "hold_ended"
HOLD_UNKNOWN = "hold_unknown"
LOT_UNKNOWN = "lot_unknown"
DIFFERS = "transfer_differs"
INVALID = "transfer_invalid"
LINKED = "linked_refused"

_NONE: Taken = ((), ())
_ENDS_A_HOLD = frozenset({Flow.POST, Flow.RELEASE})
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Row(msgspec.Struct, omit_defaults=True, gc=False):
    """An entry, by the names of its columns but for when it was; what is not said is empty, and the unit
    points."""

    id: UUID
    flow: Flow
    debit: int
    credit: int
    amount: int
    region: str
    unit: str = POINTS
    customer_id: UUID | None = None
    party_id: UUID | None = None
    lot_id: UUID | None = None
    hold_id: UUID | None = None
    order_id: UUID | None = None
    lots: Sequence[UUID] = ()
    parts: Sequence[int] = ()
    expires_at: datetime | None = None
    reason: str = ""
    after: int | None = None


class Planned(NamedTuple):
    """The rows to enter, the postings that are refused, and those refusals that are new."""

    entries: list[Row]
    refused: list[Refused]
    newly: list[tuple[Transfer, Refused]]

    def with_these_anew(self, postings: Iterable[Posting], anew: Planned) -> Planned:
        """Of these postings what was planned anew, of the others what is planned here."""
        ids = {transfer.id for posting in postings for transfer in posting.transfers}
        return Planned(
            [row for row in self.entries if row.id not in ids] + anew.entries,
            [answer for answer in self.refused if answer.transfer_id not in ids] + anew.refused,
            [each for each in self.newly if each[0].id not in ids] + anew.newly,
        )


class _Refusal(Exception):
    def __init__(self, transfer: Transfer, code: str, there: int = 0) -> None:
        super().__init__(code)
        self.answer = Refused(transfer_id=transfer.id, code=code, there=max(0, there))


def concerned(postings: Sequence[Posting], names: set[UUID]) -> list[Posting]:
    """Those with one of these customers or ids, or with one that is in a posting with them, and so on."""
    about: defaultdict[UUID | None, list[int]] = defaultdict(list)
    for number, posting in enumerate(postings):
        for transfer in posting.transfers:
            about[transfer.id].append(number)
            about[transfer.customer_id].append(number)
    about.pop(None, None)
    found: set[int] = set()
    looked_for: list[UUID | None] = list(names)
    while looked_for:
        for number in set(about.pop(looked_for.pop(), ())) - found:
            found.add(number)
            for transfer in postings[number].transfers:
                looked_for += (transfer.id, transfer.customer_id)
    return [postings[number] for number in sorted(found)]


def plan(batch: Iterable[tuple[Posting, list[Asked | None]]], books: Books) -> Planned:
    """Each posting in its order: what it enters, or why it does not happen."""
    planned = Planned([], [], [])
    for posting, asked in batch:
        answered = _answered_before(posting, books)
        if answered is not None:
            planned.refused.extend(answered)
            continue
        # Of one transfer all is looked at before anything moves, except that its hold ends whole.
        books.begin(can_undo=len(asked) > 1 or posting.transfers[0].hold_id is not None)
        entered = len(planned.entries)
        try:
            _enter(posting, asked, planned.entries, books)
        except _Refusal as refusal:
            books.undo()
            del planned.entries[entered:]
            planned.refused.append(refusal.answer)
            for transfer, answer in _refused_together(posting, refusal.answer):
                planned.newly.append((transfer, answer))
                books.refused[transfer.id] = Before(terms_of(transfer), answer)
    return planned


def _answered_before(posting: Posting, books: Books) -> list[Refused] | None:
    """What was answered the first time, or None for what is new. Another body under an id is refused, and
    not written down: the id is taken."""
    if not posting.transfers:
        return []
    known = [transfer for transfer in posting.transfers if transfer.id in books.entered]
    for transfer in known:
        if books.entered[transfer.id] != transfer or len(known) < len(posting.transfers):
            return [Refused(transfer_id=transfer.id, code=DIFFERS)]
    if known:
        return []
    for transfer in posting.transfers if books.refused else ():
        before = books.refused.get(transfer.id)
        if before is not None:
            same = before.terms == terms_of(transfer)
            answer = before.answer if same else Refused(transfer_id=transfer.id, code=DIFFERS)
            return [answer if answer.code != LINKED else _root_of(posting, books, answer)]
    return None


def _root_of(posting: Posting, books: Books, answer: Refused) -> Refused:
    """The refusal because of which a linked transfer was refused, where it is asked for again with it."""
    of_others = (books.refused.get(transfer.id) for transfer in posting.transfers)
    return next((other.answer for other in of_others if other and other.answer.code != LINKED), answer)


def _refused_together(posting: Posting, answer: Refused) -> Iterator[tuple[Transfer, Refused]]:
    """Each id once, though it be there twice: that is why it is refused."""
    for transfer in {transfer.id: transfer for transfer in posting.transfers}.values():
        if transfer.id == answer.transfer_id:
            yield transfer, answer
        else:
            yield transfer, Refused(transfer_id=transfer.id, code=LINKED)


def _enter(posting: Posting, asked: list[Asked | None], entries: list[Row], books: Books) -> None:
    ended: list[tuple[Transfer, HeldState]] = []
    for transfer, each in zip(posting.transfers, asked, strict=True):
        if each is None or transfer.id in books.entered:  # twice in one posting
            raise _Refusal(transfer, INVALID)
        hold = _hold_of(transfer, books)
        _happen(each, hold, entries, books)
        if hold is not None and transfer.flow in _ENDS_A_HOLD:
            ended.append((transfer, hold))
    for transfer, hold in ended:
        if hold.done != hold.points:
            raise _Refusal(transfer, INVALID)  # a hold ends at once, and whole


def _hold_of(transfer: Transfer, books: Books) -> HeldState | None:
    if transfer.hold_id is None:
        return None
    hold = books.holds.get(transfer.hold_id)
    if hold is None or hold.customer_id != transfer.customer_id:
        raise _Refusal(transfer, HOLD_UNKNOWN)
    return hold


def _happen(asked: Asked, hold: HeldState | None, entries: list[Row], books: Books) -> None:
    transfer, way, debit, credit = asked
    source = _account(debit, way.debit, transfer, books)
    target = _account(credit, way.credit, transfer, books)
    if way.debit is AccountKind.PAYABLE and debit is not None:
        source = _payer(transfer, debit, books)
        entries.extend(_levelled(transfer, debit, source, books))
    if way.credit is AccountKind.DEBT and target.balance + transfer.amount > 0:
        raise _Refusal(transfer, INSUFFICIENT, -target.balance)
    taken = _taken(asked, hold, books)
    _move_lots(asked, taken, books)
    books.move(source, target, transfer.amount)
    books.know(transfer)
    if transfer.flow is Flow.HOLD and transfer.customer_id is not None:
        books.open_hold(transfer.id, HeldState(transfer.customer_id, *taken, (0, 0, 0)))
    entries.append(_entry(transfer, (source.number, target.number), taken, books))


def _taken(asked: Asked, hold: HeldState | None, books: Books) -> Taken:
    """Which lots it moves, and how much of each. Raises _Refusal when there is not enough."""
    transfer, kind = asked.transfer, asked.way.debit
    if hold is not None:
        return _taken_of_hold(transfer, hold, books)
    if not asked.way.from_lots or transfer.customer_id is None:
        return _NONE
    if transfer.lot_id is not None:
        lot = books.lots.get(transfer.customer_id, {}).get(transfer.lot_id)
        if lot is None:
            raise _Refusal(transfer, LOT_UNKNOWN)
        if lot.left(kind) < transfer.amount:
            raise _Refusal(transfer, INSUFFICIENT, lot.left(kind))
        return [lot.id], [transfer.amount]
    lots, parts, wanted = [], [], transfer.amount
    for lot in books.in_order(transfer.customer_id, kind):
        part = min(wanted, lot.left(kind))
        lots.append(lot.id)
        parts.append(part)
        wanted -= part
        if not wanted:
            return lots, parts
    raise _Refusal(transfer, INSUFFICIENT, transfer.amount - wanted)


def _taken_of_hold(transfer: Transfer, hold: HeldState, books: Books) -> Taken:
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


def _move_lots(asked: Asked, taken: Taken, books: Books) -> None:
    transfer, way, customer_id = asked.transfer, asked.way, asked.transfer.customer_id
    if customer_id is None:
        return
    for id, part in zip(*taken, strict=True):
        lot = books.lots[customer_id][id]
        if way.from_lots:
            books.shift(lot, way.debit, -part)
        if way.to_lots:
            books.shift(lot, way.credit, part)
    if way.opens and transfer.expires_at is not None:
        expires = microseconds(transfer.expires_at)
        books.open_lot(customer_id, LotState(transfer.id, expires, **{way.credit.value: transfer.amount}))


def microseconds(moment: datetime) -> int:
    """Since the epoch, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def _account(name: Name | None, kind: AccountKind, transfer: Transfer, books: Books) -> Account:
    if name is not None:
        return books.accounts[name, books.stripe]
    return books.of_customer(transfer.customer_id or PROGRAMME, kind)


def _payer(transfer: Transfer, name: Name, books: Books) -> Account:
    """The stripe of what is owed to a charity that has enough, or has most."""
    stripes = [books.accounts[name, stripe] for stripe in range(STRIPES)]
    there = sum(stripe.balance for stripe in stripes)
    if there < transfer.amount:
        raise _Refusal(transfer, INSUFFICIENT, there)
    usual = stripes[books.stripe]
    return usual if usual.balance >= transfer.amount else max(stripes, key=lambda stripe: stripe.balance)


def _levelled(transfer: Transfer, name: Name, payer: Account, books: Books) -> Iterator[Row]:
    """Bring together on one stripe what is paid from it, by entries of their own."""
    for stripe in range(STRIPES):
        other, missing = books.accounts[name, stripe], transfer.amount - payer.balance
        if missing <= 0:
            return
        amount = min(missing, other.balance)
        if other is payer or amount <= 0:
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
        yield _entry(level, (other.number, payer.number), _NONE, books)


def _entry(
    transfer: Transfer,
    accounts: tuple[int, int],
    taken: Taken,
    books: Books,
) -> Row:
    customer_id, (lots, parts) = transfer.customer_id, taken
    return Row(
        id=transfer.id,
        flow=transfer.flow,
        debit=accounts[0],
        credit=accounts[1],
        amount=transfer.amount,
        unit=transfer.unit,
        region=transfer.region,
        customer_id=customer_id,
        party_id=transfer.party_id,
        lot_id=transfer.lot_id,
        hold_id=transfer.hold_id,
        order_id=transfer.order_id,
        lots=lots,
        parts=parts,
        expires_at=transfer.expires_at,
        reason=transfer.reason,
        after=None if customer_id is None else books.available[customer_id].balance,
    )


def terms_of(transfer: Transfer) -> bytes:
    """A digest of all that is asked."""
    return hashlib.blake2b(msgspec.msgpack.encode(transfer), digest_size=16).digest()
