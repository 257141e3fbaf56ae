"""A customer orders in one browser; the kitchen and the courier bring it from two others."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.people import CONFIRMED_VISA, DECLINED_VISA, VISA

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]

ORDERS_OF_ALICE = "SELECT count(*) FROM orders_order WHERE customer_id = %s"


def orders_of_alice(platform) -> int:
    ((alice,),) = platform.sql(
        "identity", "SELECT id FROM identity_account WHERE email = %s", ["alice@example.com"]
    )
    ((count,),) = platform.sql("orders", ORDERS_OF_ALICE, [alice])
    return count


def test_an_order_is_watched_from_the_menu_to_the_door(customer, kitchen, courier):
    # Given a stranger who has chosen a dish
    customer.finds("Ember & Rye", area="Clerkenwell")
    customer.chooses("Ember classic", "Medium", "Smoked bacon")
    customer.goes_to_checkout()
    customer.registers(f"{uuid4()}@example.com")
    customer.tells_address("Clerkenwell")

    # When they have seen what it costs, line by line, they pay
    customer.reads("Medium, Smoked bacon")
    bill = customer.bill()
    assert bill["Dishes"] > 0
    assert len(bill) > 2
    assert sum(bill.values()) == 2 * bill["Total"]
    customer.pays_with(VISA)
    customer.place_button.click()

    # Then the page tells them what the others do, and is never loaded again
    customer.is_told("Waiting for the restaurant")
    customer.page.evaluate("window.isTheSamePage = true")
    kitchen.opens()
    courier.starts("Clerkenwell")
    kitchen.accepts(customer.order_code)
    customer.is_told("The kitchen is at work")
    kitchen.marks_ready(customer.order_code)
    customer.is_told("Ready, waiting for the courier")
    courier.takes_it()
    courier.picks_up()
    customer.is_told("On the way to you")
    courier.reads("Ada Lovelace")
    courier.drops_off()
    customer.is_told("Delivered")
    assert customer.page.evaluate("window.isTheSamePage") is True


def test_two_order_together_and_each_has_a_bill(customer):
    # Given a dish for somebody, and the same dish for somebody else
    customer.logs_in("/login", "alice@example.com")
    customer.finds("Ember & Rye", area="Clerkenwell")
    customer.chooses("Ember classic", "Medium")
    customer.labels("Ember classic", name="Ada", note="No pickles")
    customer.chooses("Ember classic", "Medium")
    customer.labels("Ember classic", name="Grace")
    customer.goes_to_checkout()
    customer.page.get_by_label("18 Exmouth Market").check()
    customer.reads("For Ada")

    customer.pays_with(VISA)
    customer.place_button.click()

    customer.is_told("Waiting for the restaurant")
    bill = customer.page.get_by_label("The bill")
    expect(bill.get_by_role("heading", level=3)).to_have_text(
        [re.compile("^Ada"), re.compile("^Grace"), "Together"]
    )
    customer.reads("“No pickles”")


def test_a_double_click_places_one_order(customer, platform):
    before = orders_of_alice(platform)
    customer.has_checked_out()

    customer.place_button.dblclick()

    customer.is_told("Waiting for the restaurant")
    assert orders_of_alice(platform) == before + 1


def test_a_declined_card_is_explained_and_nothing_is_lost(customer):
    customer.has_checked_out(card=DECLINED_VISA)

    customer.place_button.click()

    customer.is_told("Cancelled")
    customer.reads("The card was declined. Try another one.")
    customer.reads("You are not charged.")
    customer.follow("Order again")
    expect(customer.page.get_by_label("Your basket").get_by_text("Ember classic")).to_be_visible()


def test_a_payment_is_confirmed_on_a_page_of_its_own(customer):
    customer.has_checked_out(card=CONFIRMED_VISA)
    customer.place_button.click()

    customer.follow("Confirm the payment")
    customer.page.get_by_role("button", name="Yes, pay").click()

    customer.is_told("Waiting for the restaurant")


def test_beer_is_for_those_who_say_that_they_are_old_enough(customer):
    customer.has_checked_out(beside="Craft lager 330 ml")
    box = customer.page.get_by_label("I am 18 or older")

    # Who does not say so stays on the page, and their browser says why
    customer.place_button.click()
    assert box.evaluate("box => box.validity.valueMissing") is True
    # and a browser that does not is told by us, beside the box, the basket being as it was
    box.evaluate("box => { box.required = false; }")
    customer.place_button.click()
    expect(customer.page.get_by_role("alert")).to_contain_text("Confirm that you are 18 or older")
    expect(customer.page.get_by_label("What it costs").get_by_text("Craft lager 330 ml")).to_be_visible()

    # Who has said it is not asked again because something else has changed
    box.check()
    expect(customer.page.get_by_role("alert")).to_have_count(0)
    customer.page.get_by_label("£2.00", exact=True).check()
    expect(customer.page.locator("dl.bill")).to_contain_text("Tip")
    expect(box).to_be_checked()
    customer.place_button.click()
    customer.reads("Have your identity card ready")
