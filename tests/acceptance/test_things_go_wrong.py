"""Cards, kitchens and couriers that fail: the order ends, the customer hears why, and the money is right."""

from __future__ import annotations

import re

import pytest

from tests.acceptance import asking

pytestmark = pytest.mark.platform


def timeline(customer, order) -> list[tuple[str, str]]:
    entries = customer.get(f"/orders/{order['id']}/timeline").json()["entries"]
    return [(entry["axis"], entry["to_state"]) for entry in entries]


def test_a_declined_card(customer, places, books) -> None:
    order = customer.order(places.open, card="pm_card_chargeDeclined")
    ended = customer.await_status(order, "cancelled")
    assert ended["cancel_reason"] == "payment_declined"
    assert ended["axes"]["payment"] == "declined"
    assert ended["axes"]["vendor"] == "not_offered"
    assert books.money(order) == {}
    books.await_quiet(order)


def test_a_card_whose_answer_is_lost(customer, places, books) -> None:
    """The provider held the money and its answer never came: asked again, it holds it once."""
    order = customer.order(places.open, card="pm_card_timeout")
    customer.await_status(order, "waiting_for_restaurant")
    assert books.money(order) == {"authorised": order["total"]["amount"]}
    assert books.payments_of(customer) == 1


def test_a_card_that_needs_its_holder(customer, places, platform, books) -> None:
    order = customer.order(places.open, card="pm_card_authenticationRequired")
    asked = customer.await_status(order, "action_required")
    assert books.money(order) == {}
    _confirm(platform.base_url, asked["action_url"])
    confirmed = customer.await_status(order, "waiting_for_restaurant")
    assert confirmed["action_url"] is None
    assert books.money(order) == {"authorised": order["total"]["amount"]}


def test_a_card_whose_holder_never_confirms(hurried_customer, places, books) -> None:
    order = hurried_customer.order(places.hurried, card="pm_card_authenticationRequired")
    hurried_customer.await_status(order, "action_required")
    ended = hurried_customer.await_status(order, "cancelled")
    assert ended["cancel_reason"] in {"payment_timeout", "payment_declined"}
    assert ended["action_url"] is None
    books.await_quiet(order)
    money = books.money(order)
    assert money.get("captured", 0) == 0
    assert money.get("authorised", 0) == money.get("voided", 0)


def test_a_restaurant_that_never_answers(hurried_customer, places, books) -> None:
    order = hurried_customer.order(places.hurried)
    ended = hurried_customer.await_status(order, "cancelled")
    assert ended["cancel_reason"] == "restaurant_no_answer"
    amount = order["total"]["amount"]
    books.await_money(order, authorised=amount, voided=amount)
    books.await_quiet(order)
    assert ("order", "accepted") not in timeline(hurried_customer, order)


def test_a_courier_who_never_comes(hurried_customer, places, kitchen_of, books) -> None:
    order = hurried_customer.order(places.hurried)
    kitchen_of(places.hurried).accept(order)
    ended = hurried_customer.await_status(order, "refunded")
    assert ended["cancel_reason"] in {"no_courier", "not_collected"}
    assert ended["refunded"] == order["total"]
    amount = order["total"]["amount"]
    books.await_money(order, authorised=amount, captured=amount, refunded=amount)
    books.await_quiet(order)
    assert ("vendor", "withdrawn") in timeline(hurried_customer, order)


def test_a_customer_who_changes_their_mind(customer, places, books) -> None:
    order = customer.order(places.open)
    customer.await_status(order, "waiting_for_restaurant")
    assert customer.post(f"/orders/{order['id']}/cancel", key="changed-my-mind").is_success
    amount = order["total"]["amount"]
    books.await_money(order, authorised=amount, voided=amount)
    books.await_quiet(order)
    assert customer.look(order)["status"] == "cancelled"


def _confirm(base_url: str, action_url: str) -> None:
    """Read the bank's question and say yes."""
    with asking.client(base_url) as browser:
        page = browser.get(action_url)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"answer": "approve", "csrfmiddlewaretoken": token.group(1) if token else ""}
        answer = browser.post(page.url, data=form, headers={"Referer": str(page.url)})
        assert not answer.is_error, answer.text
