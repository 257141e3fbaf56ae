"""Changing one's mind and having the same again, as customers do it over HTTP."""

from __future__ import annotations

import pytest

from modules.orders.tests import scenes
from tiffin.context import Actor, ActorKind
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


@pytest.fixture
def client(customer):
    return api(Actor(kind=ActorKind.CUSTOMER, id=customer))


def stop(client, order):
    return client.post(f"/api/v1/orders/{order.id}/cancel", headers={"Idempotency-Key": scenes.new_key()})


def test_nothing_is_charged_of_what_nobody_has_begun(client, kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    seen = client.get(f"/api/v1/orders/{order.id}/cancel").json()
    assert (seen["may_cancel"], seen["released"]["amount"]) == (True, order.total.amount)
    assert (seen["back"]["amount"], seen["kept"]) == (0, [])
    assert seen["text"] == "Nothing has been taken yet: you pay nothing."


def test_what_would_be_kept_is_said_part_by_part_and_is_what_is_kept(
    client, kitchen, customer, monkeypatch
) -> None:
    kept = {"by": "customer", "stage": "preparing", "what": "dishes", "share": "0.5"}
    scenes.rules(monkeypatch, "cancellation.kept", kept)
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    seen = client.get(f"/api/v1/orders/{order.id}/cancel").json()
    assert (seen["may_cancel"], seen["keeps"]["amount"]) == (True, 625)
    assert seen["back"]["amount"] == order.total.amount - 625
    (part,) = seen["kept"]
    assert (part["label"], part["amount"]["amount"], part["party"]) == ("Ramen", 625, "restaurant")
    assert "6.25" in seen["text"]

    assert stop(client, order).status_code == 200
    settle()
    ended = scenes.order_of(order)
    assert ended.captured - ended.refunded == 625


def test_the_same_again_says_what_costs_more_now(client, kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(2))
    scenes.publish_menu(kitchen, ramen=1400)
    again = client.get(f"/api/v1/orders/{order.id}/reorder").json()
    (change,) = again["changes"]
    assert change["kind"] == "price"
    assert change["text"] == "Ramen costs 14.00 GBP now; it was 12.50 GBP."

    basket = {"restaurant_id": again["restaurant_id"], "lines": again["lines"]}
    ticket = {"address_ticket": scenes.ticket_for(customer)}
    quote = client.post("/api/v1/quotes", basket | ticket).json()
    assert quote["price"]["subtotal"]["amount"] == 2800
