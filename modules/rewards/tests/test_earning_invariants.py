"""Whatever is ordered, spent, held and given back in whatever order: nobody keeps points of what went back,
and nobody loses others."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from modules.rewards.interface import Flow, InsufficientPoints, Transfer
from modules.rewards.models import Earning, Lot
from modules.rewards.services import holds, post, review_wallet
from modules.rewards.services.campaigns import end_campaign
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.earning import reckon_batch
from modules.rewards.services.expiring import expire_batch, expire_lots
from modules.rewards.services.taking_back import take_back_batch
from modules.rewards.tests.auditing import found
from modules.rewards.tests.earnings import (
    SETTLED,
    campaign,
    confirmed,
    debts_looked_at,
    delivered,
    earned,
    refunded,
    wallet,
)
from modules.rewards.tests.points import posted, transfer
from tiffin import clock, db, ids

pytestmark = pytest.mark.database

PLACES = st.integers(0, 50)


class Eater(RuleBasedStateMachine):
    """One customer, in a region where what was spent is owed."""

    @initialize(bonus=st.integers(0, 80))
    def begin(self, bonus: int) -> None:
        self.customer = ids.new_id()
        self.orders: list = []
        self.holds: list = []
        self.refunds: list = []
        self.spent = 0
        self.campaign = campaign(points=bonus, partner="A brewery" if bonus % 2 else "") if bonus else None

    @rule(goods=st.integers(1, 20_000))
    def order(self, goods: int) -> None:
        self.orders.append(delivered(self.customer, goods))

    @rule()
    def reckon(self) -> None:
        reckon_batch()

    @rule()
    def time_passes(self) -> None:
        with clock.shift(SETTLED):
            confirm_batch()

    @rule(place=PLACES, goods=st.integers(1, 15_000))
    def give_back(self, place: int, goods: int) -> None:
        if self.orders:
            refund = refunded(self.orders[place % len(self.orders)], goods)
            self.refunds.append((refund.earning_id, goods, refund.id))

    @rule(place=PLACES)
    def tell_again(self, place: int) -> None:
        if self.refunds:
            order, goods, refund_id = self.refunds[place % len(self.refunds)]
            refunded(order, goods, refund_id=refund_id)

    @rule(points=st.integers(1, 200))
    def spend(self, points: int) -> None:
        give = Transfer(
            id=ids.new_id(), flow=Flow.DONATE, amount=points, region="gb", customer_id=self.customer
        )
        try:
            with db.transaction(owner="rewards"):
                post(give)
        except InsufficientPoints:
            return
        self.spent += points

    @rule(place=PLACES)
    def spend_a_lot(self, place: int) -> None:
        """All of one, so that what is left is what another party owes for."""
        lots = list(Lot.objects.filter(customer_id=self.customer, available__gt=0).order_by("id"))
        if lots:
            lot = lots[place % len(lots)]
            posted(transfer(Flow.DONATE, lot.available, self.customer, lot_id=lot.id))
            self.spent += lot.available

    @rule(points=st.integers(1, 200))
    def promise(self, points: int) -> None:
        hold_id = ids.new_id()
        try:
            holds.hold(
                hold_id=hold_id, customer_id=self.customer, order_id=ids.new_id(), points=points, region="gb"
            )
        except InsufficientPoints:
            return
        self.holds.append((hold_id, points))

    @rule(spend=st.booleans())
    def end_promise(self, spend: bool) -> None:
        if self.holds:
            hold_id, points = self.holds.pop()
            if spend:
                holds.post_hold(hold_id=hold_id, points=points)
                self.spent += points
            else:
                holds.void_hold(hold_id=hold_id)

    @rule()
    def repay(self) -> None:
        debts_looked_at()

    def earnings(self) -> list[Earning]:
        return list(Earning.objects.filter(customer_id=self.customer))

    @invariant()
    def what_there_is_was_earned(self) -> None:
        if not hasattr(self, "customer"):
            return
        has = wallet(self.customer)
        kept = sum(earning.points - earning.taken_back for earning in self.earnings())
        assert has.available + has.pending + has.held - has.owed + self.spent == kept
        assert all(earning.taken_back <= earning.points for earning in self.earnings())

    def teardown(self) -> None:
        """In the end everything goes back, and nothing is left but what was spent, which is owed."""
        if hasattr(self, "customer"):
            reckon_batch()
            for earning in self.earnings():
                refunded(earning.id, earning.goods)
            while self.holds:
                self.end_promise(False)
            take_back_batch()
            debts_looked_at()
            has = wallet(self.customer)
            assert (has.available, has.pending, has.held, has.owed) == (0, 0, 0, self.spent)
            assert found() == []
            if self.campaign is not None:
                end_campaign(campaign_id=self.campaign.id)


def play(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Eater,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nobody_keeps_points_of_what_went_back_and_nobody_loses_others(database: object) -> None:
    play(examples=8, steps=20)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_nobody_keeps_points_of_what_went_back_for_long(database: object) -> None:
    play(examples=40, steps=30)


def behind_its_back(statement: str) -> None:
    with psycopg.connect(django_settings.DATABASE_URL) as connection:
        connection.execute("SET session_replication_role = replica; SET search_path = rewards")
        assert connection.execute(statement).rowcount > 0


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE rewards_earning SET points = points + 1", "it earned 101 points, and 100 are entered"),
        ("UPDATE rewards_earning SET taken_back = 51 WHERE taken_back = 50", "51 points were taken back"),
        ("UPDATE rewards_earningrefund SET points = 0", "and 0 for its refunds"),
        ("UPDATE rewards_earningrefund SET forgiven = 1", "and 50 entered, 1 forgiven"),
        ("DELETE FROM rewards_entry WHERE flow = 'confirm'", "0 of 100 points became the customer's"),
        (
            "UPDATE rewards_earning SET state = 'pending', due_at = now() + interval '9m',"
            " confirms_at = now() - interval '2h'",
            "it is pending since",
        ),
        (
            "UPDATE rewards_earningrefund SET taken_at = NULL, at = now() - interval '2h'",
            "its points are not taken back since",
        ),
    ],
)
def test_the_audit_finds_earnings_that_are_not_what_was_entered(statement: str, problem: str) -> None:
    refunded(confirmed(ids.new_id(), 2000), 1000)
    earned(ids.new_id(), 50)
    assert found() == []
    behind_its_back(statement)
    assert any(problem in each for each in found())


def test_what_waits_because_somebody_looks_into_the_wallet_is_not_overdue() -> None:
    customer = ids.new_id()
    earned(customer, 2000)
    with clock.shift(SETTLED):
        assert any("it is pending since" in each for each in found())
        review_wallet(customer_id=customer, region="gb", why="a doubt")
        confirm_batch()
        assert found() == []


def test_lots_that_two_workers_see_expire_once() -> None:
    customer = ids.new_id()
    confirmed(customer, 2000)
    seen = list(Lot.objects.all())
    with clock.shift(timedelta(days=400)):
        assert expire_batch() == 1
        assert expire_lots(seen) == 0
    assert wallet(customer).available == 0
