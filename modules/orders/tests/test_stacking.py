"""Promotions on a bill: what each takes off, which of several apply, and what would make it cheaper."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given

from modules.orders.interface import ComponentKind, Party, PromotionKind
from modules.orders.pricing import Promotion, hints, price
from modules.orders.tests.test_pricing import BEER, FOOD, SOUP, Dish, Terms, amounts, any_terms, terms

PIE = Dish(item_id=UUID(int=7), title="Pieróg", quantity=3, price=1000, tax_category=FOOD)
CAKE = Dish(item_id=UUID(int=8), title="Sernik", quantity=1, price=1500, tax_category=FOOD)


def promotion(number: int, kind: PromotionKind, **more: object) -> Promotion:
    return Promotion(id=UUID(int=number), label=f"Promotion {number}", kind=kind, **more)


TENTH = promotion(101, PromotionKind.PERCENTAGE, percent=Decimal(10))
FIVE_OFF = promotion(102, PromotionKind.FIXED, amount=500)
FREE_DELIVERY = promotion(103, PromotionKind.FREE_DELIVERY)
TWO_AND_ONE = promotion(
    104, PromotionKind.BUY_X_GET_Y, buy=2, get=1, items=frozenset({PIE.item_id, CAKE.item_id})
)


def taken_off(*dishes: Dish, promotions: tuple[Promotion, ...], **more: object) -> dict[int, int]:
    """What each promotion takes off, by its number."""
    found: dict[int, int] = {}
    for part in price(terms(*dishes, promotions=promotions, **more)).components:
        if part.kind is ComponentKind.PROMOTION:
            number = UUID(part.code).int
            found[number] = found.get(number, 0) - part.amount.amount
    return found


def test_a_share_is_allocated_to_the_lines_to_the_unit() -> None:
    bill = price(terms(SOUP, BEER, promotions=(TENTH,)))
    assert amounts(bill, ComponentKind.PROMOTION) == [-220, -240]
    assert [part.explanation for part in bill.components if part.kind is ComponentKind.PROMOTION] == [
        "10 % of 46.00 PLN"
    ] * 2


@pytest.mark.parametrize(
    ("change", "off"),
    [
        ({}, 460),
        ({"most": 300}, 300),
        ({"items": frozenset({SOUP.item_id})}, 220),
        ({"min_subtotal": 4601}, None),
    ],
)
def test_a_share_within_its_limits(change: dict[str, object], off: int | None) -> None:
    promo = promotion(101, PromotionKind.PERCENTAGE, percent=Decimal(10), **change)
    assert taken_off(SOUP, BEER, promotions=(promo,)).get(101) == off


def test_an_amount_never_takes_more_than_there_is() -> None:
    huge = promotion(102, PromotionKind.FIXED, amount=99_999)
    assert taken_off(SOUP, promotions=(huge,)) == {102: 2200}


def test_free_delivery_takes_the_delivery_fee_only() -> None:
    assert taken_off(SOUP, promotions=(FREE_DELIVERY,)) == {103: 599}


def test_of_three_the_cheapest_is_free_and_the_line_it_stands_on_pays_less() -> None:
    bill = price(terms(PIE, CAKE, promotions=(TWO_AND_ONE,)))
    (part,) = [part for part in bill.components if part.kind is ComponentKind.PROMOTION]
    # Cake 15, pies 10, 10, 10: one group of three, whose cheapest is a pie.
    assert (part.amount.amount, part.line) == (-1000, 0)


def test_two_are_not_enough_for_buy_two_get_one() -> None:
    two = Dish(item_id=PIE.item_id, title="Pieróg", quantity=2, price=1000, tax_category=FOOD)
    assert taken_off(two, promotions=(TWO_AND_ONE,)) == {}


def test_one_for_dishes_one_for_the_basket_and_one_for_the_delivery_go_together() -> None:
    # A pie is free, a tenth of the other 35.00 comes off, and the delivery is free.
    promotions = (TENTH, FREE_DELIVERY, TWO_AND_ONE)
    assert taken_off(PIE, CAKE, promotions=promotions) == {104: 1000, 101: 350, 103: 599}


def test_of_two_for_the_basket_the_better_one_is_taken() -> None:
    assert taken_off(SOUP, BEER, promotions=(TENTH, FIVE_OFF)) == {102: 500}
    assert taken_off(SOUP, BEER, CAKE, promotions=(TENTH, FIVE_OFF)) == {101: 610}


def test_an_exclusive_one_stands_alone_and_only_when_it_saves_more() -> None:
    alone = promotion(105, PromotionKind.FIXED, amount=1000, exclusive=True)
    assert taken_off(SOUP, BEER, promotions=(TENTH, alone)) == {105: 1000}
    assert taken_off(SOUP, BEER, promotions=(TENTH, FREE_DELIVERY, alone)) == {101: 460, 103: 599}


def test_a_budget_pays_the_whole_of_it_or_nothing() -> None:
    nearly = promotion(102, PromotionKind.FIXED, amount=500, left=499)
    enough = promotion(102, PromotionKind.FIXED, amount=500, left=500)
    assert taken_off(SOUP, promotions=(nearly,)) == {}
    assert taken_off(SOUP, promotions=(enough,)) == {102: 500}


def test_who_pays_for_a_promotion_stands_on_the_bill() -> None:
    theirs = promotion(102, PromotionKind.FIXED, amount=500, funded_by=Party.RESTAURANT)
    (part,) = [
        p for p in price(terms(SOUP, promotions=(theirs,))).components if p.kind is ComponentKind.PROMOTION
    ]
    assert (part.party, part.funded_by) == (Party.RESTAURANT, Party.RESTAURANT)


@given(any_terms)
def test_the_order_in_which_promotions_are_found_does_not_matter(terms: Terms) -> None:
    def with_(promotions: tuple[Promotion, ...]) -> Terms:
        return Terms(
            **{field: getattr(terms, field) for field in terms.__struct_fields__} | {"promotions": promotions}
        )

    totals = {price(with_(some)).total.amount for some in list(permutations(terms.promotions))[:6]}
    assert len(totals) == 1


@given(any_terms)
def test_a_promotion_stays_within_what_it_promises(terms: Terms) -> None:
    by_code = {promotion.code: promotion for promotion in terms.promotions}
    off: dict[str, int] = {}
    for part in price(terms).components:
        if part.kind is ComponentKind.PROMOTION:
            off[part.code] = off.get(part.code, 0) - part.amount.amount
    for code, amount in off.items():
        promoted = by_code[code]
        assert amount <= (promoted.most or amount)
        assert promoted.left is None or amount <= promoted.left
        assert terms.subtotal >= promoted.min_subtotal
    assert len({by_code[code].level for code in off}) == len(off)
    assert len(off) <= 1 or not any(by_code[code].exclusive for code in off)


# --- hints ------------------------------------------------------------------------------------------


def test_what_is_missing_for_free_delivery() -> None:
    free = promotion(103, PromotionKind.FREE_DELIVERY, min_subtotal=5000)
    (hint,) = hints(terms(SOUP, BEER, promotions=(free,)))
    assert hint.text == "4.00 PLN more for free delivery."
    assert (hint.missing.amount, hint.saves.amount) == (400, 599)


def test_a_small_order_says_how_it_would_not_be_one() -> None:
    (hint,) = hints(terms(SOUP))
    assert hint.text == "8.00 PLN more and there is no small order fee of 5.00 PLN."


def test_what_adds_nothing_to_what_one_gets_already_is_not_promised() -> None:
    better, worse = FIVE_OFF, promotion(106, PromotionKind.FIXED, amount=400, min_subtotal=5000)
    assert hints(terms(SOUP, BEER, promotions=(better, worse))) == ()


def test_whoever_has_two_hears_that_the_third_is_free() -> None:
    two = Dish(item_id=PIE.item_id, title="Pieróg", quantity=2, price=2000, tax_category=FOOD)
    (hint,) = hints(terms(two, promotions=(TWO_AND_ONE,), service_fee=None))
    assert hint.text == "“Promotion 104”: add 1 more, it is free."
    assert (hint.dishes, hint.saves.amount) == (1, 2000)


@given(any_terms)
def test_hints_promise_something_and_the_nearest_comes_first(terms: Terms) -> None:
    found = hints(terms)
    assert len(found) <= 3
    assert all(hint.saves.amount > 0 for hint in found)
    missing = [hint.missing.amount if hint.missing else 0 for hint in found]
    assert missing == sorted(missing)
