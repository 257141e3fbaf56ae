"""The shapes of the points ledger's work: who has how many points, and batches of what happens to them.

The mix is assumed: a day earns most, and part of it is spent, sent, given away and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from modules.rewards.interface import Flow, Posting, Transfer
from tiffin.ids import new_id

CUSTOMERS = 200_000
CHARITIES = 40
REGIONS = ("gb", "pl")
A_BATCH = 1_000
LOTS_A_CUSTOMER = 12
GOOD_FOR = timedelta(days=365)
TRIES = 10_000
MOST_TAKEN = 250
LEFT_ALONE = 200  # points of each, which single commands take without anybody here knowing
_NAMES = UUID("0198c0de-0000-7000-8000-000000000000")

# Transfers of each kind in a batch; they add up to A_BATCH.
EARNED, CONFIRMED, DONATED, TAKEN_BACK, SENT, HELD, SPENT, SPENT_IN_PART = 300, 250, 100, 50, 50, 100, 50, 25


@cache
def charity(number: int) -> UUID:
    return uuid5(_NAMES, f"charity {number}")


def granted(customer: int, lot: int) -> int:
    """Points of each lot that a customer has at the beginning; `ledger_store` says the same in SQL."""
    return 40 + (customer * 7 + lot * 13) % 120


class Batch(NamedTuple):
    """What is posted at once."""

    postings: list[Posting]

    @property
    def transfers(self) -> int:
        return sum(len(posting.transfers) for posting in self.postings)

    @property
    def ids(self) -> bytes:
        return b"".join(each.id.bytes for posting in self.postings for each in posting.transfers)


class Held(NamedTuple):
    """Points that a later batch spends."""

    id: UUID
    customer_id: UUID
    points: int


class Shapes:
    """Batches for one of `shares` clients. Everybody earns anywhere; points are only taken of the client's
    own share of the customers, so that what one client takes another has not just taken."""

    def __init__(self, customers: list[UUID], *, share: int, shares: int, seed: int) -> None:
        self.random = Random(seed * shares + share)
        self.customers = customers
        self.own = range(share, len(customers), shares)
        self.left = {
            number: sum(granted(number, lot) for lot in range(LOTS_A_CUSTOMER)) - LEFT_ALONE
            for number in self.own
        }
        self.earned: list[Transfer] = []
        self.held: list[Held] = []
        self.at = datetime.now(UTC)

    def batches(self, count: int) -> list[Batch]:
        """The next ones, each of A_BATCH transfers. What one earns and holds the next confirms and spends."""
        return [Batch(list(self._batch())) for _ in range(count)]

    def gifts(self, charities: int, count: int) -> list[Batch]:
        """Batches of points that are all given to so many charities, with the money pledged for them."""
        return [Batch([self._gift(charities) for _ in range(A_BATCH // 2)]) for _ in range(count)]

    def _batch(self) -> Iterator[Posting]:
        confirmed, self.earned = self.earned[:CONFIRMED], []
        held, self.held = self.held, []
        for lot in confirmed:
            yield self._one(Flow.CONFIRM, lot.amount, lot.customer_id, lot_id=lot.id)
        for _ in range(EARNED if confirmed else EARNED + CONFIRMED):
            yield self._earn()
        for _ in range(DONATED):
            yield Posting(transfers=(self._donated(CHARITIES, self._region()),))
        for _ in range(TAKEN_BACK):
            yield self._one(Flow.TAKE_BACK, *self._taken())
        for _ in range(SENT):
            yield self._sent()
        for _ in range(HELD if held else HELD + SPENT + 2 * SPENT_IN_PART):
            yield self._hold()
        for hold in held[:SPENT]:
            yield self._one(Flow.POST, hold.points, hold.customer_id, hold_id=hold.id)
        for hold in held[SPENT : SPENT + SPENT_IN_PART]:
            yield self._spent_in_part(hold)

    def _transfer(self, flow: Flow, amount: int, customer_id: UUID | None, **more: Any) -> Transfer:
        told = {"region": self._region()} | more
        return Transfer(id=new_id(), flow=flow, amount=amount, customer_id=customer_id, **told)

    def _region(self) -> str:
        return self.random.choice(REGIONS)

    def _one(self, flow: Flow, amount: int, customer_id: UUID | None, **more: Any) -> Posting:
        return Posting(transfers=(self._transfer(flow, amount, customer_id, **more),))

    def _earn(self) -> Posting:
        posting = self._one(
            Flow.EARN,
            self.random.randint(5, 90),
            self.random.choice(self.customers),
            order_id=new_id(),
            expires_at=self.at + GOOD_FOR,
            reason="order",
        )
        self.earned.append(posting.transfers[0])
        return posting

    def _donated(self, charities: int, region: str) -> Transfer:
        party_id = charity(self.random.randrange(charities))
        return self._transfer(Flow.DONATE, *self._taken(), party_id=party_id, region=region)

    def _gift(self, charities: int) -> Posting:
        given = self._donated(charities, "gb")
        pledge = self._transfer(
            Flow.PLEDGE, given.amount, None, party_id=given.party_id, region="gb", unit="GBP"
        )
        return Posting(transfers=(given, pledge))

    def _sent(self) -> Posting:
        points, customer_id = self._taken()
        gone = self._transfer(Flow.SEND, points, customer_id, region="gb")
        come = self._transfer(
            Flow.RECEIVE,
            points,
            self.random.choice(self.customers),
            region="gb",
            expires_at=self.at + GOOD_FOR,
        )
        return Posting(transfers=(gone, come))

    def _hold(self) -> Posting:
        points, customer_id = self._taken()
        posting = self._one(
            Flow.HOLD, points, customer_id, order_id=new_id(), expires_at=self.at + timedelta(days=14)
        )
        self.held.append(Held(posting.transfers[0].id, customer_id, points))
        return posting

    def _spent_in_part(self, hold: Held) -> Posting:
        spent = hold.points // 2
        one = self._transfer(Flow.POST, spent, hold.customer_id, hold_id=hold.id)
        other = self._transfer(Flow.RELEASE, hold.points - spent, hold.customer_id, hold_id=hold.id)
        return Posting(transfers=(one, other))

    def _taken(self) -> tuple[int, UUID]:
        """Points that one of the own customers has, and whose they are. Raises ValueError when hardly anybody
        has any left."""
        points = self.random.randint(20, MOST_TAKEN)
        for _ in range(TRIES):
            number = self.random.choice(self.own)
            if self.left[number] >= points:
                self.left[number] -= points
                return points, self.customers[number]
        raise ValueError("Hardly anybody has points left to take: it needs more --customers.")
