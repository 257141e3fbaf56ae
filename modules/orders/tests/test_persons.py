"""The bill of those who eat together, apart: the parts are the whole, and names and notes cost nothing."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.pricing import Terms, price, shares_per_person
from modules.orders.tests.test_pricing import BEER, SOUP, any_terms, terms

numbers = st.none() | st.integers(1, 4)


@st.composite
def eating_together(draw: st.DrawFn) -> tuple[Terms, list[int | None]]:
    drawn = draw(any_terms)
    count = len(drawn.dishes)
    return drawn, draw(st.lists(numbers, min_size=count, max_size=count))


@given(eating_together())
def test_the_shares_are_the_bill_to_the_unit(drawn: tuple[Terms, list[int | None]]) -> None:
    bill, people = price(drawn[0]), drawn[1]
    shares = shares_per_person(bill, people)
    if not any(people):
        assert shares == ()
        return
    assert sum(share.total.amount for share in shares) == bill.total.amount
    assert sum(share.tax.amount for share in shares) == bill.tax.amount
    assert all(share.total == share.dishes + share.shared for share in shares)
    assert sorted(line for share in shares for line in share.lines) == list(range(len(people)))
    assert [share.person for share in shares] == sorted(set(people), key=lambda each: (each is None, each))


@given(eating_together())
def test_nobody_pays_more_of_what_is_for_all_than_another(drawn: tuple[Terms, list[int | None]]) -> None:
    shares = shares_per_person(price(drawn[0]), drawn[1])
    parts = [share.shared.amount for share in shares] or [0]
    assert max(parts) - min(parts) <= 1
    assert all(share.dishes.amount >= 0 for share in shares)


@given(eating_together(), st.text(max_size=20))
def test_names_and_notes_change_no_amount(drawn: tuple[Terms, list[int | None]], text: str) -> None:
    bare, people = drawn
    dishes = tuple(
        msgspec.structs.replace(dish, person=person, for_person=text if person else "", note=text)
        for dish, person in zip(bare.dishes, people, strict=True)
    )
    assert price(msgspec.structs.replace(bare, dishes=dishes)) == price(bare)


def test_taxes_on_top_are_paid_by_whoever_has_the_dish() -> None:
    fees = {"delivery_fee": None, "service_fee": None, "small_order_fee": None}
    bill = price(terms(SOUP, BEER, prices_include_tax=False, **fees))

    zofia, jurek = shares_per_person(bill, [1, 2], ["Zofia", "Jurek"])

    # 8 % of 22.00 and 23 % of 24.00.
    assert (zofia.name, zofia.total.amount, zofia.tax.amount) == ("Zofia", 2200 + 176, 176)
    assert (jurek.name, jurek.total.amount, jurek.tax.amount) == ("Jurek", 2400 + 552, 552)


def test_what_does_not_divide_is_paid_by_the_first() -> None:
    bill = price(terms(SOUP, SOUP, SOUP, delivery_fee=None, service_fee=None, tip=500))

    shares = shares_per_person(bill, [1, 2, None])

    assert [share.shared.amount for share in shares] == [167, 167, 166]
    assert [share.total.amount for share in shares] == [2367, 2367, 2366]
