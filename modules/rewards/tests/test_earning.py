"""Orders earn points, pending until nobody can claim any more; campaigns add to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from modules.rewards.interface import Flow
from modules.rewards.models import Campaign, CampaignKind, Earning, Entry, Lot, Refusal
from modules.rewards.policies import EarningFacts, EarningPolicy
from modules.rewards.services.campaigns import create_campaign, end_campaign
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.earning import note_deliveries, reckon_batch
from modules.rewards.states import AccountKind, CampaignState, EarningState
from modules.rewards.tests.earnings import (
    SETTLED,
    balance,
    campaign,
    confirmed,
    delivered,
    earned,
    points_of,
    refunded,
    state_of,
    wallet,
)
from modules.rewards.tests.points import posted, transfer
from tiffin import clock, db, ids, regions
from tiffin.models import Job
from tiffin.states import StateConflict
from tiffin.testing.settling import settle

pytestmark = pytest.mark.database


def test_an_order_earns_and_the_points_come_when_nobody_can_claim_any_more() -> None:
    customer = ids.new_id()
    order = earned(customer, 2050)
    assert (wallet(customer).pending, wallet(customer).available) == (100, 0)
    confirm_batch()
    assert state_of(order) is EarningState.PENDING
    with clock.shift(timedelta(hours=48 + 24, seconds=1)):
        confirm_batch()
    assert (wallet(customer).pending, wallet(customer).available) == (0, 100)
    assert state_of(order) is EarningState.CONFIRMED


def test_points_expire_at_the_end_of_their_day_a_year_later() -> None:
    with clock.hold(datetime(2026, 8, 30, 23, tzinfo=UTC)):
        earned(ids.new_id(), 2050, region="pl")
    (lot,) = Lot.objects.all()
    assert regions.get("pl").local(lot.expires_at).isoformat() == "2027-09-01T00:00:00+02:00"


def test_doing_it_all_again_does_nothing() -> None:
    customer = ids.new_id()
    earned(customer, 2000)
    assert reckon_batch() == 0
    with clock.shift(SETTLED):
        confirm_batch()
        assert confirm_batch() == 0
    assert wallet(customer).available == 100
    assert Entry.objects.count() == 2


def test_an_order_that_is_told_of_twice_earns_once() -> None:
    customer, order = ids.new_id(), ids.new_id()
    for _ in range(2):
        with db.transaction(owner="rewards"):
            note_deliveries(
                [
                    Earning(
                        id=order,
                        customer_id=customer,
                        region="gb",
                        restaurant_id=ids.new_id(),
                        goods=2000,
                        delivered_at=clock.now(),
                        due_at=clock.now(),
                    )
                ]
            )
        reckon_batch()
    assert wallet(customer).pending == 100


def test_small_change_earns_nothing() -> None:
    order = earned(ids.new_id(), 99)
    assert state_of(order) is EarningState.NOTHING
    assert not Entry.objects.exists()


def test_many_orders_are_reckoned_and_confirmed_in_few_statements(django_assert_max_num_queries) -> None:
    customers = [ids.new_id() for _ in range(50)]
    for customer in customers:
        delivered(customer, 2000)
    with django_assert_max_num_queries(40, using="rewards"):
        assert reckon_batch() == 50
    with clock.shift(SETTLED), django_assert_max_num_queries(40, using="rewards"):
        assert confirm_batch() == 50
    assert {wallet(customer).available for customer in customers} == {100}


def test_a_day_has_its_limit_whatever_comes_in_a_batch() -> None:
    customer = ids.new_id()
    earned(customer, 50_000)
    orders = [delivered(customer, 5000) for _ in range(4)]
    reckon_batch()
    assert [points_of(order)[0] for order in orders] == [250, 250, 0, 0]
    assert wallet(customer).pending == 3000
    assert points_of(earned(customer, 5000, at=clock.now() + timedelta(days=1)))[0] == 250


def test_another_region_has_its_own_points() -> None:
    customer = ids.new_id()
    earned(customer, 2000, region="pl")
    assert wallet(customer).pending == 20


# --- campaigns ---------------------------------------------------------------------------------------


def test_a_campaign_adds_and_ends_with_its_budget() -> None:
    summer = campaign(points=60, budget=100)
    orders = [delivered(ids.new_id(), 2000) for _ in range(3)]
    reckon_batch()
    assert sorted(points_of(order)[0] for order in orders) == [100, 140, 160]
    assert Campaign.get(summer.id).granted == 100
    assert points_of(earned(ids.new_id(), 2000))[0] == 100


def test_what_the_ledger_refused_is_not_gone_of_a_budget_and_comes_once_it_can() -> None:
    summer = campaign(points=60, budget=100)
    customer = ids.new_id()
    stuck = delivered(customer, 2000)
    posted(transfer(Flow.GRANT, 1, id=ids.derived(stuck, "earn"), customer_id=customer))
    reckon_batch()
    assert (state_of(stuck), Campaign.get(summer.id).granted) == (EarningState.NEW, 0)
    earned(ids.new_id(), 2000)
    assert Campaign.get(summer.id).granted == 60


def test_what_could_not_be_confirmed_is_confirmed_once_it_can() -> None:
    customer = ids.new_id()
    order = earned(customer, 2000)
    (lot,) = Lot.objects.all()
    take = transfer(Flow.UNEARN, 10, customer, lot_id=lot.id)
    posted(take)
    with clock.shift(SETTLED):
        confirm_batch()
    assert (state_of(order), Earning.objects.get(pk=order).refusal) == (EarningState.PENDING, "insufficient")
    assert not Refusal.objects.exists()
    Refusal.objects.create(id=ids.derived(lot.id, "confirm"), terms=b"", code="insufficient")
    Earning.objects.filter(pk=order).update(goods=100, refunded=10)
    with clock.shift(SETTLED + timedelta(minutes=11)):
        confirm_batch()
    assert (state_of(order), wallet(customer).available) == (EarningState.CONFIRMED, 90)


def test_who_owes_points_and_cannot_be_confirmed_stops_nobody_and_is_seen() -> None:
    stuck, fine = ids.new_id(), ids.new_id()
    for customer in (stuck, fine):
        order = confirmed(customer, 2000)
        posted(transfer(Flow.DONATE, 100, customer))
        assert refunded(order, 1000).owed == 50
    orders = [earned(customer, 2000) for customer in (stuck, fine)]
    lot = Lot.objects.get(order_id=orders[0])
    posted(transfer(Flow.UNEARN, 10, stuck, lot_id=lot.id))
    with clock.shift(SETTLED):
        confirm_batch()
        assert confirm_batch() == 0
    assert [state_of(order) for order in orders] == [EarningState.PENDING, EarningState.CONFIRMED]
    assert Earning.objects.get(pk=orders[0]).refusal == "insufficient_points"
    assert (wallet(fine).available, wallet(fine).owed) == (50, 0)


def test_a_partner_owes_for_what_its_campaign_gives_and_no_more_once_it_is_taken_back() -> None:
    summer = campaign(points=60, partner="A brewery")
    customer = ids.new_id()
    order = earned(customer, 2000)
    assert wallet(customer).pending == 160
    assert balance(AccountKind.FUNDING, summer.id) == -60
    refunded(order, 1000)
    assert (wallet(customer).pending, balance(AccountKind.FUNDING, summer.id)) == (80, -30)
    with clock.shift(SETTLED):
        confirm_batch()
    refunded(order, 1000)
    assert (wallet(customer).available, balance(AccountKind.FUNDING, summer.id)) == (0, 0)
    assert balance(AccountKind.ISSUANCE) == 0
    assert Campaign.get(summer.id).granted == 0


def test_a_first_order_that_went_back_was_none() -> None:
    campaign(CampaignKind.FIRST_ORDER, points=500)
    customer = ids.new_id()
    first = earned(customer, 2000)
    assert points_of(earned(customer, 2000))[0] == 100
    assert points_of(first)[0] == 600
    other = ids.new_id()
    refunded(earned(other, 2000), 2000)
    assert wallet(other).pending == 0
    assert points_of(earned(other, 2000))[0] == 600


def test_one_batch_has_one_first_order_and_one_streak() -> None:
    campaign(CampaignKind.FIRST_ORDER, points=500)
    campaign(CampaignKind.STREAK, points=70, orders=2, days=3)
    customer = ids.new_id()
    for minutes in range(4):
        delivered(customer, 2000, at=clock.now() + timedelta(minutes=minutes))
    reckon_batch()
    earnings = Earning.objects.order_by("delivered_at")
    assert [earning.points for earning in earnings] == [600, 170, 100, 170]
    third = earned(customer, 2000, at=clock.now() + timedelta(minutes=9))
    assert points_of(third)[0] == 100
    assert points_of(earned(customer, 2000, at=clock.now() + timedelta(minutes=10)))[0] == 170


def test_a_campaign_of_a_restaurant_is_for_orders_from_there() -> None:
    here = ids.new_id()
    campaign(CampaignKind.MULTIPLIER, multiplier=Decimal(2), restaurant_id=here, partner="Ramen House")
    assert points_of(earned(ids.new_id(), 2000, restaurant=here))[0] == 200
    assert points_of(earned(ids.new_id(), 2000))[0] == 100


def test_a_campaign_gives_only_while_it_is_active() -> None:
    draft = create_campaign(
        Campaign(
            title="Draft",
            kind="bonus",
            region="gb",
            points=5,
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(days=1),
        )
    )
    assert points_of(earned(ids.new_id(), 2000))[0] == 100
    end_campaign(campaign_id=draft.id)
    with pytest.raises(StateConflict):
        end_campaign(campaign_id=draft.id)
    summer = campaign(points=60)
    end_campaign(campaign_id=summer.id)
    assert points_of(earned(ids.new_id(), 2000))[0] == 100


def test_a_campaign_ends_with_its_time() -> None:
    summer = campaign(points=60)
    late = delivered(ids.new_id(), 2000, at=clock.now() + timedelta(days=7, seconds=-1))
    early = delivered(ids.new_id(), 2000, at=clock.now() + timedelta(days=7, seconds=1))
    with clock.shift(timedelta(days=9)):
        settle()
        reckon_batch()
    assert [points_of(order)[0] for order in (late, early)] == [160, 100]
    with clock.shift(timedelta(days=14, seconds=1)):
        settle()
    assert Campaign.get(summer.id).state is CampaignState.ENDED
    assert not Job.objects.using("rewards").filter(slot="deadline").exists()


@pytest.mark.parametrize(
    ("kind", "terms", "wrong"),
    [
        ("bonus", {}, "points"),
        ("bonus", {"points": 5, "multiplier": 2}, "multiplier"),
        ("multiplier", {"multiplier": 1}, "multiplier"),
        ("streak", {"points": 5, "orders": 1, "days": 7}, "orders"),
        ("streak", {"points": 5, "orders": 3}, "days"),
        ("bonus", {"points": 5, "ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ends_at"),
    ],
)
def test_a_campaign_says_what_its_kind_needs_and_no_more(kind, terms, wrong) -> None:
    times = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=1)}
    with pytest.raises(ValidationError) as refused:
        create_campaign(Campaign(title="x", kind=kind, region="gb", **(times | terms)))
    assert set(refused.value.message_dict) == {wrong}


class Faulty(EarningPolicy):
    """It stumbles over orders of 13."""

    def points(self, facts: EarningFacts) -> int:
        if facts.goods.amount == 1300:
            raise ZeroDivisionError
        return super().points(facts)


def test_what_cannot_be_reckoned_stops_no_other(monkeypatch) -> None:
    monkeypatch.setitem(regions.get("gb")._policies, EarningPolicy, Faulty())
    orders = [
        delivered(ids.new_id(), goods, region=region)
        for goods, region in ((1300, "gb"), (1300, ""), (1300, "atlantis"), (2000, "gb"))
    ]
    reckon_batch()
    refusals = [Earning.objects.get(pk=order).refusal for order in orders]
    assert refusals == ["ZeroDivisionError", "unknown_region", "unknown_region", ""]
    assert state_of(orders[3]) is EarningState.PENDING
    assert reckon_batch() == 0


def test_points_of_a_region_that_is_no_more_are_confirmed() -> None:
    gone, fine = earned(ids.new_id(), 2000), earned(ids.new_id(), 2000)
    Earning.objects.filter(pk=gone).update(region="atlantis")
    with clock.shift(SETTLED):
        confirm_batch()
    assert state_of(gone) is state_of(fine) is EarningState.CONFIRMED


def test_what_the_ledger_does_not_take_stops_nothing_else() -> None:
    customer, other = ids.new_id(), ids.new_id()
    stuck = delivered(customer, 2000)
    posted(transfer(Flow.GRANT, 1, other, id=ids.derived(stuck, "earn")))
    fine = delivered(other, 2000)
    reckon_batch()
    assert (state_of(stuck), state_of(fine)) == (EarningState.NEW, EarningState.PENDING)
    assert Earning.objects.get(pk=stuck).refusal == "transfer_differs"
    assert reckon_batch() == 0
    with clock.shift(timedelta(minutes=11)):
        assert reckon_batch() == 1
