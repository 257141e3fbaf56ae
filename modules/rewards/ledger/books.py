"""What of the ledger a batch is about, in memory: changed as the batch is planned, and taken back where a
part of it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from modules.rewards.interface import Refused, Transfer
from modules.rewards.models import PROGRAMME
from modules.rewards.states import (
    FLOWS,
    IN_MONEY,
    OF_CUSTOMERS,
    OF_PARTIES,
    POINTS,
    AccountKind,
)


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


class LotState:
    """What is left of a lot."""

    __slots__ = ("expires_at", "id", "left")

    def __init__(self, id: UUID, expires_at: datetime, left: dict[AccountKind, int]) -> None:
        self.id = id
        self.expires_at = expires_at
        self.left = left


class HeldState:
    """A hold as it stands: `done` of its points have been spent or let go."""

    __slots__ = ("customer_id", "done", "lots", "parts", "points", "posted", "restored")

    def __init__(
        self, customer_id: UUID, lots: Sequence[UUID], parts: Sequence[int], standing: tuple[int, int, int]
    ) -> None:
        self.customer_id, self.lots, self.parts, self.points = customer_id, lots, parts, sum(parts)
        self.posted, self.restored, self.done = standing

    def slice(self, begin: int, amount: int) -> list[tuple[UUID, int]]:
        """Of which lots the points from `begin` on are."""
        found: list[tuple[UUID, int]] = []
        for lot, part in zip(self.lots, self.parts, strict=True):
            taken = min(part - begin, amount)
            if taken > 0:
                found.append((lot, taken))
                amount -= taken
            begin = max(0, begin - part)
        return found


class Books:
    """Accounts by name and stripe with their balances, the customers' open lots, holds, and what is known of
    the ids that are asked for. Every change goes through `set_*`, so that `undo` can take it back."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[Name, int], int] = {}
        self.balances: dict[tuple[Name, int], int] = {}
        self.lots: dict[UUID, dict[UUID, LotState]] = {}
        self.holds: dict[UUID, HeldState] = {}
        self.entered: dict[UUID, Transfer] = {}
        self.refused: dict[UUID, Before] = {}
        self.stripe = 0
        self._undoing: list[Callable[[], None]] = []

    # --- changes ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """What follows can be undone."""
        self._undoing.clear()

    def undo(self) -> None:
        while self._undoing:
            self._undoing.pop()()

    def move(self, debit: tuple[Name, int], credit: tuple[Name, int], amount: int) -> None:
        balances = self.balances
        balances[debit] = balances.get(debit, 0) - amount
        balances[credit] = balances.get(credit, 0) + amount

        def back() -> None:
            balances[debit] += amount
            balances[credit] -= amount

        self._undoing.append(back)

    def shift(self, lot: LotState, kind: AccountKind, points: int) -> None:
        """Change what of the lot lies in accounts of that kind."""
        left = lot.left
        left[kind] = left.get(kind, 0) + points

        def back() -> None:
            left[kind] -= points

        self._undoing.append(back)

    def open_lot(self, customer_id: UUID, lot: LotState) -> None:
        lots = self.lots.setdefault(customer_id, {})
        lots[lot.id] = lot
        self._undoing.append(lambda: _drop(lots, lot.id))

    def open_hold(self, id: UUID, hold: HeldState) -> None:
        self.holds[id] = hold
        self._undoing.append(lambda: _drop(self.holds, id))

    def change_hold(self, hold: HeldState, *, posted: int = 0, restored: int = 0, done: int = 0) -> None:
        """By how much."""
        hold.posted, hold.restored, hold.done = (
            hold.posted + posted,
            hold.restored + restored,
            hold.done + done,
        )

        def back() -> None:
            hold.posted, hold.restored, hold.done = (
                hold.posted - posted,
                hold.restored - restored,
                hold.done - done,
            )

        self._undoing.append(back)

    def know(self, transfer: Transfer) -> None:
        self.entered[transfer.id] = transfer
        self._undoing.append(lambda: _drop(self.entered, transfer.id))

    # --- looking ------------------------------------------------------------------------------------

    def balance(self, account: tuple[Name, int]) -> int:
        return self.balances.get(account, 0)

    def available(self, customer_id: UUID) -> int:
        return self.balance((customer_account(AccountKind.AVAILABLE, customer_id), 0))

    def in_order(self, customer_id: UUID, kind: AccountKind) -> Iterator[LotState]:
        """The customer's lots of which something lies in accounts of that kind, those that expire first."""
        lots = [lot for lot in self.lots.get(customer_id, {}).values() if lot.left.get(kind, 0) > 0]
        return iter(sorted(lots, key=lambda lot: (lot.expires_at, lot.id)))


def _drop(rows: dict[UUID, Any], id: UUID) -> None:
    del rows[id]


def customer_account(kind: AccountKind, customer_id: UUID) -> Name:
    return Name(kind, customer_id, "", POINTS)


def names_of(transfer: Transfer) -> tuple[Name, Name]:
    """The accounts from which and to which it goes."""
    way = FLOWS[transfer.flow]
    return _name(way.debit, transfer), _name(way.credit, transfer)


def _name(kind: AccountKind, transfer: Transfer) -> Name:
    unit = transfer.unit if kind in IN_MONEY else POINTS
    if kind in OF_CUSTOMERS:
        return Name(kind, transfer.customer_id or PROGRAMME, "", unit)
    owner = transfer.party_id if kind in OF_PARTIES else None
    return Name(kind, owner or PROGRAMME, transfer.region, unit)
