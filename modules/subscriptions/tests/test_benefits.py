"""What a membership does for a basket, to the penny, and why it does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.subscriptions.interface import Basket, Benefit, BenefitKind, Refusal, evaluate
from tiffin.money import Money

FREE = Benefit(kind=BenefitKind.FREE_DELIVERY, minimum=1500, within_m=5000)
LESS = Benefit(kind=BenefitKind.REDUCED_SERVICE_FEE, rate=Decimal("0.5"), venue_share=Decimal("0.3"))
BACK = Benefit(kind=BenefitKind.PICKUP_CREDIT, rate=Decimal("0.05"), minimum=1000)
LATE = Benefit(kind=BenefitKind.LATE_ORDER_CREDIT, amount=300, after_minutes=20)


def gbp(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def basket(subtotal: int, distance_m: int | None = 1200, *, region: str = "gb") -> Basket:
    fee = 0 if distance_m is None else 299
    return Basket(
        region=region,
        subtotal=gbp(subtotal),
        delivery_fee=gbp(fee),
        service_fee=gbp(125),
        distance_m=distance_m,
    )


def test_a_basket_above_the_minimum_is_delivered_free_and_costs_less_to_serve() -> None:
    free, less, back = evaluate([FREE, LESS, BACK, LATE], basket(1500), regions=["gb"])
    assert (free.saved, free.by_venue, free.is_granted) == (gbp(299), gbp(0), True)
    # Half of 1.25 is 0.63, of which the venue pays three tenths
    assert (less.saved, less.by_venue) == (gbp(63), gbp(19))
    assert (back.refusal, back.saved) == (Refusal.ONLY_FETCHED, gbp(0))


def test_what_is_missing_is_said() -> None:
    (free,) = evaluate([FREE], basket(1290), regions=["gb"])
    assert (free.refusal, free.missing, free.saved) == (Refusal.BELOW_MINIMUM, gbp(210), gbp(0))


def test_what_is_fetched_is_credited_and_not_delivered() -> None:
    free, back = evaluate([FREE, BACK], basket(2010, None), regions=["gb"])
    assert free.refusal is Refusal.ONLY_DELIVERED
    assert back.saved == gbp(101)


@pytest.mark.parametrize(("distance", "refusal"), [(5000, None), (5001, Refusal.TOO_FAR)])
def test_it_is_not_delivered_free_from_too_far(distance: int, refusal: Refusal | None) -> None:
    (free,) = evaluate([FREE], basket(1290 if refusal else 1500, distance), regions=["gb"])
    assert (free.refusal, free.missing) == (refusal, None)


def test_elsewhere_it_is_not_valid() -> None:
    assert {each.refusal for each in evaluate([FREE, LESS], basket(9000, region="pl"), regions=["gb"])} == {
        Refusal.ELSEWHERE
    }


def test_where_nothing_is_asked_nothing_is_saved() -> None:
    gone = basket(2000)
    free = Basket(region="gb", subtotal=gone.subtotal, delivery_fee=gbp(0), service_fee=gbp(0), distance_m=10)
    assert {each.refusal for each in evaluate([FREE, LESS], free, regions=["gb"])} == {
        Refusal.NOTHING_TO_SAVE
    }


@given(
    st.builds(
        Benefit,
        kind=st.sampled_from(sorted(BenefitKind, key=lambda kind: kind.value)),
        minimum=st.integers(0, 5000),
        within_m=st.none() | st.integers(0, 9000),
        rate=st.decimals(0, 1, places=2),
        venue_share=st.decimals(0, 1, places=2),
    ),
    st.integers(0, 10_000),
    st.none() | st.integers(0, 9000),
)
def test_nobody_saves_more_than_is_asked_and_the_venue_pays_a_part_of_it(
    benefit: Benefit, subtotal: int, distance: int | None
) -> None:
    asked = basket(subtotal, distance)
    for answer in evaluate([benefit], asked, regions=["gb"]):
        assert answer.is_granted == bool(answer.saved)
        assert gbp(0) <= answer.by_venue <= answer.saved
        assert answer.saved <= max(asked.subtotal, asked.delivery_fee, asked.service_fee)
        assert (answer.missing is not None) == (answer.refusal is Refusal.BELOW_MINIMUM)
        if answer.missing is not None:
            assert answer.missing + asked.subtotal == gbp(benefit.minimum)
