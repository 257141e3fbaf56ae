"""Promotions from their beginning to their end: offered with a quote, used by orders, given back."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Sum

from modules.orders.interface import CodeOutcome, ComponentKind, PlacingRefused
from modules.orders.models import Order, Promotion, PromotionBudget, PromotionUse
from modules.orders.services import end_promotion, place_order, start_promotion
from modules.orders.tests import scenes
from modules.orders.tests.test_staff_pages import person
from tiffin import clock, db, ids
from tiffin.testing import settle

pytestmark = pytest.mark.database

# Ramen is 12.50, a beer 5.50, the delivery of an order to near Soho 1.99.


def begin(**says: object) -> Promotion:
    usual = {
        "region": "gb",
        "title": "Two pounds off",
        "kind": "fixed",
        "amount": 200,
        "funded_by": "platform",
    }
    if "kind" in says:
        del usual["amount"]
    return start_promotion(Promotion(**{**usual, **says}))


def taken_off(price) -> int:
    return -sum(part.amount.amount for part in price.components if part.kind is ComponentKind.PROMOTION)


def place(customer: UUID, token: str | None) -> Order:
    return place_order(customer_id=customer, quote=token or "", payment_method=scenes.VISA)


def left(promotion: Promotion) -> int:
    return PromotionBudget.objects.filter(promotion=promotion).aggregate(left=Sum("remaining"))["left"]


def test_a_promotion_for_everybody_is_in_the_price_and_stays_on_the_order(kitchen, customer) -> None:
    begin(kind="percentage", percent=Decimal(10), title="A tenth off")
    quote = scenes.quote(kitchen, customer, kitchen.ramen(2))
    assert taken_off(quote.price) == 250
    order = scenes.place(kitchen, customer, kitchen.ramen(2))
    assert order.price.total == quote.price.total
    assert taken_off(order.price) == 250
    assert PromotionUse.objects.get(order_id=order.id).amount == 250


@pytest.mark.parametrize(
    ("says", "applies"),
    [
        ({}, True),
        ({"region": "pl"}, False),
        ({"restaurant_id": UUID(int=7)}, False),
        ({"starts_at": clock.now() + timedelta(days=1)}, False),
        ({"starts_at": clock.now() - timedelta(days=2), "ends_at": clock.now() - timedelta(days=1)}, False),
        ({"hours": "2020 Jan 01 10:00-11:00"}, False),
        ({"code": "SOUP"}, False),
        ({"min_subtotal": 1250}, True),
        ({"min_subtotal": 1251}, False),
    ],
)
def test_it_applies_where_and_when_it_says(kitchen, customer, says, applies) -> None:
    begin(**says)
    assert taken_off(scenes.quote(kitchen, customer).price) == (200 if applies else 0)


def test_happy_hour_is_on_the_regions_clock(kitchen, customer) -> None:
    begin(hours="15:00-17:00", starts_at=scenes.london("2026-06-01 00:00"))
    for moment, off in (("14:59", 0), ("15:00", 200), ("16:59", 200), ("17:00", 0)):
        with clock.hold(scenes.london(f"2026-06-02 {moment}")):
            assert taken_off(scenes.quote(kitchen, customer).price) == off, moment


def test_a_code_holds_however_it_is_typed(kitchen, customer) -> None:
    begin(code="SOUP2")
    quote = scenes.quote(kitchen, customer, promotion_code=" soup 2 ")
    assert taken_off(quote.price) == 200
    assert quote.promotion_code.outcome is CodeOutcome.APPLIED
    assert quote.promotion_code.text == "Two pounds off is taken off."


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        ({"code": "OTHER"}, CodeOutcome.NOT_KNOWN),
        ({"code": "SOUP", "region": "pl"}, CodeOutcome.NOT_KNOWN),
        ({"code": "SOUP", "restaurant_id": UUID(int=7)}, CodeOutcome.NOT_HERE),
        ({"code": "SOUP", "starts_at": clock.now() + timedelta(days=1)}, CodeOutcome.NOT_NOW),
        ({"code": "SOUP", "min_subtotal": 2000}, CodeOutcome.MINIMUM_NOT_MET),
        ({"code": "SOUP", "items": [str(UUID(int=9))]}, CodeOutcome.NOTHING_TO_REDUCE),
        ({"code": "SOUP", "budget": 100}, CodeOutcome.USED_UP),
    ],
)
def test_a_code_that_does_not_hold_is_explained_and_the_price_is_there(
    kitchen, customer, says, outcome
) -> None:
    begin(**says)
    quote = scenes.quote(kitchen, customer, promotion_code="soup")
    assert quote.promotion_code.outcome is outcome
    assert "SOUP" in quote.promotion_code.text
    assert taken_off(quote.price) == 0
    assert quote.token


def test_a_code_that_saves_less_than_what_is_had_already(kitchen, customer) -> None:
    begin(title="Three pounds off", amount=300)
    begin(code="SOUP")
    quote = scenes.quote(kitchen, customer, promotion_code="SOUP")
    assert quote.promotion_code.outcome is CodeOutcome.ANOTHER_SAVES_MORE
    assert taken_off(quote.price) == 300


def test_a_hint_says_what_is_missing(kitchen, customer) -> None:
    begin(kind="free_delivery", title="Free delivery", min_subtotal=1500)
    (hint,) = scenes.quote(kitchen, customer).hints
    assert hint.text == "2.50 GBP more for free delivery."


def test_for_a_first_order_only(kitchen, customer) -> None:
    begin(code="HELLO", new_customers_only=True)
    first = scenes.quote(kitchen, customer, promotion_code="HELLO")
    place(customer, first.token)
    again = scenes.quote(kitchen, customer, promotion_code="HELLO")
    assert again.promotion_code.outcome is CodeOutcome.NOT_FOR_YOU


def test_a_first_order_is_one_order_in_however_many_tabs(kitchen, customer) -> None:
    begin(code="HELLO", new_customers_only=True)
    tabs = [scenes.quote(kitchen, customer, promotion_code="HELLO").token for _ in range(2)]
    place(customer, tabs[0])
    with pytest.raises(PlacingRefused):
        place(customer, tabs[1])


def test_what_is_given_back_waits_for_nobody(kitchen, customer) -> None:
    """Every part is locked by somebody else: the money goes into a part of its own."""
    promotion = begin(budget=800)
    order = scenes.view(str(place(customer, scenes.quote(kitchen, customer).token).id))
    with db.transaction(owner="orders"):
        parts = list(PromotionBudget.objects.filter(promotion=promotion).select_for_update())
        outcome: list[object] = []

        def press() -> None:
            try:
                outcome.append(scenes.cancel(order))
            finally:
                connections.close_all()

        thread = threading.Thread(target=press)
        thread.start()
        thread.join(timeout=10)
        assert len(outcome) == 1
        assert len(parts) == 8
    assert left(promotion) == 800


def test_a_customer_has_it_as_often_as_it_says(kitchen, customer) -> None:
    begin(code="SOUP", uses_per_customer=2)
    for _ in range(2):
        place(customer, scenes.quote(kitchen, customer, promotion_code="SOUP").token)
    third = scenes.quote(kitchen, customer, promotion_code="SOUP")
    assert third.promotion_code.outcome is CodeOutcome.USED_UP
    other = scenes.quote(kitchen, ids.new_id(), promotion_code="SOUP")
    assert other.promotion_code.outcome is CodeOutcome.APPLIED


def test_two_prices_with_the_same_code_become_one_order(kitchen, customer) -> None:
    """Two tabs: the code is used once, the second order is refused whole and says what to do."""
    begin(code="SOUP", uses_per_customer=1)
    tabs = [scenes.quote(kitchen, customer, promotion_code="SOUP").token for _ in range(2)]
    place(customer, tabs[0])
    with pytest.raises(PlacingRefused) as refused:
        place(customer, tabs[1])
    assert refused.value.sentence == "You have used “Two pounds off” already. Please ask for a new price."
    assert Order.objects.filter(customer_id=customer).count() == 1
    assert place(customer, scenes.quote(kitchen, customer).token).subtotal == 1250


def test_a_budget_is_never_overspent_however_many_place_at_once(kitchen) -> None:
    """Seven pounds are three times two pounds: of eight who were promised it three get it."""
    promotion = begin(budget=700)
    customers = [ids.new_id() for _ in range(8)]
    tokens = [scenes.quote(kitchen, each).token for each in customers]
    start, outcomes = threading.Barrier(8), []

    def press(customer: UUID, token: str) -> None:
        start.wait()
        try:
            outcomes.append(place(customer, token))
        except PlacingRefused as refusal:
            outcomes.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=each) for each in zip(customers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    placed = [each for each in outcomes if isinstance(each, Order)]
    assert len(outcomes) == 8
    assert len(placed) == 3
    assert left(promotion) == 100
    assert Order.objects.count() == PromotionUse.objects.count() == 3


def test_a_cancelled_order_gives_back_what_it_had(kitchen, customer) -> None:
    promotion = begin(code="SOUP", uses_per_customer=1, budget=200)
    order = scenes.view(str(place(customer, scenes.quote(kitchen, customer, promotion_code="SOUP").token).id))
    assert left(promotion) == 0
    settle()
    scenes.cancel(order)
    settle()
    assert left(promotion) == 200
    assert (
        scenes.quote(kitchen, customer, promotion_code="SOUP").promotion_code.outcome is CodeOutcome.APPLIED
    )
    use = PromotionUse.objects.get(order_id=order.id)
    assert (use.turn, use.amount) == (None, 200)
    assert use.released_at is not None


def test_what_was_promised_before_its_end_is_kept(kitchen, customer) -> None:
    promotion = begin()
    token = scenes.quote(kitchen, customer).token
    end_promotion(promotion_id=promotion.id)
    assert taken_off(scenes.quote(kitchen, customer).price) == 0
    order = place(customer, token)
    assert PromotionUse.objects.filter(order=order).count() == 1


@pytest.mark.parametrize(
    ("says", "field"),
    [
        ({"kind": "percentage"}, "percent"),
        ({"kind": "percentage", "percent": Decimal(101)}, "percent"),
        ({"percent": Decimal(5)}, "percent"),
        ({"amount": 0}, "amount"),
        ({"kind": "buy_x_get_y", "buy": 2}, "get"),
        ({"kind": "free_delivery", "items": [str(UUID(int=1))]}, "items"),
        ({"items": ["soup"]}, "items"),
        ({"items": {"soup": 1}}, "items"),
        ({"funded_by": "restaurant"}, "restaurant_id"),
        ({"funded_by": "courier"}, "funded_by"),
        ({"region": "xx"}, "region"),
        ({"hours": "whenever"}, "hours"),
        ({"ends_at": clock.now() - timedelta(days=1)}, "ends_at"),
        ({"code": "soup 2"}, "code"),
        ({"budget": 0}, "budget"),
        ({"uses_per_customer": 0}, "uses_per_customer"),
        ({"min_subtotal": -1}, "min_subtotal"),
    ],
)
def test_what_contradicts_itself_is_refused_by_field(database, says, field) -> None:
    with pytest.raises(ValidationError) as refused:
        begin(**says)
    assert field in refused.value.message_dict
    assert not Promotion.objects.exists()


def test_a_code_is_there_once_in_a_region(database) -> None:
    begin(code="SOUP")
    begin(code="SOUP", region="pl")
    with pytest.raises(ValidationError):
        begin(code="SOUP")


def test_staff_begin_a_promotion_and_end_it(kitchen, customer) -> None:
    staff = person("operations")
    form = {
        "title": "A tenth off",
        "region": "gb",
        "funded_by": "platform",
        "kind": "percentage",
        "percent": "10",
        "items": "[]",
        "min_subtotal": "0",
        "budget": "1000",
        "hours": "24/7",
        "starts_at_0": f"{clock.now() - timedelta(hours=1):%Y-%m-%d}",
        "starts_at_1": "00:00:00",
    }
    answer = staff.post("/admin/orders/promotion/add/", form, follow=True)
    promotion = Promotion.objects.get()
    assert taken_off(scenes.quote(kitchen, customer).price) == 125
    page = staff.get("/admin/orders/promotion/?in_force=now").content.decode()
    assert answer.status_code == 200
    assert "10.00 GBP of 10.00 GBP" in page
    staff.post("/admin/orders/promotion/", {"action": "end", "_selected_action": [str(promotion.id)]})
    assert taken_off(scenes.quote(kitchen, customer).price) == 0
    assert "A tenth off" in staff.get("/admin/orders/promotion/?in_force=over").content.decode()


def test_staff_who_only_look_begin_nothing(database) -> None:
    assert person("finance").get("/admin/orders/promotion/").status_code == 200
    assert person("finance").get("/admin/orders/promotion/add/").status_code == 403


def test_staff_see_who_used_it(kitchen, customer) -> None:
    begin()
    order = scenes.place(kitchen, customer)
    page = person("finance").get(f"/admin/orders/promotionuse/?q={order.id}").content.decode()
    assert str(customer) in page
