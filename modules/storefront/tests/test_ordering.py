"""A customer finds a restaurant, orders, pays and follows the order."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from modules.storefront.templatetags.storefront import clock_time
from modules.storefront.tests.people import (
    Customer,
    basket,
    beers,
    courier,
    found,
    kitchen,
    open_noodle_bar,
    presses,
    promotes,
)
from tiffin import clock, ids
from tiffin.testing import settle

pytestmark = pytest.mark.database


def test_people_find_what_is_near(noodle_bar):
    page = Client().get("/?city=london&area=Soho&text=ramen").content.decode()
    elsewhere = Client().get("/?city=warsaw").content.decode()

    assert "Noodle Bar" in page
    assert "0 m" in page
    assert "Nothing found here" in elsewhere


def test_where_one_is_is_remembered(noodle_bar):
    browser = Client()
    browser.get("/?city=london&lat=51.52&lon=-0.12")

    page = browser.get("/?city=london").content.decode()

    assert "Where I am" in page
    assert "km" in page


def test_a_restaurant_shows_its_menu(noodle_bar):
    page = Client().get("/r/noodle-bar/").content.decode()

    assert "Ramen" in page
    assert "£12.50" in page
    assert Client().get("/r/nowhere/", headers={"Accept": "text/html"}).status_code == 404


def test_a_basket_is_priced_before_anybody_logs_in(noodle_bar):
    bill = Client().post("/r/noodle-bar/price", {"basket": basket(quantity=2)}).content.decode()

    assert "£25.00" in bill
    assert "Delivery" in bill


@pytest.mark.parametrize(("sent", "code"), [
    ("[]", "basket_empty"),
    ("not a basket", "basket_unreadable"),
    ('[{"item_id": "00000000-0000-0000-0000-000000000000"}]', "basket_item_unknown"),
])  # fmt: skip
def test_a_basket_that_cannot_be_had_is_explained(noodle_bar, sent, code):
    answer = Client().post("/r/noodle-bar/price", {"basket": sent}).content.decode()

    assert f'data-refusal="{code}"' in answer


def test_a_missing_choice_is_explained(noodle_bar):
    answer = Client().post("/r/noodle-bar/price", {"basket": basket(broth=False)}).content.decode()

    assert 'data-refusal="option_count_wrong"' in answer


def test_checking_out_needs_somebody(noodle_bar):
    answer = Client().get("/r/noodle-bar/checkout/")

    assert answer["Location"] == "/login?next=%2Fr%2Fnoodle-bar%2Fcheckout%2F"


def test_an_address_needs_its_parts(zofia):
    zofia.keeps_address(street="  ")

    page = zofia.browser.get("/r/noodle-bar/checkout/").content.decode()

    assert "Please fill in the street and number." in page


def test_the_price_is_shown_line_by_line(zofia):
    quote = zofia.asks_price()

    assert [amount in quote for amount in ("£12.50", "£2.00")] == [True, True]
    assert "Service" in quote
    assert "at 20 %" in quote


def test_the_bill_explains_itself_and_says_what_would_make_it_cheaper(zofia):
    promotes(kind="free_delivery", title="Free delivery", min_subtotal=1500)

    quote = zofia.asks_price()

    assert "5 % of £12.50" in quote
    assert "£2.50 more for free delivery." in quote


@pytest.mark.parametrize(("typed", "outcome"), [("soup", "applied"), ("salad", "not_known")])
def test_a_promotion_code_is_answered_beside_the_price(zofia, typed, outcome):
    promotes(kind="percentage", percent=10, title="Soup week", code="SOUP")

    quote = zofia.asks_price(promotion_code=typed)

    assert f'data-code="{outcome}"' in quote
    assert ("−£1.25" in quote) is (outcome == "applied")
    assert 'name="quote"' in quote


def test_the_tips_are_those_of_the_region(zofia):
    page = zofia.browser.get("/r/noodle-bar/checkout/").content.decode()

    assert [f'name="tip" form="place" value="{tip}"' in page for tip in (0, 100, 200, 300)] == [True] * 4


def test_an_order_goes_all_the_way(zofia, noodle_bar):
    cook, rider = kitchen(noodle_bar.id), courier()
    rider.post(reverse("courier-start"), {"area": "london:Soho"})
    order = zofia.orders()
    settle()
    assert "Waiting for the restaurant" in zofia.sees(order)

    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/accept", minutes="30")
    settle()
    cooking = zofia.sees(order)
    assert "The kitchen is at work" in cooking
    assert "At your door between" in cooking
    assert "we promised; we are sorry" in cooking  # thirty minutes were said, twenty were usual
    with clock.shift(timedelta(minutes=31)):
        assert "The kitchen needs longer than it said." in zofia.sees(order)
    presses(rider, "/courier/", "/courier/offers/[^/]+/accept")
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/ready")
    settle()
    assert "waiting for the courier" in zofia.sees(order)
    presses(rider, "/courier/", "/courier/deliveries/[^/]+/pick-up")
    settle()
    assert "12 Frith Street" in rider.get("/courier/").content.decode()
    assert "On the way to you" in zofia.sees(order)
    presses(rider, "/courier/", "/courier/deliveries/[^/]+/drop-off")
    settle()

    assert "Enjoy your meal!" in zofia.sees(order)
    assert "Waiting for an offer" in rider.get("/courier/").content.decode()
    assert "Delivered" in zofia.browser.get("/orders/").content.decode()


def test_an_order_is_fetched(zofia, noodle_bar):
    cook = kitchen(noodle_bar.id)
    quote = zofia.asks_price(fulfilment="pickup", address="", tip="200")
    assert "Delivery" not in quote
    form = {
        "quote": found(r'name="quote" value="([^"]+)"', quote),
        "payment_method": "pm_card_visa",
        "key": "fetched",
        "note": "No leeks",
    }
    order = zofia.browser.post(reverse("checkout-place", args=["noodle-bar"]), form)
    settle()
    assert "No leeks" in cook.get("/restaurant/").content.decode()
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/accept", minutes="30")
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/ready")
    settle()
    assert "Ready: come and fetch it" in zofia.sees(order)
    presses(cook, "/restaurant/", "/restaurant/tickets/[^/]+/hand-over")
    settle()

    assert "Enjoy your meal!" in zofia.sees(order)


def test_those_who_order_together_see_what_each_pays(zofia, noodle_bar):
    (ramen,) = json.loads(basket())
    together = [ramen | {"for_person": "Zofia", "note": "No leeks"}, ramen | {"for_person": "<b>Jurek"}]
    quote = zofia.asks_price(basket=json.dumps(together), fulfilment="pickup", address="")
    assert "For <strong>Zofia</strong>" in quote
    form = {
        "quote": found(r'name="quote" value="([^"]+)"', quote),
        "payment_method": "pm_card_visa",
        "key": "together",
    }
    order = zofia.browser.post(reverse("checkout-place", args=["noodle-bar"]), form)
    settle()

    # Twice 12.50, and 1.25 of service in two.
    page = zofia.sees(order)
    share = r'class="share"><span>([^<]+)</span> <span>([^<]+)</span>'
    assert re.findall(share, page) == [("Zofia", "£13.13"), ("&lt;b&gt;Jurek", "£13.12")]
    assert "£26.25" in page
    counter = kitchen(noodle_bar.id).get("/restaurant/").content.decode()
    for shown in (page, counter):
        assert "“No leeks”" in shown
    assert [f"For <strong>{name}</strong>" in counter for name in ("Zofia", "&lt;b&gt;Jurek")] == [True, True]


@pytest.mark.parametrize("line", [{"note": "n" * 141}, {"for_person": "Zofia\nJurek"}])
def test_what_a_ticket_cannot_print_is_explained(noodle_bar, line):
    (ramen,) = json.loads(basket())

    answer = Client().post("/r/noodle-bar/price", {"basket": json.dumps([ramen | line])}).content.decode()

    assert "Ramen: write the" in answer


def test_the_same_again_says_what_has_changed(zofia, noodle_bar):
    order = zofia.orders(card="pm_card_chargeDeclined")
    settle()
    address = found(r'href="(/r/noodle-bar/\?again=[^"]+)"', zofia.sees(order))
    assert "data-change" not in zofia.browser.get(address).content.decode()
    ramen = found(r'"item_id": "([^"]+)"', basket())
    cook = kitchen(noodle_bar.id)
    cook.post(reverse("kitchen-availability", args=[noodle_bar.id, ramen]), {"available": "no"})
    settle()

    page = zofia.browser.get(address).content.decode()

    assert "Ramen is not available now." in page
    assert 'id="again-data"' in page
    assert 'id="again-data"' not in Client().get(address).content.decode()


def test_the_kitchen_sees_when_a_dish_and_an_option_come_back(noodle_bar):
    now, page = clock.now(), reverse("kitchen-menu", args=[noodle_bar.id])
    back = now + timedelta(hours=1)
    with clock.hold(now):
        cook = kitchen(noodle_bar.id)
        buttons = set(re.findall(r'action="(/[^"]+/items/[^"]+)"', cook.get(page).content.decode()))
        for button in buttons:
            cook.post(button, {"available": "no", "minutes": "60"})
        told = f"Sold out until {clock_time(back, 'Europe/London')}"
        seen = cook.get(page).content.decode()

    # Three dishes, and the two broths that go with one of them.
    assert seen.count(told) == len(buttons) == 5
    with clock.hold(back):
        later = kitchen(noodle_bar.id, name="evening")
        assert "Sold out until" not in later.get(page).content.decode()


def test_an_order_for_later(zofia, noodle_bar):
    page = zofia.browser.get("/r/noodle-bar/checkout/").content.decode()
    wanted_at = found(r'<option value="(20[^"]+)">', page)

    quote = zofia.asks_price(wanted_at=wanted_at)
    form = {
        "quote": found(r'name="quote" value="([^"]+)"', quote),
        "payment_method": "pm_card_visa",
        "key": "later",
    }
    order = zofia.browser.post(reverse("checkout-place", args=["noodle-bar"]), form)
    settle()

    assert "Ordered for later" in zofia.sees(order)
    assert "At your door on" in zofia.sees(order)
    assert "/accept" not in kitchen(noodle_bar.id).get("/restaurant/").content.decode()


def test_a_kitchen_says_how_many_it_takes_for_the_same_time(noodle_bar):
    cook = kitchen(noodle_bar.id)
    presses(cook, "/restaurant/", "/restaurant/[^/]+/capacity", orders_per_slot="4")
    assert 'value="4" placeholder="no limit"' in cook.get("/restaurant/").content.decode()
    presses(cook, "/restaurant/", "/restaurant/[^/]+/capacity", orders_per_slot="")
    assert 'value="" placeholder="no limit"' in cook.get("/restaurant/").content.decode()


def test_a_time_from_nowhere_is_as_soon_as_possible(zofia):
    assert 'name="quote"' in zofia.asks_price(wanted_at="0001-01-01T00:00:00+14:00")


def test_a_refusal_is_nobody_elses_and_not_the_last_word(zofia, noodle_bar):
    """Who has no business with it, or presses too early, keeps nobody from pressing the button after them."""
    cook, rider = kitchen(noodle_bar.id), courier()
    strange_cook, strange_rider = kitchen(ids.new_id(), name="elsewhere"), courier("stranger")
    rider.post(reverse("courier-start"), {"area": "london:Soho"})
    order = zofia.orders()
    settle()
    counter = cook.get("/restaurant/").content.decode()
    accept = found(r'action="(/restaurant/tickets/[^/]+/accept)"', counter)
    ready = accept.replace("/accept", "/ready")

    strange_cook.post(accept)
    cook.post(ready)
    cook.post(accept)
    settle()
    take = found(r'action="(/courier/offers/[^/]+/accept)"', rider.get("/courier/").content.decode())
    strange_rider.post(take)
    rider.post(take)
    cook.post(ready)
    settle()

    assert "waiting for the courier" in zofia.sees(order)
    assert "/pick-up" in rider.get("/courier/").content.decode()


def test_pressing_twice_places_one_order(zofia):
    quote = found(r'name="quote" value="([^"]+)"', zofia.asks_price())
    form = {"quote": quote, "payment_method": "pm_card_visa", "key": "pressed twice"}

    first, second = (zofia.browser.post("/r/noodle-bar/checkout/place", form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert (
        zofia.browser.get("/orders/").content.decode().count('href="/orders/') == 2
    )  # the menu's link and one


def test_a_declined_card_is_explained_and_the_way_back_shown(zofia):
    order = zofia.orders(card="pm_card_chargeDeclined")
    settle()

    page = zofia.sees(order)

    assert "The card was declined" in page
    assert "You are not charged" in page
    assert 'href="/r/noodle-bar/?again=' in page


def test_a_card_that_asks_is_confirmed_and_the_order_goes_on(zofia):
    order = zofia.orders(card="pm_card_authenticationRequired")
    settle()
    bank = found(r'href="(/sandbox/3ds/[^"]+)"', zofia.sees(order))

    back = zofia.browser.post(bank, {"answer": "approve"})
    settle()

    assert back["Location"].startswith("/orders/")
    assert "Waiting for the restaurant" in zofia.sees(back)


def test_an_order_can_be_cancelled_until_the_restaurant_accepts(zofia, noodle_bar):
    order = zofia.orders()
    settle()

    page = order["Location"].split("?")[0]
    keeps = found(r'name="keeps" value="(\d+)"', zofia.sees(order))
    zofia.browser.post(f"{page}cancel", {"keeps": keeps})
    settle()

    assert "You cancelled the order." in zofia.sees(order)
    assert "New" in kitchen(noodle_bar.id).get("/restaurant/tickets").content.decode()


def test_nobody_pays_for_cancelling_what_the_page_did_not_say(zofia):
    order = zofia.orders()
    settle()
    page = order["Location"].split("?")[0]

    for said in ("", "1250"):
        zofia.browser.post(f"{page}cancel", {"keeps": said})
        settle()

    seen = zofia.sees(order)
    assert "Waiting for the restaurant" in seen
    assert "Look at what cancelling means" in seen
    assert "0.00 GBP would be kept now" in seen


def test_nobody_sees_anothers_order(zofia):
    order = zofia.orders()
    stranger = Customer()
    stranger.registers("stranger@example.com")

    assert stranger.browser.get(order["Location"]).status_code == 404


def test_a_closed_restaurant_says_when_it_opens():
    open_noodle_bar(hours="off")

    assert "Closed now" in Client().get("/r/noodle-bar/").content.decode()


def test_an_expired_price_sends_back_to_the_checkout(zofia):
    quote = found(r'name="quote" value="([^"]+)"', zofia.asks_price())

    with clock.shift(timedelta(minutes=20)):
        form = {"quote": quote, "payment_method": "pm_card_visa", "key": "late"}
        answer = zofia.browser.post("/r/noodle-bar/checkout/place", form)
        page = zofia.browser.get(answer["Location"]).content.decode()

    assert answer["Location"] == "/r/noodle-bar/checkout/"
    assert "ask for a new quote" in page


def test_who_orders_beer_is_asked_for_their_age_beside_the_box(zofia):
    place = reverse("checkout-place", args=["noodle-bar"])
    assert "age_confirmed" not in zofia.asks_price()
    quote = zofia.asks_price(basket=beers())
    assert 'data-age="18"' in quote
    assert "data-refusal" not in quote
    form = {
        "quote": found(r'name="quote" value="([^"]+)"', quote),
        "asks_age": found(r'name="asks_age" value="(\d+)"', quote),
        "payment_method": "pm_card_visa",
        "key": "beer",
    }

    refused = zofia.browser.post(place, form)

    back = zofia.browser.get(refused["Location"]).content.decode()
    missing = found(r'name="age_missing" value="(yes)"', back)
    beside = zofia.asks_price(basket=beers(), age_missing=missing)
    assert 'data-refusal="age_not_confirmed"' in beside
    assert "Confirm that you are 18 or older" in beside
    assert "age_not_confirmed" not in zofia.asks_price(age_missing=missing)  # no beer, no question
    assert "No orders yet" in zofia.browser.get("/orders/").content.decode()
    # The same price and the same button, once the box is ticked
    placed = zofia.browser.post(place, {**form, "age_confirmed": "yes"})
    assert "Have your identity card ready" in zofia.sees(placed)


def test_a_form_that_says_nothing_of_age_orders_no_beer_either(zofia):
    quote = found(r'name="quote" value="([^"]+)"', zofia.asks_price(basket=beers()))
    form = {"quote": quote, "payment_method": "pm_card_visa", "key": "beer"}

    answer = zofia.browser.post(reverse("checkout-place", args=["noodle-bar"]), form, follow=True)

    assert "Confirm that you are 18 or older" in answer.content.decode()
    assert "No orders yet" in zofia.browser.get("/orders/").content.decode()


def test_a_busy_kitchen_promises_longer_on_every_page(zofia, noodle_bar):
    assert "ready in about 20 min" in zofia.asks_price()
    presses(kitchen(noodle_bar.id), "/restaurant/", "/restaurant/[^/]+/busy", minutes="20")
    settle()
    assert "ready in about 40 min" in zofia.asks_price()
    assert "40 min" in Client().get("/r/noodle-bar/").content.decode()
