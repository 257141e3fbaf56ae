"""Whose the money of a bill is: nothing is lost, nobody has less than nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modules.orders.pricing import price
from modules.orders.pricing.refunding import refund_parts, total_of
from modules.orders.pricing.sharing import Told, as_shares, shares_back, shares_of
from modules.orders.tests.test_pricing import BEER, SOUP, Terms, any_terms, terms
from modules.orders.tests.test_refunding import ALL_KINDS
from modules.payments.interface import Party


def whole(told: list[Told]) -> int:
    return sum(sale + tax for _, sale, tax in told)


@given(any_terms)
def test_the_shares_of_a_bill_sum_to_its_total_and_none_is_negative(any_of: Terms) -> None:
    bill = price(any_of)
    told = shares_of(bill)
    assert whole(told) == max(0, bill.total.amount)
    assert all(sale >= 0 and tax >= 0 for _, sale, tax in told)
    assert sum(tax for *_, tax in told) <= bill.tax.amount


@given(any_terms, st.data())
def test_the_shares_of_what_goes_back_sum_to_it(any_of: Terms, data) -> None:
    bill = price(any_of)
    returned = {line: data.draw(st.integers(0, dish.quantity)) for line, dish in enumerate(any_of.dishes)}
    parts = refund_parts(bill, [dish.quantity for dish in any_of.dishes], returned, ALL_KINDS)
    amount = data.draw(st.integers(0, total_of(parts, includes_tax=bill.includes_tax)))
    told = shares_back(parts, amount, includes_tax=bill.includes_tax)
    assert whole(told) == (amount if told else 0)
    assert all(sale >= 0 and tax >= 0 for _, sale, tax in told)


def test_each_party_has_what_it_sells_and_the_tax_that_it_owes() -> None:
    shares = {share.party: share for share in as_shares(shares_of(price(terms(SOUP, BEER, tip=500))), "PLN")}

    # 46.00 of dishes, 8 % tax in 22.00 of soup and 23 % in 24.00 of beer; the courier's tip is untaxed.
    restaurant = shares[Party.RESTAURANT]
    assert (restaurant.sale.amount, restaurant.tax.amount) == (4600 - 163 - 449, 163 + 449)
    assert (shares[Party.COURIER].sale.amount, shares[Party.COURIER].tax.amount) == (500, 0)


def test_what_is_rounded_down_is_taken_off_somebody_who_has_something() -> None:
    bill = price(terms(SOUP, delivery_fee=None, service_fee=None, small_order_fee=None, rounding=500))
    assert bill.total.amount == 2000
    assert [(party, sale + tax) for party, sale, tax in shares_of(bill)] == [("restaurant", 2000)]


def test_what_is_made_of_nothing_known_is_left_to_payments() -> None:
    assert shares_back([], 1200, includes_tax=True) == []
