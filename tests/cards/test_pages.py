"""A customer's kept cards at the checkout and on their page, and where a new one is entered."""

from __future__ import annotations

from typing import Any

import pytest

from modules.payments.tests.localstripe import FAILS_WHEN_CHARGED, VISA, LocalStripe
from modules.storefront.tests.people import Customer, found
from tiffin.testing import settle

pytestmark = pytest.mark.database

CHECKOUT = "/r/noodle-bar/checkout/"
CHOICES = r'name="payment_method" form="place" value="([^"]+)"'


def page(customer: Customer, path: str = CHECKOUT) -> str:
    return str(customer.browser.get(path).content.decode())


def keeps(customer: Customer, stripe: LocalStripe, number: str = VISA) -> str:
    """As the page's script does it: the path of a card that is kept."""
    address = customer.browser.post(f"{CHECKOUT}card").json()["address"]
    settle()
    waiting = customer.browser.get(address).json()
    assert waiting["state"] == "waiting"
    stripe.enter_card(waiting["secret"], number)
    assert customer.browser.post(f"{address}/entered").status_code == 204
    settle()
    assert customer.browser.get(address).json()["state"] == "kept"
    return str(address)


def test_the_sandbox_needs_nothing_of_anybody_elses(zofia: Customer):
    answer = zofia.browser.get(CHECKOUT)

    text = answer.content.decode()
    assert found(CHOICES, text) == "pm_card_visa"
    assert 'value="new"' not in text
    assert "data-card-entry" not in text
    assert "https://" not in answer["Content-Security-Policy"]


def test_a_new_card_is_entered_in_the_providers_component(zofia: Customer, at_stripe: LocalStripe):
    answer = zofia.browser.get(CHECKOUT)

    text = answer.content.decode()
    assert 'form="place" value="new"' in text
    assert 'src="https://js.stripe.com/v3/"' in text
    assert "storefront/cards/stripe.js" in text
    assert "Keep this card" in text
    assert 'aria-describedby="card-trouble"' in text
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' https://*.js.stripe.com https://js.stripe.com;" in policy
    assert "https://js.stripe.com" not in zofia.browser.get("/")["Content-Security-Policy"]


def test_a_component_that_our_pages_do_not_know_is_not_offered(
    zofia: Customer, at_stripe: LocalStripe, monkeypatch: Any
):
    monkeypatch.setattr("modules.payments.providers.stripe.browser.COMPONENT", "of_next_year")

    assert 'value="new"' not in page(zofia)


def test_a_kept_card_is_chosen_first_and_pays(zofia: Customer, at_stripe: LocalStripe):
    address = keeps(zofia, at_stripe)
    method = zofia.browser.get(address).json()["method"]
    checkout = page(zofia)
    assert found(CHOICES, checkout) == method
    assert f'value="{method}" checked' in checkout
    assert "Visa •••• 4242" in checkout
    assert "Expires 12/2030" in checkout

    order = zofia.orders(card=method)
    settle()

    assert "Waiting for the restaurant" in zofia.sees(order)


def test_kept_cards_are_seen_and_removed(zofia: Customer, at_stripe: LocalStripe):
    address = keeps(zofia, at_stripe)
    assert "•••• 4242" in page(zofia, "/cards/")

    gone = zofia.browser.post(f"{address}/remove", follow=True).content.decode()
    settle()

    assert "The card is not kept any more." in gone
    assert "No card is kept" in gone
    assert "Expires 12/2030" not in page(zofia)
    assert zofia.browser.get(address).status_code == 404


def test_somebody_elses_card_is_as_if_it_were_not_there(zofia: Customer, at_stripe: LocalStripe):
    address = keeps(zofia, at_stripe)
    other = Customer()
    other.registers("other@example.com")

    assert other.browser.get(address).status_code == 404
    assert other.browser.post(f"{address}/entered").json()["code"] == "kept_method_unknown"
    assert "There is no kept card" in other.browser.post(f"{address}/remove", follow=True).content.decode()
    assert "•••• 4242" in page(zofia, "/cards/")


def test_a_card_that_is_declined_leaves_the_basket_for_another(zofia: Customer, at_stripe: LocalStripe):
    order = zofia.orders(card=at_stripe.card(FAILS_WHEN_CHARGED), key="first")
    settle()
    told = zofia.sees(order)
    assert "The card was declined. Try another one." in told
    assert "data-forget-basket" in told
    assert 'data-status="cancelled"' in told  # with which the script keeps the basket

    again = zofia.orders(card=at_stripe.card(VISA), key="second")
    settle()

    assert "Waiting for the restaurant" in zofia.sees(again)


def test_a_card_for_once_is_not_kept(zofia: Customer, at_stripe: LocalStripe):
    order = zofia.orders(card=at_stripe.card(VISA))
    settle()

    assert "Waiting for the restaurant" in zofia.sees(order)
    assert "No card is kept" in page(zofia, "/cards/")


def test_where_no_card_is_kept_the_wish_is_explained(zofia: Customer):
    answer = zofia.browser.post(f"{CHECKOUT}card")

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_methods_not_kept")
    assert answer.json()["detail"]
