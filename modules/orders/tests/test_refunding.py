"""What of a bill goes back: never more than was charged, and all of it for all of it."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.interface import ComponentKind
from modules.orders.pricing import paid_with_points, points_spent, price
from modules.orders.pricing.refunding import points_back, refund_parts, total_of
from modules.orders.tests.test_pricing import BEER, SOUP, Dish, Terms, any_terms, points_offers, terms
from modules.orders.tests.test_stacking import TENTH

ALL_KINDS = frozenset(
    {
        ComponentKind.DELIVERY_FEE,
        ComponentKind.SERVICE_FEE,
        ComponentKind.SMALL_ORDER_FEE,
        ComponentKind.TIP,
        ComponentKind.DONATION,
    }
)
SHARED = frozenset({ComponentKind.SERVICE_FEE, ComponentKind.SMALL_ORDER_FEE})


def back(terms: Terms, returned: dict[int, int], kinds: frozenset[ComponentKind] = SHARED) -> int:
    parts = refund_parts(price(terms), [dish.quantity for dish in terms.dishes], returned, kinds)
    return total_of(parts, includes_tax=terms.prices_include_tax)


@given(any_terms)
def test_everything_back_is_the_total_but_for_its_rounding(terms: Terms) -> None:
    bill = price(terms)
    rounding = sum(p.amount.amount for p in bill.components if p.kind is ComponentKind.ROUNDING)
    everything = {line: dish.quantity for line, dish in enumerate(terms.dishes)}
    if any(dish.unit_price for dish in terms.dishes):
        assert back(terms, everything, ALL_KINDS) == bill.total.amount - rounding
    parts = refund_parts(bill, [dish.quantity for dish in terms.dishes], everything, ALL_KINDS)
    if any(dish.unit_price for dish in terms.dishes):
        assert sum(part.tax for part in parts) == bill.tax.amount


@given(any_terms, st.data())
def test_more_dishes_never_give_back_less_and_never_more_than_was_charged(terms: Terms, data) -> None:
    some = {line: data.draw(st.integers(0, dish.quantity)) for line, dish in enumerate(terms.dishes)}
    more = {line: data.draw(st.integers(some[line], dish.quantity)) for line, dish in enumerate(terms.dishes)}
    kinds = data.draw(st.sets(st.sampled_from(sorted(ALL_KINDS, key=lambda kind: kind.value))).map(frozenset))
    assert 0 <= back(terms, some, kinds) <= back(terms, more, kinds) <= back(terms, more, ALL_KINDS)


@given(any_terms, points_offers, st.data())
def test_points_that_come_back_bit_by_bit_are_those_that_were_spent(terms: Terms, offer, data) -> None:
    """However a refund is divided: points never come back twice, and with everything all of them do."""
    bill = price(msgspec.structs.replace(terms, points=offer))
    spent, paid = points_spent(offer, bill), paid_with_points(bill)
    quantities = [dish.quantity for dish in terms.dishes]
    some = {line: data.draw(st.integers(0, count)) for line, count in enumerate(quantities)}
    whole = dict(enumerate(quantities))

    def in_points(returned: dict[int, int], kinds: frozenset[ComponentKind]) -> int:
        return sum(part.in_points for part in refund_parts(bill, quantities, returned, kinds))

    first = points_back(spent, paid, in_points(some, SHARED))
    assert 0 <= first <= spent
    if any(dish.unit_price for dish in terms.dishes):
        assert in_points(some, SHARED) <= in_points(whole, ALL_KINDS) == paid
        assert points_back(spent, paid, in_points(whole, ALL_KINDS)) == spent


@given(any_terms, st.data())
def test_a_line_that_comes_back_dish_by_dish_comes_back_whole(terms: Terms, data) -> None:
    """Refunds one after the other are the differences of what is due in all: none loses or makes a unit."""
    line = data.draw(st.integers(0, len(terms.dishes) - 1))
    steps = [back(terms, {line: count}, frozenset()) for count in range(terms.dishes[line].quantity + 1)]
    assert steps == sorted(steps)
    assert steps[0] == 0
    parts = [part for part in price(terms).components if part.line == line]
    paid = sum(part.amount.amount for part in parts)
    on_top = 0 if terms.prices_include_tax else sum(part.tax.amount for part in parts)
    assert steps[-1] == paid + on_top


def test_one_of_two_beers_with_its_share_of_the_service_fee() -> None:
    # A beer is 12.00; the service fee of 2.30 is for dishes of 46.00: 12/46 of it are 0.60.
    assert back(terms(SOUP, BEER), {1: 1}) == 1200 + 60
    assert back(terms(SOUP, BEER), {1: 1}, frozenset()) == 1200


def test_the_tax_of_what_goes_back_goes_back_on_top_of_it() -> None:
    net = terms(SOUP, BEER, prices_include_tax=False, service_fee=None)
    # 23 % of 24.00 are 5.52, of which half goes back with one of two beers.
    assert back(net, {1: 1}, frozenset()) == 1200 + 276


def test_the_delivery_fee_and_the_tip_go_back_whole_or_not_at_all() -> None:
    order = terms(SOUP, BEER, tip=500)
    assert back(order, {0: 1}, frozenset({ComponentKind.TIP})) == 2200 + 500
    assert back(order, {0: 1}, frozenset({ComponentKind.DELIVERY_FEE})) == 2200 + 599


def test_of_a_discounted_dish_what_was_paid_for_it_goes_back() -> None:
    three = Dish(item_id=SOUP.item_id, title="Żurek", quantity=3, price=1001, tax_category="food")
    order = terms(three, promotions=(TENTH,), service_fee=None)
    # 30.03 less 3.00 are 27.03: a third is 9.01.
    assert [back(order, {0: count}) for count in (1, 2, 3)] == [901, 1802, 2703]
