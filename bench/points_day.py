"""A day of points, by the interface of rewards: customers earn with orders, what they earned is theirs when
nothing is claimed, they pay with it, give it away and get it back, and some of it expires. At its end the
books must close."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count, islice
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.measuring import say
from modules.rewards.interface import AccountTotal, Flow, Posting, Rewards, Transfer
from tiffin import clock, ids, regions
from tiffin.interfaces import CommandKey, call
from tiffin.interfaces.errors import ModuleUnavailable

WORTH = "rewards.redeeming"  # the region's rows that say what points are worth
A_BATCH = 1_000
THREADS = 2
CUSTOMERS = 20_000
CHARITIES = 12
PROGRESS_EVERY_BATCHES = 50
TRIES = 5
# Assumed: of a hundred orders so many are claimed in part, paid with points in part, and give points away.
CLAIMED, PAID_WITH, GIVES, RESTORED, LET_GO, ASLEEP = 0.06, 0.45, 0.15, 0.08, 0.05, 0.10
POINTS_OF_AN_ORDER = (15, 140)
# What came or went for good, of which a day has so many points. Holding and confirming move none.
MOVES = frozenset({Flow.EARN, Flow.UNEARN, Flow.POST, Flow.RESTORE, Flow.DONATE, Flow.EXPIRE})

Tally = Counter[tuple[Flow, str, str]]  # by flow, unit and party


class Where(NamedTuple):
    """A region where points are spent: so many `points` are worth `amount` minor units there."""

    region: str
    currency: str
    points: int
    amount: int


def where_points_are_spent() -> list[Where]:
    found: list[Where] = []
    for region in regions.all():
        today = region.local(clock.now()).date()
        worth = [row.data for row in region.tables.get(WORTH, ()) if row.dating.in_force(today)]
        found += [Where(region.code, region.currency, each["points"], each["amount"]) for each in worth[:1]]
    return found


class Visits:
    """What the customers of one share do, one order after the other. Each takes only what it has earned, so
    that nothing is refused."""

    def __init__(self, seed: int, places: list[Where], charities: list[UUID]) -> None:
        self.random = Random(seed)
        self.places, self.charities = places, charities
        self.customers = [ids.new_id() for _ in range(CUSTOMERS // THREADS)]

    def postings(self) -> Iterator[Posting]:
        while True:
            yield from self._visit(self.random.choice(self.places), self.random.choice(self.customers))

    def _visit(self, place: Where, customer_id: UUID) -> Iterator[Posting]:
        random, order_id = self.random, ids.new_id()
        told: dict[str, Any] = {"region": place.region, "customer_id": customer_id, "order_id": order_id}
        points = random.randint(*POINTS_OF_AN_ORDER)
        # Who sleeps lets points expire: they do so before everything else that the customer has.
        asleep = random.random() < ASLEEP
        expires_at = clock.now() + timedelta(days=1 if asleep else random.randint(200, 400))
        earned = _transfer(Flow.EARN, points, expires_at=expires_at, reason="order", **told)
        yield _posting(earned)
        if random.random() < CLAIMED:
            taken = random.randint(1, points)
            yield _posting(_transfer(Flow.UNEARN, taken, lot_id=earned.id, reason="refund", **told))
            points -= taken
        if points:
            yield _posting(_transfer(Flow.CONFIRM, points, lot_id=earned.id, **told))
        if asleep and points:
            yield _posting(_transfer(Flow.EXPIRE, points, lot_id=earned.id, **told))
        elif points:
            yield from self._spent(place, points, told)

    def _spent(self, place: Where, points: int, told: dict[str, Any]) -> Iterator[Posting]:
        random, chance = self.random, self.random.random()
        if chance < PAID_WITH:
            yield from self._paid_with(random.randint(1, points), told)
        elif chance < PAID_WITH + GIVES:
            charity, given = random.choice(self.charities), random.randint(1, points)
            gift = _transfer(Flow.DONATE, given, party_id=charity, **told)
            worth = given * place.amount // place.points
            pledge = {"region": place.region, "party_id": charity, "unit": place.currency}
            yield _posting(gift, *([_transfer(Flow.PLEDGE, worth, **pledge)] if worth else []))

    def _paid_with(self, points: int, told: dict[str, Any]) -> Iterator[Posting]:
        held = _transfer(Flow.HOLD, points, expires_at=clock.now() + timedelta(days=14), **told)
        yield _posting(held)
        told = told | {"hold_id": held.id}
        if self.random.random() < LET_GO:
            yield _posting(_transfer(Flow.RELEASE, points, **told))
            return
        yield _posting(_transfer(Flow.POST, points, **told))
        if self.random.random() < RESTORED:
            back = self.random.randint(1, points)
            yield _posting(_transfer(Flow.RESTORE, back, reason="refund", **told))


def _transfer(flow: Flow, amount: int, **more: Any) -> Transfer:
    return Transfer(id=ids.new_id(), flow=flow, amount=amount, **more)


def _posting(*transfers: Transfer) -> Posting:
    return Posting(transfers=transfers)


def play(points: int, *, seed: int) -> dict[str, Any]:
    """Move so many points and report; `differences` says where the books do not close, and must be empty."""
    places = where_points_are_spent()
    charities = [ids.new_id() for _ in range(CHARITIES)]
    before, began = call(Rewards).totals(), time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        shares = [Visits(seed + number, places, charities) for number in range(THREADS)]
        told = list(threads.map(lambda visits: _post_until(visits, points // THREADS), shares))
    seconds = time.monotonic() - began
    tally: Tally = sum((each for each, _ in told), Counter())
    refused = [each for _, some in told for each in some]
    after = call(Rewards).totals()
    return {
        "name": "points_day",
        "seed": seed,
        "seconds": round(seconds, 1),
        **reported(tally, after),
        "refused": len(refused),
        "refusals": dict(Counter(refused)),
        "differences": differences(tally, before, after),
    }


def _post_until(visits: Visits, points: int) -> tuple[Tally, list[str]]:
    """Batches until so many points have moved; what did, and the codes of what was refused."""
    tally: Tally = Counter()
    refused: list[str] = []
    postings, moved = visits.postings(), 0
    for number in count(1):
        batch = list(islice(postings, A_BATCH))
        answer = _post(batch)
        stopped = {each.transfer_id for each in answer}
        refused += [each.code for each in answer]
        for posting in batch:
            if not stopped.intersection(each.id for each in posting.transfers):
                for each in posting.transfers:
                    tally[each.flow, each.unit, str(each.party_id or "")] += each.amount
                    moved += each.amount if each.flow in MOVES else 0
        if number % PROGRESS_EVERY_BATCHES == 0:
            say(f"{moved} of {points} points have moved")
        if moved >= points:
            return tally, refused
    raise AssertionError("there is always another batch")


def _post(batch: list[Posting]) -> tuple[Any, ...]:
    """Asked again under the same key when no answer comes. Raises ModuleUnavailable in the end."""
    key = CommandKey(str(ids.new_id()))
    for _ in range(TRIES - 1):
        try:
            return call(Rewards).post_many(key=key, postings=batch).refused
        except ModuleUnavailable as trouble:
            say(f"trouble: {trouble}")
    return call(Rewards).post_many(key=key, postings=batch).refused


def reported(tally: Tally, after: list[AccountTotal]) -> dict[str, Any]:
    """The day in points, and what is there at its end in all."""
    flows: Counter[Flow] = Counter()
    for (flow, _, _), amount in tally.items():
        flows[flow] += amount
    return {
        "moved": sum(flows[flow] for flow in MOVES),
        "issued": flows[Flow.EARN] - flows[Flow.UNEARN],
        "redeemed": flows[Flow.POST] - flows[Flow.RESTORE],
        "donated": flows[Flow.DONATE],
        "expired": flows[Flow.EXPIRE],
        "refunded": flows[Flow.RESTORE] + flows[Flow.UNEARN],
        **standing(after),
    }


def standing(totals: list[AccountTotal]) -> dict[str, Any]:
    """What customers have, what expired, and what is payable to charities, all in all."""
    kinds = _by_kind(totals)
    return {
        "liability": sum(kinds[kind, "PTS", ""] for kind in ("pending", "available", "held", "debt")),
        "breakage": kinds["expired", "PTS", ""],
        "payable": {unit: _payable(totals, unit) for unit in _units(totals) if unit != "PTS"},
    }


def _payable(totals: Iterable[AccountTotal], unit: str) -> int:
    return sum(each.balance for each in totals if (each.kind, each.unit) == ("payable", unit))


def _by_kind(totals: Iterable[AccountTotal]) -> Counter[tuple[str, str, str]]:
    kinds: Counter[tuple[str, str, str]] = Counter()
    for each in totals:
        party = str(each.party_id or "") if each.kind == "payable" else ""
        kinds[each.kind, each.unit, party] += each.balance
    return kinds


# What each flow moves: from which kind of account to which.
_WAYS = {
    Flow.EARN: ("issuance", "pending"),
    Flow.UNEARN: ("pending", "issuance"),
    Flow.CONFIRM: ("pending", "available"),
    Flow.HOLD: ("available", "held"),
    Flow.POST: ("held", "redeemed"),
    Flow.RELEASE: ("held", "available"),
    Flow.RESTORE: ("redeemed", "available"),
    Flow.DONATE: ("available", "donated"),
    Flow.EXPIRE: ("available", "expired"),
    Flow.PLEDGE: ("expense", "payable"),
}


def differences(tally: Tally, before: Iterable[AccountTotal], after: list[AccountTotal]) -> list[str]:
    """Where accounts have not moved by what was entered, and units that are not nothing together."""
    expected: Counter[tuple[str, str, str]] = Counter()
    for (flow, unit, party), amount in tally.items():
        for kind, sign in zip(_WAYS[flow], (-1, 1), strict=True):
            expected[kind, unit, party if kind == "payable" else ""] += sign * amount
    moved = _by_kind(after)
    moved.subtract(_by_kind(before))
    found = [
        f"{' '.join(account)} moved by {moved[account]}, and its entries come to {expected[account]}"
        for account in sorted(moved.keys() | expected.keys())
        if moved[account] != expected[account]
    ]
    return [*found, *unbalanced(after)]


def unbalanced(totals: list[AccountTotal]) -> list[str]:
    """Units that are not nothing together."""
    left = {unit: sum(each.balance for each in totals if each.unit == unit) for unit in _units(totals)}
    return [f"all accounts in {unit} together have {balance}" for unit, balance in left.items() if balance]


def _units(totals: Iterable[AccountTotal]) -> list[str]:
    return sorted({each.unit for each in totals})
