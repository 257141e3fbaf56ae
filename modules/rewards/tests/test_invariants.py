"""Whatever is posted, refused, repeated and raced: the ledger is whole, and is what a simple one would be."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from modules.rewards.interface import Flow, Posting, Transfer
from modules.rewards.models import Hold
from modules.rewards.selectors import wallets
from modules.rewards.services import post_many
from modules.rewards.states import FLOWS, AccountKind
from modules.rewards.tests.auditing import LEDGER, found
from modules.rewards.tests.points import in_days, transfer
from tiffin import ids

WRITERS = 64
CUSTOMERS = 4
POINTS = st.integers(1, 60)
WHO = st.integers(0, CUSTOMERS - 1)
# One of those there are by then: how many depends on who was first, and what is drawn must not.
WHICH = st.integers(0, 2**16)


class Simple:
    """The ledger as one would write it first: balances by customer and kind, nothing else."""

    def __init__(self) -> None:
        self.balances: Counter[tuple[UUID | None, AccountKind]] = Counter()

    def post(self, each: Transfer) -> None:
        way = FLOWS[each.flow]
        for kind, amount in ((way.debit, -each.amount), (way.credit, each.amount)):
            owner = each.customer_id if kind.value in {"pending", "available", "held", "debt"} else None
            self.balances[owner, kind] += amount


class Ledger(RuleBasedStateMachine):
    """A few customers and a charity, to whom everything happens."""

    @initialize()
    def begin(self) -> None:
        self.customers = [ids.new_id() for _ in range(CUSTOMERS)]
        self.charity = ids.new_id()
        self.simple = Simple()
        self.earned: list[Transfer] = []
        self.holds: list[Transfer] = []
        self.posted: list[Posting] = []
        self.answers: dict[UUID, tuple[str, ...]] = {}

    def ask(self, *transfers: Transfer) -> bool:
        """As one posting; whether it happened, and it is a mistake if it does where it cannot."""
        posting = Posting(transfers=transfers)
        before = self.simple.balances.copy()
        refused = post_many([posting]).refused
        self.answers[transfers[0].id] = tuple(each.code for each in refused)
        self.posted.append(posting)
        if refused:
            return False
        for each in transfers:
            self.simple.post(each)
        floors = [
            balance for (_, kind), balance in self.simple.balances.items() if FLOORS.get(kind) is not None
        ]
        assert min(floors, default=0) >= 0, f"{transfers} went below nothing, from {before}"
        return True

    @rule(who=WHO, points=POINTS, days=st.integers(1, 400))
    def grant(self, who: int, points: int, days: int) -> None:
        assert self.ask(transfer(Flow.GRANT, points, self.customers[who], expires_at=in_days(days)))

    @rule(who=WHO, points=POINTS)
    def earn(self, who: int, points: int) -> None:
        earned = transfer(Flow.EARN, points, self.customers[who])
        assert self.ask(earned)
        self.earned.append(earned)

    @rule(which=WHICH, flow=st.sampled_from([Flow.CONFIRM, Flow.UNEARN, Flow.TAKE_BACK]), points=POINTS)
    def what_was_earned_moves(self, which: int, flow: Flow, points: int) -> None:
        if self.earned:
            earned = self.earned[which % len(self.earned)]
            self.ask(transfer(flow, points, earned.customer_id, lot_id=earned.id))

    @rule(who=WHO, points=POINTS, flow=st.sampled_from([Flow.DONATE, Flow.TAKE_BACK, Flow.OWE, Flow.REPAY]))
    def take(self, who: int, points: int, flow: Flow) -> None:
        there = self.simple.balances[self.customers[who], AccountKind.AVAILABLE]
        happened = self.ask(transfer(flow, points, self.customers[who]))
        if flow in {Flow.DONATE, Flow.TAKE_BACK}:
            assert happened == (points <= there)

    @rule(sender=WHO, receiver=WHO, points=POINTS)
    def send(self, sender: int, receiver: int, points: int) -> None:
        self.ask(
            transfer(Flow.SEND, points, self.customers[sender]),
            transfer(Flow.RECEIVE, points, self.customers[receiver]),
        )

    @rule(who=WHO, points=POINTS)
    def hold(self, who: int, points: int) -> None:
        held = transfer(Flow.HOLD, points, self.customers[who])
        if self.ask(held):
            self.holds.append(held)

    @rule(which=WHICH, share=st.integers(0, 60))
    def end_a_hold(self, which: int, share: int) -> None:
        if not self.holds:
            return
        held = self.holds[which % len(self.holds)]
        spent = min(share, held.amount)
        parts = [(Flow.POST, spent), (Flow.RELEASE, held.amount - spent)]
        is_over = Hold.objects.get(pk=held.id).ended_at is not None
        happened = self.ask(
            *(transfer(flow, points, held.customer_id, hold_id=held.id) for flow, points in parts if points)
        )
        assert happened != is_over

    @rule(which=WHICH, points=POINTS)
    def restore(self, which: int, points: int) -> None:
        if self.holds:
            held = self.holds[which % len(self.holds)]
            hold = Hold.objects.get(pk=held.id)
            happened = self.ask(transfer(Flow.RESTORE, points, held.customer_id, hold_id=held.id))
            assert happened == (points <= hold.posted - hold.restored)

    @rule(amount=POINTS, flow=st.sampled_from([Flow.PLEDGE, Flow.COLLECT, Flow.PAY, Flow.UNCOLLECT]))
    def give(self, amount: int, flow: Flow) -> None:
        owed = self.simple.balances[None, AccountKind.PAYABLE]
        happened = self.ask(transfer(flow, amount, unit="GBP", party_id=self.charity))
        assert happened == (flow in {Flow.PLEDGE, Flow.COLLECT} or amount <= owed)

    @rule(which=WHICH)
    def ask_again(self, which: int) -> None:
        """The same answer, and nothing moves twice."""
        if self.posted:
            posting = self.posted[which % len(self.posted)]
            answer = tuple(each.code for each in post_many([posting]).refused)
            assert answer == self.answers[posting.transfers[0].id]

    @rule(which=WHICH)
    def ask_for_more_under_the_same_id(self, which: int) -> None:
        if self.posted:
            posting = self.posted[which % len(self.posted)]
            first = posting.transfers[0]
            greedy = transfer(first.flow, first.amount + 1, **_terms(first))
            (answer,) = post_many([Posting(transfers=(greedy,))]).refused
            assert answer.code == "transfer_differs"

    @rule(writers=st.lists(st.integers(0, 2**32), min_size=WRITERS, max_size=WRITERS))
    def many_at_once(self, writers: list[int]) -> None:
        """Each of many writers posts a batch of its own about the same customers."""
        with ThreadPoolExecutor(WRITERS) as pool:
            for happened in pool.map(self.write, writers):
                for each in happened:
                    self.simple.post(each)

    def write(self, seed: int) -> list[Transfer]:
        chosen = random.Random(seed)
        try:
            postings = [self.any_posting(chosen) for _ in range(chosen.randint(1, 4))]
            refused = {each.transfer_id for each in post_many(postings).refused}
            return [
                each
                for posting in postings
                if not refused & {one.id for one in posting.transfers}
                for each in posting.transfers
            ]
        finally:
            connections["rewards"].close()

    def any_posting(self, chosen: random.Random) -> Posting:
        points, one, other = chosen.randint(1, 40), *chosen.sample(self.customers, 2)
        flow = chosen.choice(
            [Flow.GRANT, Flow.EARN, Flow.DONATE, Flow.SEND, Flow.HOLD, Flow.PAY, Flow.PLEDGE]
        )
        if flow in {Flow.PAY, Flow.PLEDGE}:
            return Posting(transfers=(transfer(flow, points, unit="GBP", party_id=self.charity),))
        transfers = [transfer(flow, points, one)]
        if flow is Flow.SEND:
            transfers.append(transfer(Flow.RECEIVE, points, other))
        if flow is Flow.HOLD:
            spent = chosen.randint(1, points)
            transfers.append(transfer(Flow.POST, spent, one, hold_id=transfers[0].id))
            if spent < points:
                transfers.append(transfer(Flow.RELEASE, points - spent, one, hold_id=transfers[0].id))
        return Posting(transfers=tuple(transfers))

    @invariant()
    def it_is_what_the_simple_one_says(self) -> None:
        if not hasattr(self, "customers"):
            return
        for customer_id, wallet in zip(self.customers, wallets(self.customers), strict=True):
            balances = self.simple.balances
            assert wallet.available == balances[customer_id, AccountKind.AVAILABLE]
            assert wallet.pending == balances[customer_id, AccountKind.PENDING]
            assert wallet.held == balances[customer_id, AccountKind.HELD]
            assert wallet.owed == -balances[customer_id, AccountKind.DEBT]

    def teardown(self) -> None:
        assert found(LEDGER) == []


RACED = (Flow.GRANT, Flow.EARN, Flow.DONATE, Flow.SEND, Flow.HOLD, Flow.PAY, Flow.PLEDGE)
FLOORS = dict.fromkeys((AccountKind.AVAILABLE, AccountKind.PENDING, AccountKind.HELD, AccountKind.PAYABLE), 0)


def _terms(each: Transfer) -> dict[str, Any]:
    names = ("id", "region", "unit", "customer_id", "party_id", "lot_id", "hold_id", "order_id", "expires_at")
    return {name: getattr(each, name) for name in names}


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.database
def test_the_ledger_is_whole_whatever_happens() -> None:
    play(examples=5, steps=20)


@pytest.mark.database
@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_ledger_is_whole_whatever_happens_for_long() -> None:
    play(examples=25, steps=50)
