"""What of the ledger a batch is about, in memory: changed as the batch is planned, and taken back where a
part of it is refused. Thousands at a time pass through here, so it is plain objects and few of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from modules.rewards.interface import Flow, Refused, Transfer
from modules.rewards.models import PROGRAMME
from modules.rewards.states import FLOWS, OF_CUSTOMERS, OF_PARTIES, PLACES, POINTS, AccountKind, Way

_NAMES_ITS_LOT = frozenset({Flow.CONFIRM, Flow.UNEARN, Flow.UNEARN_FUNDED, Flow.EXPIRE})
_OF_A_HOLD = frozenset({Flow.POST, Flow.RELEASE, Flow.RESTORE})
_REASON_LENGTH = 64


# Lots, and how much of each.
Taken = tuple[Sequence[UUID], Sequence[int]]


class Name(NamedTuple):
    """What an account is called, whatever its number and in how many rows it lies."""

    kind: AccountKind
    owner: UUID
    region: str
    unit: str


class Before(NamedTuple):
    """What was asked under an id, as a digest, and refused."""

    terms: bytes
    answer: Refused


class Account(msgspec.Struct, gc=False):
    """A row of an account. Of a customer's only what is available and what is owed have their balance here:
    lots know the rest."""

    number: int
    balance: int
    version: str = ""  # which of the states of its row was read


class LotState(msgspec.Struct, gc=False):
    """What is left of a lot, by the kind of account; it expires so many microseconds after the epoch."""

    id: UUID
    expires: int
    pending: int = 0
    available: int = 0
    held: int = 0

    def left(self, kind: AccountKind) -> int:
        left: int = getattr(self, kind)
        return left


class HeldState:
    """A hold as it stands: `done` of its points have been spent or let go."""

    __slots__ = ("customer_id", "done", "lots", "parts", "points", "posted", "restored")

    def __init__(
        self, customer_id: UUID, lots: Sequence[UUID], parts: Sequence[int], standing: tuple[int, int, int]
    ) -> None:
        self.customer_id, self.lots, self.parts, self.points = customer_id, lots, parts, sum(parts)
        self.posted, self.restored, self.done = standing

    def slice(self, begin: int, amount: int) -> Taken:
        """Of which lots the points from `begin` on are."""
        lots, parts = [], []
        for lot, part in zip(self.lots, self.parts, strict=True):
            taken = min(part - begin, amount)
            if taken > 0:
                lots.append(lot)
                parts.append(taken)
                amount -= taken
            begin = max(0, begin - part)
        return lots, parts


class Books:
    """The customers' accounts and open lots, the rows of the others' accounts, holds, and what is known of
    the ids that are asked for."""

    def __init__(self, stripe: int) -> None:
        self.stripe = stripe
        self.available: dict[UUID, Account] = {}
        self.owed: dict[UUID, Account] = {}
        self.accounts: dict[tuple[Name, int], Account] = {}
        self.lots: dict[UUID, dict[UUID, LotState]] = {}
        self.holds: dict[UUID, HeldState] = {}
        self.entered: dict[UUID, Transfer] = {}
        self.refused: dict[UUID, Before] = {}
        self._undoing: list[Callable[[], None]] | None = None

    # --- changes ------------------------------------------------------------------------------------

    def begin(self, *, can_undo: bool) -> None:
        """What follows is another posting."""
        self._undoing = [] if can_undo else None

    def undo(self) -> None:
        while self._undoing:
            self._undoing.pop()()

    def move(self, debit: Account, credit: Account, amount: int) -> None:
        debit.balance -= amount
        credit.balance += amount
        if self._undoing is not None:
            self._undoing.append(lambda: _add(debit, balance=amount))
            self._undoing.append(lambda: _add(credit, balance=-amount))

    def shift(self, lot: LotState, kind: AccountKind, points: int) -> None:
        """Change what of the lot lies in accounts of that kind."""
        setattr(lot, kind, getattr(lot, kind) + points)
        if self._undoing is not None:
            self._undoing.append(lambda: _add(lot, **{kind: -points}))

    def open_lot(self, customer_id: UUID, lot: LotState) -> None:
        lots = self.lots.setdefault(customer_id, {})
        lots[lot.id] = lot
        if self._undoing is not None:
            self._undoing.append(lambda: _drop(lots, lot.id))

    def open_hold(self, id: UUID, hold: HeldState) -> None:
        self.holds[id] = hold
        if self._undoing is not None:
            self._undoing.append(lambda: _drop(self.holds, id))

    def change_hold(self, hold: HeldState, **by: int) -> None:
        """By how much `posted`, `restored` or `done` change."""
        _add(hold, **by)
        if self._undoing is not None:
            self._undoing.append(lambda: _add(hold, **{name: -amount for name, amount in by.items()}))

    def know(self, transfer: Transfer) -> None:
        self.entered[transfer.id] = transfer
        if self._undoing is not None:
            self._undoing.append(lambda: _drop(self.entered, transfer.id))

    # --- looking ------------------------------------------------------------------------------------

    def of_customer(self, customer_id: UUID, kind: AccountKind) -> Account:
        available = self.available[customer_id]
        if kind is AccountKind.AVAILABLE:
            return available
        owed = self.owed.get(customer_id) if kind is AccountKind.DEBT else None
        return owed or Account(available.number + PLACES[kind], 0)

    def in_order(self, customer_id: UUID, kind: AccountKind) -> Sequence[LotState]:
        """The customer's lots of which something lies in accounts of that kind, those that expire first."""
        lots = [lot for lot in self.lots.get(customer_id, {}).values() if getattr(lot, kind) > 0]
        return sorted(lots, key=lambda lot: (lot.expires, lot.id)) if len(lots) > 1 else lots


def _add(state: Account | LotState | HeldState, **by: int) -> None:
    for name, amount in by.items():
        setattr(state, name, getattr(state, name) + amount)


def _drop(rows: dict[UUID, Any], id: UUID) -> None:
    del rows[id]


class Asked(NamedTuple):
    """A transfer that says what its flow needs, with the accounts that it is about; None for those of its
    customer."""

    transfer: Transfer
    way: Way
    debit: Name | None
    credit: Name | None


def asked(transfer: Transfer) -> Asked | None:
    """None for one that does not say what its flow needs, or contradicts it."""
    flow = transfer.flow
    way = FLOWS.get(flow)
    if way is None or flow is Flow.LEVEL:
        return None
    of_hold = flow in _OF_A_HOLD
    says = (
        transfer.amount > 0
        and bool(transfer.region)
        and len(transfer.reason) <= _REASON_LENGTH
        and (transfer.customer_id not in (None, PROGRAMME)) == way.of_customer
        and (transfer.party_id not in (None, PROGRAMME) or not way.of_party)
        and (transfer.unit == POINTS) != way.in_money
        and (transfer.expires_at is not None) == (way.opens or flow is Flow.HOLD)
        and (transfer.hold_id is not None) == of_hold
        and (transfer.lot_id is not None or flow not in _NAMES_ITS_LOT)
        and (transfer.lot_id is None or (way.from_lots and not of_hold))
        and (flow is not Flow.HOLD or (transfer.order_id is None) == (transfer.lot_id is not None))
    )
    return Asked(transfer, way, _name(way.debit, transfer), _name(way.credit, transfer)) if says else None


def _name(kind: AccountKind, transfer: Transfer) -> Name | None:
    if kind in OF_CUSTOMERS:
        return None
    if kind in OF_PARTIES and transfer.party_id is not None:
        return Name(kind, transfer.party_id, transfer.region, transfer.unit)
    return _programmes_own(kind, transfer.region, transfer.unit)


@cache
def _programmes_own(kind: AccountKind, region: str, unit: str) -> Name:
    return Name(kind, PROGRAMME, region, unit)
