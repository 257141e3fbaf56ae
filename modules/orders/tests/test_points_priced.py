"""Points on a bill: what they are worth, how many are spent, and what they never pay for."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from modules.orders.interface import ComponentKind, Party
from modules.orders.policies import Redeeming
from modules.orders.pricing import PointsOffer, hints, paid_with_points, points_spent, price
from modules.orders.pricing.sharing import shares_of
from modules.orders.tests.test_pricing import RATES, SOUP, STACKED, any_terms, points_offers, terms

PENNY = Redeeming(points=1, amount=1)


def total(bill, *kinds: ComponentKind) -> int:
    return sum(part.amount.amount for part in bill.components if part.kind in kinds)


@given(any_terms, points_offers)
def test_points_give_what_they_are_worth_and_not_one_more_is_spent_than_that_takes(terms, offer) -> None:
    bill = price(msgspec.structs.replace(terms, points=offer))
    worth, spent = paid_with_points(bill), points_spent(offer, bill)
    assert 0 <= worth <= offer.worth_of(spent)
    assert spent <= offer.most
    if spent:
        assert worth
        assert offer.worth_of(spent - 1) < worth
        assert spent >= offer.price.minimum_points


@given(any_terms, points_offers)
def test_points_pay_for_no_more_than_their_share_and_make_nothing_else_different(terms, offer) -> None:
    without = price(msgspec.structs.replace(terms, points=None, rounds_up=False, rounding=1))
    bill = price(msgspec.structs.replace(terms, points=offer, rounds_up=False, rounding=1))
    given_away = total(without, ComponentKind.TIP, ComponentKind.DONATION, ComponentKind.TAX)
    assert paid_with_points(bill) <= (without.total.amount - given_away) * offer.price.max_share
    kept = [part for part in bill.components if part.kind not in {ComponentKind.POINTS, ComponentKind.TAX}]
    before = [part for part in without.components if part.kind is not ComponentKind.TAX]
    assert [(part.kind, part.amount) for part in kept] == [(part.kind, part.amount) for part in before]
    assert bill.total.amount >= total(bill, ComponentKind.TIP, ComponentKind.DONATION)


@given(any_terms, st.sampled_from([RATES, STACKED]), st.booleans())
def test_a_bill_that_points_pay_whole_leaves_what_is_given_and_no_tax(any_terms, rates, includes) -> None:
    whole = PointsOffer(most=10**9, price=PENNY)
    changed = {"points": whole, "tax_rates": rates, "prices_include_tax": includes, "rounding": 1}
    bill = price(msgspec.structs.replace(any_terms, **changed))
    assert bill.total.amount == total(bill, ComponentKind.TIP, ComponentKind.DONATION)
    assert bill.tax.amount == 0


@given(any_terms)
def test_a_donation_is_the_charitys_untaxed_and_nobody_elses(any_terms) -> None:
    bill = price(any_terms)
    donation = total(bill, ComponentKind.DONATION)
    told = {party: (sale, tax) for party, sale, tax in shares_of(bill)}
    assert told.get(Party.CHARITY.value, (0, 0)) == (donation, 0)
    if any_terms.rounds_up:
        assert 0 <= donation < 100
        before_rounding = bill.total.amount - total(bill, ComponentKind.ROUNDING)
        assert before_rounding % 100 == 0
    else:
        assert donation == any_terms.donation


@given(any_terms, points_offers)
def test_hints_promise_the_same_whoever_pays_with_points(terms, offer) -> None:
    assume(terms.promotions)
    assert hints(msgspec.structs.replace(terms, points=offer)) == hints(
        msgspec.structs.replace(terms, points=None)
    )


def test_an_odd_price_of_points_is_rounded_for_nobody_but_the_house() -> None:
    # 3 points are worth 1 grosz: 10 are worth 3, and 9 are enough for that.
    offer = PointsOffer(most=10, price=Redeeming(points=3, amount=1))
    bill = price(terms(SOUP, points=offer))
    assert (paid_with_points(bill), points_spent(offer, bill)) == (3, 9)
    part = next(part for part in bill.components if part.kind is ComponentKind.POINTS)
    assert (part.funded_by, part.label) == (Party.PLATFORM, "Points")
    assert part.explanation == "9 points, at 0.01 PLN for 3"


def test_fewer_points_than_a_region_asks_for_are_not_spent() -> None:
    offer = PointsOffer(most=99, price=Redeeming(points=1, amount=1, minimum_points=100))
    assert paid_with_points(price(terms(SOUP, points=offer))) == 0


def test_a_region_may_have_points_pay_for_a_part_only() -> None:
    offer = PointsOffer(most=10**6, price=Redeeming(points=1, amount=1, max_share=Decimal("0.5")))
    without, bill = price(terms(SOUP, tip=500)), price(terms(SOUP, tip=500, points=offer))
    assert paid_with_points(bill) == (without.total.amount - 500) // 2
