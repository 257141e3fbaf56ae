"""Whatever is given, refunded, settled and goes wrong: nothing is lost, and nothing is paid twice."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.conf import settings as configured
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from modules.payments.interface import Payments
from modules.rewards import services
from modules.rewards.charities import goodstack as adapter
from modules.rewards.errors import NothingToSettle, PayoutUnderWay
from modules.rewards.models import Charity, Donation, SettlementBatch
from modules.rewards.states import AccountKind, BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    done,
    failed,
    given,
    lies,
    paid,
    problems,
    refunded,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import SECRET_KEY, LocalGoodstack
from tiffin.interfaces import call

TROUBLES = st.sampled_from(["", "", "down", "lost", "error", "garbled", "refuse"])
STATUSES = st.sampled_from(["REQUESTED_PAYMENT", "RECEIVED_PAYMENT", "DISBURSED", "CANCELLED"])
WHICH = st.integers(0, 100)
B = BatchState


class Settling(RuleBasedStateMachine):
    """A charity by Goodstack, one by bank transfer, and everything that happens to what they are given.
    `out` is what the bank says has left for each batch: the money itself, whoever knows of it."""

    @initialize()
    def begin(self) -> None:
        self.goodstack = LocalGoodstack()
        self.before = configured.TIFFIN_GOODSTACK_SECRET_KEY, configured.TIFFIN_GOODSTACK_API, adapter.TIMEOUT
        configured.TIFFIN_GOODSTACK_SECRET_KEY = SECRET_KEY
        configured.TIFFIN_GOODSTACK_API = self.goodstack.address
        adapter.TIMEOUT = httpx.Timeout(2.0)
        self.charities = [settled_by_goodstack(), a_charity()]
        for charity in self.charities:
            account_told(charity)
        self.out: set[UUID] = set()

    def batches(self, *states: BatchState) -> list[SettlementBatch]:
        ours = SettlementBatch.objects.filter(charity__in=self.charities).order_by("pk")
        return list(ours.filter(state_name__in=[state.value for state in states]) if states else ours)

    def one(self, which: int, *states: BatchState) -> SettlementBatch | None:
        found = self.batches(*states)
        return found[which % len(found)] if found else None

    @rule(which=st.integers(0, 1), points=st.integers(100, 500))
    def somebody_gives(self, which: int, points: int) -> None:
        given(self.charities[which], points)

    @rule(which=st.integers(0, 1), amounts=st.lists(st.integers(1, 99), min_size=1, max_size=4))
    def orders_are_rounded_up(self, which: int, amounts: list[int]) -> None:
        rounded_up(self.charities[which], *amounts)

    @rule(which=WHICH, amount=st.integers(1, 120))
    def an_order_is_refunded(self, which: int, amount: int) -> None:
        donations = list(Donation.objects.filter(order_id__isnull=False, charity__in=self.charities))
        if donations:
            refunded(donations[which % len(donations)], amount)

    @rule(which=st.integers(0, 1))
    def it_is_settled(self, which: int) -> None:
        with suppress(NothingToSettle):
            services.settle_now(self.charities[which].pk)

    @rule(which=WHICH, at_once=st.integers(1, 3))
    def some_are_gathered_or_given_back(self, which: int, at_once: int) -> None:
        batch = self.one(which, B.GATHERING, B.RETURNING)
        if batch is not None:
            services.gather(batch.pk, at_once=at_once)
            services.give_back(batch.pk, at_once=at_once)

    @rule(which=WHICH, trouble=TROUBLES)
    def it_is_sent(self, which: int, trouble: str) -> None:
        batch = self.one(which, B.SENDING)
        if batch is not None:
            self.goodstack.faults.clear()
            self.goodstack.be(trouble)
            done(batch, "send_batch")

    @rule(which=WHICH, status=STATUSES, looks=st.booleans())
    def goodstack_goes_on(self, which: int, status: str, looks: bool) -> None:
        batch = self.one(which, B.ACCEPTED, B.PAYING, B.PAID)
        if batch is not None and batch.provider_id in self.goodstack.donations:
            self.goodstack.faults.clear()
            self.goodstack.now_is(status, reference=batch.provider_id)
            if looks:
                done(batch, "look_at_batch")

    @rule(which=WHICH, dies=st.booleans())
    def it_is_paid_out(self, which: int, dies: bool) -> None:
        batch = self.one(which, B.PAYING)
        if batch is not None and dies:
            services.begin_paying(batch.pk)
        elif batch is not None:
            done(batch, "pay_batch")

    @rule(which=WHICH, fails=st.booleans())
    def the_bank_answers(self, which: int, fails: bool) -> None:
        batch = self.one(which, B.PAYING, B.PAID, B.DISPUTED, B.DISBURSED)
        if batch is None or not call(Payments).payouts(payout_ids=[batch.pk]):
            return
        if fails and batch.payout_asked:
            failed(batch)
            self.out.discard(batch.pk)
        elif batch.payout_asked and batch.pk not in self.out:
            paid(batch)
            self.out.add(batch.pk)

    @rule(which=WHICH, back=st.booleans())
    def staff_look(self, which: int, back: bool) -> None:
        batch = self.one(which, B.DISPUTED)
        if batch is None:
            return
        done(batch, "find_payout")
        if SettlementBatch.get(batch.pk).state is not B.DISPUTED:
            return
        with suppress(PayoutUnderWay):
            if back:
                services.say_it_came_back(batch.pk, note="seen")
                self.out.discard(batch.pk)
            else:
                services.say_it_arrived(batch.pk, note="seen")

    @invariant()
    @precondition(lambda self: hasattr(self, "charities"))
    def nothing_is_lost(self) -> None:
        assert problems() == []
        gifts = Donation.objects.filter(charity__in=self.charities)
        donated = gifts.aggregate(sum=Sum(F("amount") - F("taken_back")))["sum"] or 0
        payable = sum(lies(AccountKind.PAYABLE, owner=charity.pk) for charity in self.charities)
        out = gifts.filter(batch__isnull=False).aggregate(sum=Sum(F("amount") - F("taken_back")))["sum"] or 0
        assert donated == payable + out

    @invariant()
    @precondition(lambda self: hasattr(self, "charities"))
    def nothing_is_paid_twice(self) -> None:
        told = [each["metadata"]["batch"] for each in self.goodstack.donations.values()]
        assert len(told) == len(set(told))
        # Money that is out is for donations that are not payable any more: those cannot be paid again.
        for batch in self.batches(B.RETURNING, B.RETURNED):
            assert batch.pk not in self.out
        for batch in self.batches(B.PAID):
            assert batch.pk in self.out

    def teardown(self) -> None:
        if hasattr(self, "goodstack"):
            self.goodstack.stop()
            secret, api, adapter.TIMEOUT = self.before
            configured.TIFFIN_GOODSTACK_SECRET_KEY, configured.TIFFIN_GOODSTACK_API = secret, api
            for charity in self.charities:
                Charity.objects.filter(pk=charity.pk).update(active=False)


def play(examples: int, steps: int) -> None:
    checks: Any = list(HealthCheck)
    run_state_machine_as_test(
        Settling,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )


@pytest.mark.database
def test_nothing_is_lost_or_paid_twice_whatever_happens() -> None:
    play(examples=6, steps=30)


@pytest.mark.database
@pytest.mark.full
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_paid_twice_whatever_happens_for_long() -> None:
    play(examples=60, steps=60)
