"""What the engine shows to whom, and for what price: without a database, on a held clock."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.ads.engine import auction
from modules.ads.engine.viewer import DAY, Habits, Viewer
from modules.ads.interface import AdvertiserKind, NoFill, Placement, Pricing
from modules.ads.kinds import GOODS_BITS, SEGMENT_BITS, Customers, Goods, Members, Segment
from modules.ads.tests.engine_world import CENTRE, HOUR, NOON, Town, ring, shown

FAR_AWAY = (53.48, -2.24)


@pytest.fixture
def town() -> Town:
    return Town()


def known(**habits: object) -> Viewer:
    return Viewer(uuid4(), Habits(at=NOON, **habits), is_personal=True)


class TestWhoIsShown:
    def test_a_first_time_visitor_sees_ads(self, town: Town) -> None:
        flight = town.flight(town.restaurant())
        assert shown(town.ask()) == [flight.id]

    def test_a_visitor_who_only_said_a_city_sees_its_ads(self, town: Town) -> None:
        flight = town.flight(town.restaurant())
        assert shown(town.ask(at=None, city="london")) == [flight.id]
        assert shown(town.ask(at=None, city="leeds")) == []

    def test_an_address_looks_only_at_what_delivers_there_and_at_what_is_for_all_of_its_city(
        self, town: Town
    ) -> None:
        for north in range(1, 6):
            town.flight(town.restaurant(zone=ring(lat=CENTRE[0] + north / 10)))
        here, cola = town.flight(town.restaurant()), town.flight(cities=("london",))
        placed = town.ask(2, city="london")
        assert set(shown(placed)) == {here.id, cola.id}
        assert placed.left["near"] == 2

    def test_an_address_alone_lies_in_the_city_of_the_restaurants_that_deliver_there(
        self, town: Town
    ) -> None:
        town.restaurant()
        town.restaurant(city="leeds", zone=ring(*FAR_AWAY))
        london, leeds = town.flight(cities=("london",)), town.flight(cities=("leeds",))
        assert shown(town.ask(2)) == [london.id]
        assert shown(town.ask(2, at=FAR_AWAY)) == [leeds.id]
        assert shown(town.ask(2, at=(52.5, -1.9))) == []

    def test_a_flight_for_a_city_that_changes_to_another_is_not_found_in_the_first(self, town: Town) -> None:
        cola = town.flight(cities=("london",))
        town.snapshot.put_flight(msgspec.structs.replace(cola, cities=("leeds",)))
        assert not town.ask(city="london").won
        assert town.ask(city="leeds").won

    def test_a_zone_of_too_many_squares_is_found_by_its_city_and_asked_for_exactly(self, town: Town) -> None:
        flight = town.flight(town.restaurant(zone=ring(radius=1.5)))
        assert shown(town.ask(at=(52.9, -0.12), city="london")) == [flight.id]
        assert town.ask(at=(53.1, -0.12), city="london").skipped == {"not_to_this_address": 1}

    def test_nothing_that_does_not_deliver_here(self, town: Town) -> None:
        town.flight(town.restaurant())
        placed = town.ask(at=FAR_AWAY)
        assert placed.won == []
        assert placed.no_fill is NoFill.NOTHING_LIVE

    def test_squares_are_not_enough_the_address_must_lie_in_the_zone(self, town: Town) -> None:
        town.flight(town.restaurant(zone=ring(radius=0.0005)))
        placed = town.ask(at=(CENTRE[0] + 0.004, CENTRE[1] + 0.004))
        assert placed.skipped == {"not_to_this_address": 1}
        assert placed.no_fill is NoFill.NOTHING_ELIGIBLE

    def test_a_flight_with_a_zone_of_its_own_is_shown_where_both_lie(self, town: Town) -> None:
        town.flight(town.restaurant(), zone=ring(lat=CENTRE[0] + 0.02, radius=0.01))
        assert not town.ask().won
        assert town.ask(at=(CENTRE[0] + 0.012, CENTRE[1])).won

    def test_a_paused_restaurant_disappears_and_comes_back(self, town: Town) -> None:
        venue = town.restaurant()
        town.flight(venue)
        until = datetime.fromtimestamp(NOON + HOUR / 2, UTC)
        town.snapshot.put_venue(msgspec.structs.replace(venue, blocked_until=until))
        assert not town.ask().won
        town.now += HOUR / 2
        assert town.ask().won

    def test_a_closed_restaurant_is_shown_when_it_opens(self, town: Town) -> None:
        town.flight(town.restaurant(opening_hours="Mo-Su 12:30-22:00"))
        assert not town.ask().won
        town.now += HOUR / 2
        assert town.ask().won

    def test_an_expired_flight_is_not_shown_even_before_the_next_refresh(self, town: Town) -> None:
        town.flight(town.restaurant())
        town.refresh()
        town.now += HOUR
        placed = town.ask_page([(Placement.HOME_CAROUSEL, 1)])[0]
        assert placed.won == []

    def test_expired_flights_take_no_part_in_prices(self, town: Town) -> None:
        town.flight(town.restaurant(), bid=900_000, ends=NOON - 1)
        town.flight(town.restaurant(), bid=500_000)
        assert town.ask().won[0].price == 0

    def test_only_in_its_hours(self, town: Town) -> None:
        town.flight(town.restaurant(), hours=1 << 13)
        assert not town.ask().won

    def test_a_restaurant_that_is_gone_is_not_advertised(self, town: Town) -> None:
        venue = town.restaurant()
        town.flight(venue)
        town.snapshot.remove_venue(venue.id)
        assert not town.ask().won

    def test_a_flight_may_come_before_its_restaurant(self, town: Town) -> None:
        venue = town.restaurant()
        town.snapshot.remove_venue(venue.id)
        flight = town.flight(venue)
        assert not town.ask().won
        town.snapshot.put_venue(venue)
        assert shown(town.ask()) == [flight.id]

    def test_a_row_that_is_free_again_shows_what_is_in_it_now(self, town: Town) -> None:
        gone = town.flight(town.restaurant())
        town.snapshot.remove_flight(gone.id)
        assert not town.ask().won
        flight = town.flight(town.restaurant())
        assert shown(town.ask()) == [flight.id]

    def test_restricted_goods_only_to_adults_and_where_allowed(self, town: Town) -> None:
        town.flight(goods=GOODS_BITS[Goods.ALCOHOL], for_adults=True)
        assert not town.ask().won
        assert town.ask(adult=True).won
        town.forbidden = GOODS_BITS[Goods.ALCOHOL]
        assert not town.ask(adult=True).won

    def test_whom_a_law_spares_advertises_what_is_for_adults_to_them_alone(self, town: Town) -> None:
        town.flight(goods=0, for_adults=True)
        town.forbidden = GOODS_BITS[Goods.ALCOHOL]
        assert not town.ask().won
        assert town.ask(adult=True).won


class TestWhomItIsMeantFor:
    def test_members_and_others(self, town: Town) -> None:
        members = town.flight(town.restaurant(), members=Members.MEMBERS)
        others = town.flight(town.restaurant(), members=Members.OTHERS)
        member = Viewer(uuid4(), is_member=True)
        assert shown(town.ask(2, viewer=member)) == [members.id]
        assert shown(town.ask(2, viewer=known())) == [others.id]

    def test_new_customers_of_the_restaurant(self, town: Town) -> None:
        venue = town.restaurant()
        town.flight(venue, customers=Customers.NEW)
        assert not town.ask(viewer=known(venues={venue.id: int(NOON - DAY)})).won
        assert town.ask(viewer=known(venues={uuid4(): int(NOON - DAY)})).won

    def test_lapsed_customers_of_the_restaurant(self, town: Town) -> None:
        venue = town.restaurant()
        town.flight(venue, customers=Customers.LAPSED)
        assert not town.ask(viewer=known()).won
        assert not town.ask(viewer=known(venues={venue.id: int(NOON - 59 * DAY)})).won
        assert town.ask(viewer=known(venues={venue.id: int(NOON - 60 * DAY)})).won

    def test_whoever_did_not_agree_is_in_no_such_group(self, town: Town) -> None:
        town.flight(town.restaurant(), customers=Customers.NEW)
        town.flight(town.restaurant(), segments=SEGMENT_BITS[Segment.FREQUENT])
        assert not town.ask(2, viewer=Viewer(uuid4(), Habits(orders=9, all_orders=9))).won

    def test_segments(self, town: Town) -> None:
        town.flight(town.restaurant(), segments=SEGMENT_BITS[Segment.FREQUENT])
        assert town.ask(viewer=known(orders=4.0, all_orders=9, spent=9_000.0)).won
        assert not town.ask(viewer=known(orders=3.9, all_orders=9, spent=9_000.0)).won

    def test_a_big_basket_is_what_the_region_calls_one(self, town: Town) -> None:
        town.flight(town.restaurant(), segments=SEGMENT_BITS[Segment.BIG_BASKETS])
        assert not town.ask(viewer=known(orders=2.0, all_orders=2, spent=9_000.0)).won
        town.big_basket = 4_500
        assert town.ask(viewer=known(orders=2.0, all_orders=2, spent=9_000.0)).won
        assert not town.ask(viewer=known(orders=2.0, all_orders=2, spent=8_999.0)).won

    def test_a_search_finds_by_keyword_cuisine_and_name_without_accents(self, town: Town) -> None:
        venue = town.restaurant(name="Łódź Pierogarnia", cuisine="polish")
        flight = town.flight(venue, placements=(Placement.SEARCH_LISTING,), keywords=("dumplings",))
        for text in ("DUMPLINGS", "lodz", "polish food"):
            assert shown(town.ask(placement=Placement.SEARCH_LISTING, text=text)) == [flight.id]
        assert not town.ask(placement=Placement.SEARCH_LISTING, text="sushi").won

    def test_no_restaurant_stands_on_anothers_menu(self, town: Town) -> None:
        mine, other = town.restaurant(), town.restaurant()
        of_other = town.flight(other, placements=(Placement.MENU_BANNER,))
        venue = town.snapshot.venue_row(mine.id)
        assert not town.ask(placement=Placement.MENU_BANNER, venue=venue).won
        of_brand = town.flight(placements=(Placement.MENU_BANNER,))
        assert shown(town.ask(2, placement=Placement.MENU_BANNER, venue=venue)) == [of_brand.id]
        venue = town.snapshot.venue_row(other.id)
        assert of_other.id in shown(town.ask(2, placement=Placement.MENU_BANNER, venue=venue))


class TestCaps:
    def test_a_cap_holds_within_its_hours(self, town: Town) -> None:
        flight = town.flight(town.restaurant(), cap=2, cap_hours=24)
        this_hour = int(NOON // HOUR)
        seen = {flight.campaign_id: [(this_hour - 24, 5), (this_hour - 3, 1)]}
        assert town.ask(viewer=Viewer(uuid4(), seen=seen)).won
        seen[flight.campaign_id].append((this_hour, 1))
        placed = town.ask(viewer=Viewer(uuid4(), seen=seen))
        assert placed.skipped == {"cap": 1}

    def test_of_whom_nothing_is_kept_sees_it_only_where_that_is_wanted(self, town: Town) -> None:
        town.flight(town.restaurant(), cap=2, to_unknown=False)
        assert not town.ask().won
        assert town.ask(viewer=Viewer(uuid4())).won


class TestMoney:
    def test_the_winner_pays_what_the_next_would_have_needed_and_a_micro(self, town: Town) -> None:
        town.flight(town.restaurant(), bid=900_000)
        town.flight(town.restaurant(), bid=500_000)
        first, second = town.ask(2).won
        assert first.price == 500_001
        assert second.price == 0

    def test_never_less_than_the_floor_never_more_than_the_bid(self, town: Town) -> None:
        town.floors = {Placement.HOME_CAROUSEL: {Pricing.CPC: 300_000}}
        town.flight(town.restaurant(), bid=310_000)
        assert town.ask().won[0].price == 300_000
        town.flight(town.restaurant(), bid=310_000)
        assert town.ask().won[0].price == 310_000

    def test_below_the_floor_nothing_is_shown(self, town: Town) -> None:
        town.floors = {Placement.HOME_CAROUSEL: {Pricing.CPC: 300_000}}
        town.flight(town.restaurant(), bid=299_999)
        assert not town.ask().won

    def test_quality_wins_over_a_higher_bid(self, town: Town) -> None:
        good = town.flight(town.restaurant(), bid=400_000, quality=2000)
        town.flight(town.restaurant(), bid=500_000, quality=1000)
        (won,) = town.ask().won
        assert won.flight.id == good.id
        assert won.price == 250_001

    def test_a_thousand_impressions_compete_with_clicks_by_what_they_bring(self, town: Town) -> None:
        # 20 clicks in a thousand at 0.50 bring 10.00; a thousand impressions at 9.00 bring less.
        clicks = town.flight(town.restaurant(), bid=500_000)
        town.flight(town.restaurant(), pricing=Pricing.CPM, bid=9_000_000)
        (won,) = town.ask().won
        assert won.flight.id == clicks.id
        assert won.price == pytest.approx(450_001, abs=20)

    def test_what_nobody_pays_for_takes_what_is_left(self, town: Town) -> None:
        house = town.flight(kind=AdvertiserKind.HOUSE, quality=3000)
        paid = town.flight(town.restaurant(), bid=1)
        placed = town.ask(2)
        assert shown(placed) == [paid.id, house.id]
        assert [won.price for won in placed.won] == [0, 0]

    def test_without_an_allowance_nothing_is_promised(self, town: Town) -> None:
        flight = town.flight(town.restaurant(), money=0)
        placed = town.ask()
        assert placed.skipped == {"allowance": 1}
        assert town.snapshot.allowances.wanted(9) == {flight.campaign_id: 10_000}

    def test_an_allowance_is_used_up_by_what_is_expected_of_the_price(self, town: Town) -> None:
        flight = town.flight(town.restaurant(), bid=500_000, money=25_000)
        town.flight(town.restaurant(), bid=400_000)
        for _ in range(2):
            (won,) = town.ask().won
            assert won.flight.id == flight.id
            assert won.promised == 8_001  # 2 % of 0.400001
        assert town.ask().won[0].flight.id != flight.id

    def test_a_flight_without_money_does_not_make_others_pay(self, town: Town) -> None:
        town.flight(town.restaurant(), bid=900_000, money=0)
        town.flight(town.restaurant(), bid=500_000)
        town.flight(town.restaurant(), bid=100_000)
        assert town.ask().won[0].price == 100_001


class TestVariety:
    def test_an_advertiser_stands_on_a_page_once(self, town: Town) -> None:
        venue, advertiser = town.restaurant(), uuid4()
        both = (Placement.HOME_CAROUSEL, Placement.SEARCH_LISTING)
        for _ in range(3):
            town.flight(venue, advertiser_id=advertiser, placements=both)
        carousel, listing = town.ask_page([(both[0], 3), (both[1], 2)])
        assert len(carousel.won) == 1
        assert listing.won == []

    def test_own_flights_do_not_raise_the_own_price(self, town: Town) -> None:
        venue, advertiser = town.restaurant(), uuid4()
        town.flight(venue, advertiser_id=advertiser, bid=900_000)
        town.flight(venue, advertiser_id=advertiser, bid=800_000)
        assert town.ask().won[0].price == 0

    def test_several_slots_are_not_all_of_one_cuisine(self, town: Town) -> None:
        for _ in range(5):
            town.flight(town.restaurant(), bid=900_000)
        other = town.flight(town.restaurant(cuisine="thai"), bid=100_000)
        placed = town.ask(5)
        assert len(placed.won) == 3
        assert shown(placed)[2] == other.id
        assert placed.skipped["variety"] == 3

    def test_a_page_about_a_cuisine_may_be_all_of_it(self, town: Town) -> None:
        for _ in range(5):
            town.flight(town.restaurant(), placements=(Placement.CATEGORY_LISTING,))
        italian = town.snapshot.cuisines.known("italian")
        assert len(town.ask(5, placement=Placement.CATEGORY_LISTING, cuisine=italian).won) == 5


class TestPersonal:
    def test_what_somebody_orders_comes_first(self, town: Town) -> None:
        town.flight(town.restaurant(cuisine="italian"), bid=510_000)
        thai = town.flight(town.restaurant(cuisine="thai"), bid=500_000)
        assert shown(town.ask(viewer=known(cuisines={"thai": 3.0}))) == [thai.id]

    def test_nothing_of_it_counts_for_whoever_did_not_agree(self, town: Town) -> None:
        italian = town.flight(town.restaurant(cuisine="italian"), bid=510_000)
        town.flight(town.restaurant(cuisine="thai"), bid=500_000)
        stranger = Viewer(uuid4(), Habits(cuisines={"thai": 3.0}))
        assert shown(town.ask(viewer=stranger)) == [italian.id]


@given(
    bid=st.integers(1, 10**9),
    paid=st.integers(1, 600_000),
    weight=st.integers(250, 3000),
    next_score=st.integers(0, 10**9 * 600_000 * 3000),
    floor=st.integers(0, 10**9),
)
def test_whoever_wins_pays_enough_to_win_and_no_more(
    bid: int, paid: int, weight: int, next_score: int, floor: int
) -> None:
    floor, next_score = min(floor, bid), min(next_score, bid * paid * weight)
    price = auction.price(bid=bid, paid=paid, weight=weight, next_score=next_score, floor=floor)
    assert floor <= price <= bid
    assert price == bid or price * paid * weight >= next_score
    assert price == floor or (price - 1) * paid * weight <= next_score


def test_a_flight_for_a_cuisine_is_for_its_pages_and_for_who_often_orders_it(town: Town) -> None:
    town.restaurant(cuisine="thai")
    town.flight(town.restaurant(cuisine="italian"))
    town.flight(cuisines=("thai",), bid=900_000)
    thai = town.snapshot.cuisines.number("thai")
    assert town.ask().won[0].flight.cuisines == ()
    assert town.ask(cuisine=thai).won[0].flight.cuisines == ("thai",)
    assert town.ask(viewer=known(cuisines={"thai": 1.0})).won[0].flight.cuisines == ("thai",)
