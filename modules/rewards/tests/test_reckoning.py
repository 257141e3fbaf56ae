"""The arithmetic of earning: what comes of which rule, what refunds take, and how tiers follow each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from modules.rewards.earning import (
    Delivery,
    Earned,
    Offer,
    Part,
    back_until,
    end_of_day,
    first_end,
    next_end,
    rank,
    reached,
    reckon,
    shares_of,
    tier_after,
    window,
)
from modules.rewards.models import CampaignKind
from modules.rewards.policies import EarningFacts, EarningPolicy, EarningRule, Qualifying, Tier
from tiffin import ids, regions
from tiffin.money import Money

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
BEGIN, END = NOON - timedelta(days=30), NOON + timedelta(days=30)
RULE = EarningRule(points=5, per_amount=100, months=12, margin_hours=24, most_per_day=3000)
SILVER = Tier(code="silver", title="Silver", from_points=1000, multiplier=Decimal("1.25"))
GOLD = Tier(code="gold", title="Gold", from_points=2000, multiplier=Decimal("1.5"))
PLATINUM = Tier(code="platinum", title="Platinum", from_points=5000, multiplier=Decimal(2))
TIERS = [SILVER, GOLD, PLATINUM]
CALENDAR, ROLLING = Qualifying(months=12), Qualifying(months=12, rolling=True)


def offer(kind: CampaignKind, **terms) -> Offer:
    return Offer(id=ids.new_id(), title="May", kind=kind, starts_at=BEGIN, ends_at=END, **terms)


def delivery(base: int = 100, *, most: int = 3000, **more) -> Delivery:
    return Delivery(delivered_at=NOON, restaurant_id=ids.new_id(), base=base, most=most, **more)


def earned(found: list[Part]) -> list[tuple[str, int]]:
    return [(part.why, part.points) for part in found]


def ago(**time: int) -> Earned:
    return Earned(delivered_at=NOON - timedelta(**time))


def test_whole_amounts_earn_and_what_is_left_over_does_not() -> None:
    for amount, points in ((1999, 95), (2000, 100), (99, 0), (0, 0), (-500, 0)):
        goods = Money(amount=amount, currency="GBP")
        assert EarningPolicy().points(EarningFacts(goods=goods, delivered_local=NOON, rule=RULE)) == points


def test_a_tier_adds_to_what_an_order_earns() -> None:
    assert earned(reckon(delivery(99, tier=SILVER), [])) == [("order", 99), ("tier silver", 24)]


def test_what_earns_nothing_by_itself_has_nothing_of_campaigns() -> None:
    assert reckon(delivery(0), [offer(CampaignKind.BONUS, points=50)]) == []


def test_campaigns_add_up_and_do_not_multiply_each_other() -> None:
    offers = [
        offer(CampaignKind.MULTIPLIER, multiplier=Decimal(2)),
        offer(CampaignKind.MULTIPLIER, multiplier=Decimal("1.5")),
        offer(CampaignKind.BONUS, points=30),
    ]
    assert sum(part.points for part in reckon(delivery(100), offers)) == 100 + 100 + 50 + 30


def test_a_campaign_gives_within_its_time_its_restaurant_and_its_budget() -> None:
    here = delivery()
    bonus = {"points": 50}
    later = Offer(
        id=ids.new_id(),
        title="x",
        kind=CampaignKind.BONUS,
        starts_at=END,
        ends_at=END + END.resolution,
        **bonus,
    )
    over = Offer(id=ids.new_id(), title="x", kind=CampaignKind.BONUS, starts_at=BEGIN, ends_at=NOON, **bonus)
    elsewhere = offer(CampaignKind.BONUS, restaurant_id=ids.new_id(), **bonus)
    empty = offer(CampaignKind.BONUS, left=0, **bonus)
    assert earned(reckon(here, [later, over, elsewhere, empty])) == [("order", 100)]
    almost_empty = offer(CampaignKind.BONUS, left=20, restaurant_id=here.restaurant_id, **bonus)
    assert earned(reckon(here, [almost_empty])) == [("order", 100), ("May", 20)]


def test_the_first_order_is_the_first_one() -> None:
    first = offer(CampaignKind.FIRST_ORDER, points=200)
    assert earned(reckon(delivery(first=True), [first])) == [("order", 100), ("May", 200)]
    assert earned(reckon(delivery(), [first])) == [("order", 100)]


def test_so_many_orders_within_so_many_days_are_a_streak() -> None:
    streak = offer(CampaignKind.STREAK, points=90, orders=3, days=7)
    for before, points in (
        ([], 0),
        ([ago(days=1)], 0),
        ([ago(days=1), ago(days=6)], 90),
        ([ago(days=1), ago(days=8)], 0),
    ):
        assert sum(p.points for p in reckon(delivery(before=tuple(before)), [streak])) == 100 + points


def test_an_order_is_part_of_one_streak() -> None:
    streak = offer(CampaignKind.STREAK, points=90, orders=3, days=7)
    before: list[Earned] = []
    given_for = []
    for hours in range(7):
        order = Delivery(
            delivered_at=NOON + timedelta(hours=hours),
            restaurant_id=ids.new_id(),
            base=10,
            most=3000,
            before=tuple(before),
        )
        parts = reckon(order, [streak])
        before.append(order.with_parts(parts))
        given_for.append(len(parts) == 2)
    assert given_for == [False, False, True, False, False, True, False]


def test_a_day_has_its_limit_and_campaigns_come_last() -> None:
    parts = reckon(delivery(100, most=110, tier=SILVER), [offer(CampaignKind.BONUS, points=50)])
    assert earned(parts) == [("order", 100), ("tier silver", 10)]


# --- taking back -------------------------------------------------------------------------------------


points_of = st.integers(1, 10**7)
goods_of = st.integers(1, 10**7)


@given(points_of, goods_of, st.lists(st.integers(1, 10**6), max_size=8))
def test_refunds_never_take_more_than_was_earned_and_in_parts_no_other_than_at_once(
    points, goods, refunds
) -> None:
    refunded = taken = 0
    for refund in refunds:
        after = min(goods, refunded + refund)
        part = back_until(points, goods=goods, refunded=after) - back_until(
            points, goods=goods, refunded=refunded
        )
        assert part >= 0
        refunded, taken = after, taken + part
        assert taken == back_until(points, goods=goods, refunded=refunded)
        assert taken * goods <= points * refunded  # never more than its share
    rest = points - taken
    assert back_until(points, goods=goods, refunded=goods) - taken == rest


@given(st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from([None, "a", "b"])), max_size=6))
def test_what_is_earned_lies_in_a_lot_for_each_who_owes_for_it(made) -> None:
    order, campaigns = ids.new_id(), {"a": ids.new_id(), "b": ids.new_id()}
    parts = [
        Part(why="x", points=points, campaign_id=campaigns.get(whose), funded=whose == "a")
        for points, whose in made
    ]
    shares = shares_of(order, parts)
    assert sum(share.points for share in shares) == sum(points for points, _ in made)
    assert len({share.lot_id for share in shares}) == len(shares) <= 2
    assert shares == shares_of(order, parts)
    assert {share.campaign_id for share in shares} <= {None, campaigns["a"]}


# --- tiers -------------------------------------------------------------------------------------------


def test_the_highest_tier_that_is_reached_counts() -> None:
    assert [reached(TIERS, points) for points in (999, 1000, 1999, 5000)] == [
        "",
        "silver",
        "silver",
        "platinum",
    ]
    assert [rank(TIERS, code) for code in ("", "gold", "gone")] == [0, 2, 0]


@given(st.sampled_from(["", "silver", "gold", "platinum"]), st.integers(0, 10**4))
def test_nobody_falls_more_than_one_tier(before, points) -> None:
    after = tier_after(TIERS, before, points)
    assert rank(TIERS, after) >= max(rank(TIERS, before) - 1, rank(TIERS, reached(TIERS, points)))
    if points < SILVER.from_points:
        assert rank(TIERS, after) == max(0, rank(TIERS, before) - 1)


def test_a_calendars_tier_lasts_until_the_end_of_the_next_period() -> None:
    poland = regions.get("pl")
    at = datetime(2026, 5, 10, 12, tzinfo=UTC)
    begin, end = window(poland, CALENDAR, at)
    assert [poland.local(each).isoformat() for each in (begin, end)] == [
        "2026-01-01T00:00:00+01:00",
        "2027-01-01T00:00:00+01:00",
    ]
    until = first_end(poland, CALENDAR, at)
    assert poland.local(until).isoformat() == "2028-01-01T00:00:00+01:00"
    assert window(poland, CALENDAR, until - timedelta(microseconds=1))[1] == until
    assert poland.local(next_end(poland, CALENDAR, until)).year == 2029


def test_half_years_are_periods_too() -> None:
    britain = regions.get("gb")
    begin, end = window(britain, Qualifying(months=6), datetime(2026, 8, 1, tzinfo=UTC))
    assert [britain.local(each).date().isoformat() for each in (begin, end)] == ["2026-07-01", "2027-01-01"]


def test_a_rolling_year_goes_with_the_day() -> None:
    britain = regions.get("gb")
    at = datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert window(britain, ROLLING, at) == (datetime(2023, 2, 28, 12, tzinfo=UTC), at)
    assert first_end(britain, ROLLING, at) == datetime(2025, 3, 1, tzinfo=UTC)


def test_points_expire_when_their_day_is_over_where_they_were_earned() -> None:
    poland = regions.get("pl")
    late = datetime(2026, 8, 30, 23, tzinfo=UTC)  # the 31st in Poland, at 1
    assert end_of_day(poland, late, months=6).isoformat() == "2027-03-01T00:00:00+01:00"
