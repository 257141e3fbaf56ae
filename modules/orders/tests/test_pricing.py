"""The bill: its components sum to its total whatever is ordered, and the same basket costs the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.interface import ComponentKind, Party, PromotionKind
from modules.orders.policies import DeliveryFee, Redeeming, ServiceFee, SmallOrderFee, TaxRate
from modules.orders.pricing import (
    Dish,
    Member,
    PointsOffer,
    Promotion,
    TakenOption,
    Terms,
    benefits,
    by_category,
    hints,
    price,
)
from modules.subscriptions.interface import Benefit, BenefitKind
from tiffin.money import allocate

FOOD, DRINK, DELIVERY, SERVICE = "food", "drink", "delivery", "service"
RATES = by_category(
    [
        TaxRate(category=FOOD, rate=Decimal("0.08")),
        TaxRate(category=DRINK, rate=Decimal("0.23")),
        TaxRate(category=DELIVERY, rate=Decimal("0.08")),
        TaxRate(category=SERVICE, rate=Decimal("0.23"), liable=Party.PLATFORM),
    ]
)
# New York City: 4 % for the state, 4.5 % for the city, 0.375 % for its transport district.
STACKED = by_category(
    TaxRate(category=category, rate=Decimal(rate), area=area)
    for category in (FOOD, DRINK, DELIVERY, SERVICE)
    for area, rate in (("state", "0.04"), ("city", "0.045"), ("mctd", "0.00375"))
)
REDUCING = {
    ComponentKind.PROMOTION,
    ComponentKind.MEMBER_BENEFIT,
    ComponentKind.POINTS,
    ComponentKind.ROUNDING,
}
FEES = {
    "delivery_fee": DeliveryFee(base=599, per_km=150, free_km=Decimal("2.0"), max=1999),
    "service_fee": ServiceFee(rate=Decimal("0.05"), min=99, max=999),
    "small_order_fee": SmallOrderFee(threshold=3000, fee=500),
}
SOUP = Dish(item_id=UUID(int=1), title="Żurek", quantity=1, price=2200, tax_category=FOOD)
BEER = Dish(item_id=UUID(int=2), title="Piwo", quantity=2, price=1200, tax_category=DRINK)


def terms(*dishes: Dish, **changes: object) -> Terms:
    usual = {
        "currency": "PLN",
        "prices_include_tax": True,
        "dishes": dishes,
        "distance_m": 1500,
        "tax_rates": RATES,
        **FEES,
    }
    return Terms(**{**usual, **changes})


def amounts(bill, kind: ComponentKind) -> list[int]:
    return [part.amount.amount for part in bill.components if part.kind is kind]


options = st.builds(
    TakenOption,
    option_id=st.uuids(),
    title=st.just("Dodatek"),
    quantity=st.integers(1, 3),
    price=st.integers(0, 2_000),
    tax_category=st.sampled_from([FOOD, DRINK, "unheard_of"]),
)
ITEM_IDS = [UUID(int=number) for number in range(1, 7)]
dishes = st.builds(
    Dish,
    item_id=st.sampled_from(ITEM_IDS),
    title=st.just("Danie"),
    quantity=st.integers(1, 9),
    price=st.integers(0, 10_000),
    tax_category=st.sampled_from([FOOD, DRINK]),
    options=st.lists(options, max_size=3).map(tuple),
)
promotions = st.builds(
    Promotion,
    id=st.uuids(),
    label=st.just("Promotion"),
    kind=st.sampled_from([kind for kind in PromotionKind if kind is not PromotionKind.UNKNOWN]),
    percent=st.integers(1, 100).map(Decimal),
    amount=st.integers(1, 5_000),
    most=st.none() | st.integers(1, 3_000),
    items=st.sets(st.sampled_from(ITEM_IDS), max_size=3).map(frozenset),
    buy=st.integers(1, 3),
    get=st.integers(1, 2),
    min_subtotal=st.integers(0, 20_000),
    exclusive=st.booleans(),
    left=st.none() | st.integers(0, 5_000),
    funded_by=st.sampled_from([Party.PLATFORM, Party.RESTAURANT]),
)
points_offers = st.builds(
    PointsOffer,
    most=st.integers(0, 100_000),
    price=st.builds(
        Redeeming,
        points=st.integers(1, 200),
        amount=st.integers(1, 200),
        minimum_points=st.integers(1, 500),
        max_share=st.decimals(0, 1, places=2),
    ),
)
members = st.builds(
    Member,
    region=st.just("pl"),
    valid_in=st.sampled_from([("pl",), ("gb",)]),
    benefits=st.lists(
        st.builds(
            Benefit,
            kind=st.sampled_from(list(BenefitKind)),
            minimum=st.integers(0, 20_000),
            within_m=st.none() | st.integers(0, 30_000),
            rate=st.decimals(0, 1, places=2),
            venue_share=st.decimals(0, 1, places=2),
        ),
        max_size=4,
    ).map(tuple),
)
any_terms = st.builds(
    Terms,
    currency=st.just("PLN"),
    prices_include_tax=st.booleans(),
    dishes=st.lists(dishes, min_size=1, max_size=6).map(tuple),
    distance_m=st.integers(0, 30_000),
    tax_rates=st.sampled_from([RATES, STACKED]),
    delivery_fee=st.just(FEES["delivery_fee"]),
    service_fee=st.just(FEES["service_fee"]),
    small_order_fee=st.just(FEES["small_order_fee"]),
    promotions=st.lists(promotions, max_size=5).map(tuple),
    member=st.none() | members,
    points=st.none() | points_offers,
    tip=st.integers(0, 5_000),
    donation=st.integers(0, 2_000),
    rounds_up=st.booleans(),
    rounding=st.sampled_from([1, 5, 100]),
)


@given(any_terms)
def test_components_sum_to_the_total_and_nothing_falls_below_nothing(terms: Terms) -> None:
    bill = price(terms)
    assert sum(part.amount.amount for part in bill.components) == bill.total.amount
    assert sum(part.tax.amount for part in bill.components) == bill.tax.amount
    assert bill.total.amount + terms.rounding > terms.tip
    assert bill.tax.amount >= 0
    assert bill.total.amount % terms.rounding == 0


@given(any_terms)
def test_only_what_reduces_a_bill_is_negative_and_takes_no_more_than_there_is(terms: Terms) -> None:
    left: dict[tuple[object, ...], int] = {}
    for part in price(terms).components:
        assert part.amount.amount >= 0 or part.kind in REDUCING
        if part.kind not in {ComponentKind.TAX, ComponentKind.ROUNDING}:
            pot = (part.party, part.line, part.tax_category)
            left[pot] = left.get(pot, 0) + part.amount.amount
    assert min(left.values()) >= 0


@given(any_terms)
def test_what_is_left_of_a_dish_has_no_tax_below_nothing(terms: Terms) -> None:
    taxes: dict[tuple[object, ...], int] = {}
    for part in price(terms).components:
        if part.kind not in {ComponentKind.TAX, ComponentKind.ROUNDING}:
            pot = (part.party, part.line, part.tax_category)
            taxes[pot] = taxes.get(pot, 0) + part.tax.amount
    assert min(taxes.values()) >= 0


@given(any_terms)
def test_no_line_is_discounted_below_nothing(terms: Terms) -> None:
    bill = price(terms)
    for number in range(len(terms.dishes)):
        assert sum(part.amount.amount for part in bill.components if part.line == number) >= 0


@given(any_terms)
def test_the_same_basket_costs_the_same(terms: Terms) -> None:
    assert price(terms) == price(terms)


@given(any_terms)
def test_tax_is_rounded_once_for_each_rate_and_liable_party(terms: Terms) -> None:
    groups: dict[tuple[Decimal, Party], tuple[int, int]] = {}
    for part in price(terms).components:
        if part.kind not in {ComponentKind.TAX, ComponentKind.ROUNDING}:
            amount, tax = groups.get((part.tax_rate, part.liable), (0, 0))
            groups[part.tax_rate, part.liable] = amount + part.amount.amount, tax + part.tax.amount
    for (rate, _), (amount, tax) in groups.items():
        exact = amount * rate / (1 + rate) if terms.prices_include_tax else amount * rate
        assert abs(exact - tax) <= Decimal("0.5")


@given(st.integers(0, 10_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
def test_allocation_loses_no_unit(amount: int, weights: list[int]) -> None:
    if not sum(weights):
        with pytest.raises(ValueError, match="nothing to split over"):
            allocate(amount, weights)
        return
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    if amount <= sum(weights):
        assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_a_polish_bill_line_by_line() -> None:
    """22.00 of soup and 24.00 of beer, 1.5 km away: 46.00, delivery 5.99, service 5 % = 2.30."""
    bill = price(terms(SOUP, BEER))
    assert bill.subtotal.amount == 4600
    assert amounts(bill, ComponentKind.DELIVERY_FEE) == [599]
    assert amounts(bill, ComponentKind.SERVICE_FEE) == [230]
    assert amounts(bill, ComponentKind.SMALL_ORDER_FEE) == []
    assert bill.total.amount == 4600 + 599 + 230
    # 8/108 of 22.00, 23/123 of 24.00, and for the platform 8/108 of 5.99 and 23/123 of 2.30.
    assert [part.tax.amount for part in bill.components] == [163, 449, 44, 43]


def test_tax_on_top_comes_as_components_of_its_own() -> None:
    bill = price(terms(SOUP, prices_include_tax=False, delivery_fee=None, service_fee=None))
    assert amounts(bill, ComponentKind.SMALL_ORDER_FEE) == [500]
    assert amounts(bill, ComponentKind.TAX) == [176, 115]
    assert bill.total.amount == 2200 + 500 + 176 + 115


def test_the_taxes_of_stacked_areas_stand_on_the_bill_one_by_one() -> None:
    bill = price(
        terms(SOUP, prices_include_tax=False, tax_rates=STACKED, delivery_fee=None, service_fee=None)
    )
    # 8.875 % of 22.00 for the restaurant and of the 5.00 of the small order fee for the platform, each
    # rounded once, are 1.95 and 0.44, then split by what the areas ask for.
    taxes = [part for part in bill.components if part.kind is ComponentKind.TAX]
    assert [(part.label, part.amount.amount, part.liable) for part in taxes] == [
        ("State 4 %", 88, Party.RESTAURANT),
        ("City 4.5 %", 99, Party.RESTAURANT),
        ("Mctd 0.375 %", 8, Party.RESTAURANT),
        ("State 4 %", 20, Party.PLATFORM),
        ("City 4.5 %", 22, Party.PLATFORM),
        ("Mctd 0.375 %", 2, Party.PLATFORM),
    ]
    assert bill.total.amount == 2200 + 500 + 195 + 44


def test_who_owes_a_tax_need_not_be_who_is_paid() -> None:
    """As in India, where the platform owes the tax of what a restaurant sells (CGST Act, section 9(5))."""
    rates = by_category([TaxRate(category=FOOD, rate=Decimal("0.05"), liable=Party.PLATFORM)])
    bill = price(terms(SOUP, prices_include_tax=False, tax_rates=rates, delivery_fee=None, service_fee=None))
    dish, tax = bill.components[0], bill.components[-1]
    assert (dish.party, dish.liable) == (Party.RESTAURANT, Party.PLATFORM)
    assert (tax.amount.amount, tax.liable) == (135, Party.PLATFORM)


@pytest.mark.parametrize(("rounding", "total", "rounded"), [(1, 5429, 0), (5, 5430, 1), (100, 5400, -29)])
def test_totals_are_rounded_as_the_region_says(rounding: int, total: int, rounded: int) -> None:
    bill = price(terms(SOUP, BEER, rounding=rounding))
    assert bill.total.amount == total
    assert sum(amounts(bill, ComponentKind.ROUNDING)) == rounded


def test_a_bill_explains_itself_line_by_line() -> None:
    bill = price(terms(SOUP, distance_m=3200))
    assert {part.code: part.explanation for part in bill.components if part.line is None} == {
        "delivery_fee": "5.99 PLN for 2.0 km, 2 more km at 1.50 PLN",
        "service_fee": "5 % of 22.00 PLN",
        "small_order_fee": "for an order below 30.00 PLN",
    }


def test_each_begun_kilometre_costs_and_the_fee_has_a_limit() -> None:
    def fee(metres: int) -> int:
        return amounts(price(terms(SOUP, distance_m=metres)), ComponentKind.DELIVERY_FEE)[0]

    assert [fee(2000), fee(2001), fee(3000), fee(3001), fee(90_000)] == [599, 749, 749, 899, 1999]


def member(*benefits: Benefit, valid_in: tuple[str, ...] = ("pl",)) -> Member:
    return Member(region="pl", benefits=benefits, valid_in=valid_in)


FREE_DELIVERY = Benefit(kind=BenefitKind.FREE_DELIVERY, minimum=2000, within_m=4000)
HALF_SERVICE = Benefit(kind=BenefitKind.REDUCED_SERVICE_FEE, rate=Decimal("0.5"))
PICKUP = Benefit(kind=BenefitKind.PICKUP_CREDIT, rate=Decimal("0.1"))


def test_a_discount_shrinks_the_tax_of_what_it_is_off() -> None:
    fetched = {"delivery_fee": None}
    whole = price(terms(SOUP, BEER, **fetched))
    less = price(terms(SOUP, BEER, member=member(PICKUP), **fetched))
    taken = amounts(less, ComponentKind.MEMBER_BENEFIT)
    assert (whole.subtotal.amount, sum(taken)) == (4600, -460)
    assert less.total.amount == whole.total.amount + sum(taken)
    assert less.tax.amount < whole.tax.amount


def test_free_delivery_takes_only_the_delivery_fee() -> None:
    bill = price(terms(SOUP, member=member(FREE_DELIVERY)))
    assert amounts(bill, ComponentKind.MEMBER_BENEFIT) == [-599]


def test_half_of_the_service_fee_leaves_the_small_order_fee_alone() -> None:
    plain = price(terms(SOUP))
    (fee,) = amounts(plain, ComponentKind.SERVICE_FEE)
    bill = price(terms(SOUP, member=member(HALF_SERVICE)))
    assert sum(amounts(bill, ComponentKind.MEMBER_BENEFIT)) == -((fee + 1) // 2)
    assert amounts(bill, ComponentKind.SMALL_ORDER_FEE) == amounts(plain, ComponentKind.SMALL_ORDER_FEE)


def test_what_a_venue_pays_of_a_benefit_is_its_own() -> None:
    shared = msgspec.structs.replace(FREE_DELIVERY, venue_share=Decimal("0.25"))
    bill = price(terms(SOUP, member=member(shared)))
    parts = [part for part in bill.components if part.kind is ComponentKind.MEMBER_BENEFIT]
    assert {part.funded_by: -part.amount.amount for part in parts} == {
        Party.RESTAURANT: 150,
        Party.PLATFORM: 449,
    }


@pytest.mark.parametrize(
    ("more", "refusal", "missing"),
    [
        ({"benefit": msgspec.structs.replace(FREE_DELIVERY, minimum=2410)}, "below_minimum", 210),
        ({"distance_m": 4001}, "too_far", None),
        ({"valid_in": ("gb",)}, "elsewhere", None),
        ({"delivery_fee": None}, "only_delivered", None),
    ],
)
def test_a_benefit_that_does_nothing_says_why_and_what_is_missing(
    more: dict[str, Any], refusal: str, missing: int | None
) -> None:
    benefit, valid = more.pop("benefit", FREE_DELIVERY), more.pop("valid_in", ("pl",))
    wanted = terms(SOUP, member=member(benefit, valid_in=valid), **more)
    (seen,) = benefits(wanted)
    assert (seen.kind, seen.refusal, seen.saved.amount) == ("free_delivery", refusal, 0)
    assert (seen.missing.amount if seen.missing else None) == missing
    assert amounts(price(wanted), ComponentKind.MEMBER_BENEFIT) == []
    told = [hint.text for hint in hints(wanted) if hint.code == "free_delivery"]
    assert told == ([f"{seen.missing} more for free delivery as a member."] if missing else [])


def test_the_tip_is_the_couriers_whole_and_untaxed() -> None:
    bill = price(terms(SOUP, tip=500))
    (tip,) = [part for part in bill.components if part.kind is ComponentKind.TIP]
    assert (tip.amount.amount, tip.tax.amount, tip.liable) == (500, 0, Party.COURIER)


def test_options_have_a_tax_category_of_their_own() -> None:
    wine = TakenOption(option_id=UUID(int=3), title="Wino", quantity=1, price=1500, tax_category=DRINK)
    meal = Dish(
        item_id=UUID(int=4), title="Obiad", quantity=2, price=3000, tax_category=FOOD, options=(wine,)
    )
    bill = price(terms(meal))
    assert [(part.amount.amount, part.tax_rate) for part in bill.components[:2]] == [
        (6000, Decimal("0.08")),
        (3000, Decimal("0.23")),
    ]
