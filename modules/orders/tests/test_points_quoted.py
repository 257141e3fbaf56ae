"""A quote with points and a donation: what is offered, and what is said when it cannot be had."""

from __future__ import annotations

import pytest

from modules.orders.interface import ComponentKind, Orders, PlacingRefused, PointsOutcome
from modules.orders.jobs import secure_points
from modules.orders.quotes import read_quote
from modules.orders.tests import scenes
from modules.rewards.interface import Rewards
from tiffin import ids
from tiffin.interfaces import call
from tiffin.interfaces.testing import call_budget, stopped
from tiffin.testing import settle

pytestmark = pytest.mark.database
# A ramen is 12.50, its service fee 0.63, the delivery 1.99.
RAMEN = 1512
# Points are taken once within an hour, and what is beyond that `then`.
ONCE = {"code": "once", "flows": ["hold"], "seconds": 3600, "times": 1}


@pytest.fixture(autouse=True)
def _a_point_is_a_penny(monkeypatch) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)


def test_points_take_off_what_they_are_worth(kitchen, customer) -> None:
    scenes.give_points(customer, 340)
    quote = scenes.quote(kitchen, customer, points=200)
    assert (quote.points.points, quote.points.worth.amount, quote.points.available) == (200, 200, 340)
    assert quote.points.outcome is PointsOutcome.APPLIED
    assert quote.points.text == "200 points are spent, worth 2.00 GBP."
    assert quote.price.total.amount == RAMEN - 200
    assert read_quote(quote.token).points == 200


def test_as_many_as_there_are_and_never_more_than_the_bill_takes(kitchen, customer) -> None:
    scenes.give_points(customer, 340)
    assert scenes.quote(kitchen, customer, all_points=True).points.points == 340
    scenes.give_points(customer, 10_000)
    quote = scenes.quote(kitchen, customer, all_points=True, tip=300)
    assert (quote.points.points, quote.points.outcome) == (RAMEN, PointsOutcome.APPLIED)
    assert quote.price.total.amount == 300


def test_who_wants_more_than_there_are_is_offered_what_there_is(kitchen, customer) -> None:
    scenes.give_points(customer, 100)
    answer = scenes.quote(kitchen, customer, points=200).points
    assert (answer.points, answer.outcome) == (100, PointsOutcome.FEWER)
    assert answer.text == "You have 100 points: 100 are spent, worth 1.00 GBP."


def test_nobody_is_asked_unless_points_are_wanted(kitchen, customer) -> None:
    with call_budget(1):
        quote = scenes.quote(kitchen, customer)
    assert quote.points is None
    with call_budget(2):
        scenes.quote(kitchen, customer, points=1)


def test_whoever_has_none_or_too_few_pays_with_money(kitchen, customer, monkeypatch) -> None:
    none = scenes.quote(kitchen, customer, points=5)
    assert (none.points.outcome, none.price.total.amount) == (PointsOutcome.NONE_LEFT, RAMEN)
    scenes.give_points(customer, 99)
    scenes.rules(monkeypatch, "rewards.redeeming", {**scenes.PENNY, "minimum_points": 100})
    few = scenes.quote(kitchen, customer, all_points=True)
    assert (few.points.points, few.points.outcome) == (0, PointsOutcome.BELOW_MINIMUM)
    assert few.points.text == "Not fewer than 100 points can be spent at once."


def test_points_of_a_wallet_that_is_looked_into_are_not_offered(kitchen, customer, monkeypatch) -> None:
    review = {"code": "first", "flows": ["hold"], "seconds": 86_400, "times": 0, "then": "review"}
    scenes.rules(monkeypatch, "rewards.velocity", review)
    scenes.give_points(customer, 340)
    scenes.place(kitchen, customer, points=100)
    settle()
    answer = scenes.quote(kitchen, customer, points=100).points
    assert (answer.points, answer.outcome, answer.available) == (0, PointsOutcome.NOT_USABLE, 240)
    assert "looked into" in answer.text


def test_a_region_that_takes_no_points_says_so(kitchen, customer, monkeypatch) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming")
    assert scenes.quote(kitchen, customer, points=5).points.outcome is PointsOutcome.NOT_HERE


def test_points_that_are_being_looked_into_are_not_offered(kitchen, customer, monkeypatch) -> None:
    scenes.rules(monkeypatch, "rewards.velocity", {**ONCE, "then": "review"})
    scenes.give_points(customer, 500)
    for _ in range(2):
        scenes.place(kitchen, customer, points=10)
        settle()
    quote = scenes.quote(kitchen, customer, points=100)
    assert (quote.points.points, quote.points.outcome) == (0, PointsOutcome.NOT_USABLE)
    assert "being looked into" in quote.points.text
    assert (quote.price.total.amount, quote.token is None) == (RAMEN, False)


@pytest.mark.parametrize("then", ["refuse", "review"])
def test_points_that_may_not_be_used_when_they_are_held_are_told_so(
    kitchen, customer, monkeypatch, then
) -> None:
    """Quoted before that, they may be the customer's and yet not be used."""
    scenes.rules(monkeypatch, "rewards.velocity", {**ONCE, "then": then})
    scenes.give_points(customer, 500)
    quotes = [scenes.quote(kitchen, customer, points=10) for _ in range(3)]
    orders = [scenes.place_token(customer, quote.token) for quote in quotes]
    for order in orders:
        secure_points(order.id)
    reason = scenes.order_of(orders[-1]).cancel_reason
    assert reason == {"refuse": "points_too_fast", "review": "wallet_under_review"}[then]


def test_while_rewards_is_away_what_was_asked_for_is_offered_and_the_hold_decides(kitchen, customer) -> None:
    with stopped(Rewards):
        quote = scenes.quote(kitchen, customer, points=200)
        everything = scenes.quote(kitchen, customer, all_points=True)
    assert (quote.points.points, quote.points.available) == (200, None)
    assert quote.points.outcome is everything.points.outcome is PointsOutcome.NOT_LOOKED_UP
    assert "200 are spent" in quote.points.text
    assert everything.points.text.endswith("so that none are spent.")
    assert quote.token
    assert everything.points.points == 0


def test_a_preview_for_nobody_spends_no_points(kitchen) -> None:
    wishes = scenes.Wishes(all_points=True)
    quote = call(Orders).quote(
        restaurant_id=kitchen.id, lines=(kitchen.ramen(),), point=scenes.NEAR_SOHO, wishes=wishes
    )
    assert quote.points is None


def test_rounding_up_makes_the_total_whole_for_a_charity(kitchen, customer) -> None:
    charity = scenes.a_cause()
    quote = scenes.quote(kitchen, customer, charity_id=charity)
    assert (quote.donation.amount, quote.price.total.amount) == (88, 1600)
    document = read_quote(quote.token)
    assert document.charity_id == charity
    given = scenes.quote(kitchen, customer, charity_id=charity, donation=500)
    assert (given.donation.amount, given.price.total.amount) == (500, RAMEN + 500)
    (part,) = [part for part in given.price.components if part.kind is ComponentKind.DONATION]
    assert (part.label, part.tax.amount, part.party.value) == ("Donation", 0, "charity")


def test_a_total_that_is_whole_gives_nothing(kitchen, customer) -> None:
    quote = scenes.quote(kitchen, customer, charity_id=scenes.a_cause(), tip=88)
    assert (quote.donation, quote.charity_id, quote.price.total.amount) == (None, None, 1600)


@pytest.mark.parametrize("wrong", [{"donation": 5}, {"donation": -1, "charity_id": ids.new_id()}])
def test_a_donation_for_nobody_or_below_nothing_is_refused(kitchen, customer, wrong) -> None:
    with pytest.raises(PlacingRefused, match="A donation is for a charity"):
        scenes.quote(kitchen, customer, **wrong)


def test_a_charity_of_another_region_is_refused(kitchen, customer) -> None:
    with pytest.raises(PlacingRefused, match="of those that are offered here"):
        scenes.quote(kitchen, customer, charity_id=scenes.a_cause("pl"))


def test_while_nobody_can_say_which_charities_there_are_nothing_is_given(kitchen, customer) -> None:
    charity = scenes.a_cause()
    with stopped(Rewards):
        quote = scenes.quote(kitchen, customer, charity_id=charity)
    assert (quote.donation, quote.charity_id, quote.price.total.amount) == (None, None, RAMEN)
