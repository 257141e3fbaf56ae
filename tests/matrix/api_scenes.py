"""What each row of `api.txt` asks about."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.acceptance.people import PASSWORD, Customer
from tests.matrix import world
from tests.matrix.stage import Scene, Stage, seen

ADDRESS = {"street": "3 Short Walk", "city": "Anywhere", "postcode": "A1", "lat": 51.45, "lon": -0.3}
MENU = json.loads(world.MENU.read_text())
SCENES: dict[str, Callable[[Stage], Scene]] = {}


def scene(*rows: str) -> Callable[[Callable[[Stage], Scene]], Callable[[Stage], Scene]]:
    """Names the rows that the decorated function sets the stage for."""

    def decorate(make: Callable[[Stage], Scene]) -> Callable[[Stage], Scene]:
        SCENES.update(dict.fromkeys(rows, make))
        return make

    return decorate


# --- logging in


@scene("POST /auth/signup")
def a_new_address(stage: Stage) -> Scene:
    return Scene(body=lambda: {"email": f"{uuid4()}@matrix.example", "password": PASSWORD})


@scene("POST /auth/login")
def the_customers_password(stage: Stage) -> Scene:
    return Scene(body={"email": stage.cast.customer.email, "password": PASSWORD})


@scene("POST /auth/refresh")
def a_refresh_token(stage: Stage) -> Scene:
    """Each answer replaces it."""
    someone = stage.cast.new_customer()
    credentials = {"email": someone.email, "password": PASSWORD}
    tokens = [someone.http.post("/auth/login", json=credentials).json()["meta"]["refresh_token"]]
    return Scene(
        body=lambda: {"refresh_token": tokens[-1]},
        told=lambda answer: tokens.append(answer.json()["data"]["refresh_token"]),
    )


@scene("DELETE /auth/session")
def sessions_of_their_own(stage: Stage) -> Scene:
    """Whoever logs out voids all their tokens: others do it here than in the other rows."""
    cast = stage.cast
    return Scene(
        tokens={
            "customer": cast.new_customer().token,
            "customer2": cast.new_customer().token,
            "restaurant": cast.worker("spare kitchen matrix-gb").token,
            "restaurant2": cast.worker("spare kitchen matrix-pl").token,
            "courier": cast.worker("spare courier gb").token,
            "courier2": cast.worker("spare courier pl").token,
            "staff": cast.staff_token("spare of nowhere"),
        }
    )


# --- a customer's own


@scene("GET /me", "GET /me/export")
def the_customer(stage: Stage) -> Scene:
    return Scene(shows=stage.cast.customer.id)


@scene("PATCH /me")
def a_new_name(stage: Stage) -> Scene:
    customer = stage.cast.customer
    return Scene(body={"name": f"Ada {uuid4()}"}, shows=customer.id, look=seen(customer, "/me"))


@scene("DELETE /me")
def somebody_leaving(stage: Stage) -> Scene:
    """customer2 knows a password, but of somebody else."""
    leaving = stage.cast.new_customer()
    other = Customer(stage.cast.platform.base_url, stage.cast.pl)
    secret = f"of {leaving.email}"
    leaving.email = f"{uuid4()}@matrix.example"
    leaving.enter("/auth/signup", leaving.email, secret)
    return Scene(
        body={"password": secret},
        tokens={"customer": leaving.token, "customer2": other.token},
        keys=(leaving.id, other.id),
    )


@scene("GET /me/addresses")
def kept_addresses(stage: Stage) -> Scene:
    return Scene(shows=stage.address())


@scene("POST /me/addresses")
def another_address(stage: Stage) -> Scene:
    def look() -> Any:
        return [address["id"] for address in stage.cast.customer.get("/me/addresses").json()["results"]]

    return Scene(body=ADDRESS, look=look)


@scene(
    "GET /me/addresses/{address_id}", "PUT /me/addresses/{address_id}", "DELETE /me/addresses/{address_id}"
)
def one_address(stage: Stage) -> Scene:
    kept = stage.address()

    def look() -> Any:
        """Without the ticket, which is signed anew each time."""
        found = stage.cast.customer.get("/me/addresses").json()["results"]
        return [address["street"] for address in found if address["id"] == kept]

    return Scene(path={"address_id": kept}, body=ADDRESS, shows=kept, look=look)


# --- orders


@scene("POST /quotes")
def a_basket_to_the_customers_door(stage: Stage) -> Scene:
    basket = {"restaurant_id": stage.cast.gb.id, "lines": [stage.cast.gb.ramen()]}
    return Scene(body={**basket, "address_ticket": stage.cast.customer.ticket}, changes=False)


@scene("POST /quotes#preview")
def a_basket_to_a_point(stage: Stage) -> Scene:
    gb = stage.cast.gb
    point = {"lat": gb.lat, "lon": gb.lon}
    return Scene(body={"restaurant_id": gb.id, "lines": [gb.ramen()], "point": point}, changes=False)


@scene("GET /slots")
def times(stage: Stage) -> Scene:
    return Scene(query={"restaurant_id": stage.cast.gb.id}, shows="starts_at")


@scene("POST /orders")
def the_customers_quote(stage: Stage) -> Scene:
    customer = stage.cast.customer
    body = {"quote": customer.quote(stage.cast.gb)["token"], "payment_method": "pm_card_visa"}
    return Scene(body=body, look=seen(customer, "/orders"))


@scene(
    "GET /orders",
    "GET /orders/{order_id}",
    "GET /orders/{order_id}/timeline",
    "GET /orders/{order_id}/progress",
    "GET /orders/{order_id}/reorder",
    "GET /orders/{order_id}/cancel",
    "POST /orders/{order_id}/cancel",
)
def an_order(stage: Stage) -> Scene:
    order = stage.order()
    path = f"/orders/{order['id']}"
    return Scene(
        path={"order_id": order["id"]},
        keys=(order["id"],),
        look=seen(stage.cast.customer, f"{path}/timeline"),
    )


@scene("POST /orders/{order_id}/rating")
def an_order_that_has_come(stage: Stage) -> Scene:
    order = stage.served()
    return Scene(
        path={"order_id": order["id"]},
        body={"food": 5, "courier": 4},
        look=seen(stage.cast.customer, f"/orders/{order['id']}"),
    )


@scene("GET /orders/{order_id}/claims", "POST /orders/{order_id}/claims")
def an_order_with_something_missing(stage: Stage) -> Scene:
    order = stage.served()
    return Scene(
        path={"order_id": order["id"]},
        body={"reason": "missing", "lines": [{"line": 0, "quantity": 1}]},
        look=seen(stage.cast.customer, f"/orders/{order['id']}/claims"),
    )


@scene("GET /orders/{order_id}/receipts", "GET /orders/{order_id}/receipts/{receipt_id}/page")
def an_order_in_writing(stage: Stage) -> Scene:
    order = stage.served()
    query = "SELECT id, number FROM orders_receipt WHERE order_id = %s"
    ((receipt_id, number), *_) = stage.cast.platform.await_rows("orders", query, [order["id"]])
    return Scene(path={"order_id": order["id"], "receipt_id": str(receipt_id)}, shows=number)


# One grey dot as a PNG.
PHOTO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQI12NoAAAAggCB3UNq9AAAAABJRU5ErkJggg=="
)


@scene("POST /evidence")
def a_photo_to_be_sent(stage: Stage) -> Scene:
    order = stage.served()
    claim = stage.claimed(order)
    return Scene(
        body={"claim_id": claim["id"]},
        files={"photo": PHOTO},
        look=seen(stage.cast.customer, f"/orders/{order['id']}/claims"),
    )


@scene("GET /evidence/{evidence_id}")
def a_photo(stage: Stage) -> Scene:
    claim = stage.claimed(stage.served(), photo=PHOTO)
    return Scene(path={"evidence_id": claim["evidence"][0]["id"]})


@scene("POST /claims/{claim_id}/appeal")
def a_claim_that_was_refused(stage: Stage) -> Scene:
    order = stage.served()
    claim = stage.claimed(order, refused=True)
    return Scene(
        path={"claim_id": claim["id"]},
        body={"words": "It never came."},
        look=seen(stage.cast.customer, f"/orders/{order['id']}/claims"),
    )


# --- what customers hear


@scene("GET /notifications/preferences", "PUT /notifications/preferences")
def a_language(stage: Stage) -> Scene:
    """Another one each time, so that choosing it changes something."""
    customer = stage.cast.customer
    chosen = customer.get("/notifications/preferences").json()["language"]
    wanted = {"language": "en" if chosen == "pl" else "pl", "unwanted": ["order_feedback"]}
    _write(
        customer, "PUT", "/notifications/preferences", {"language": chosen, "unwanted": ["order_feedback"]}
    )
    return Scene(body=wanted, shows="order_feedback", look=seen(customer, "/notifications/preferences"))


@scene("GET /notifications/browsers", "POST /notifications/browsers")
def a_browser(stage: Stage) -> Scene:
    _another_browser(stage)
    return Scene(
        body=_browser,
        shows="https://push.example.com/kept/",
        look=seen(stage.cast.customer, "/notifications/browsers"),
        after=lambda: _remove_all(stage, "browsers"),
    )


@scene("DELETE /notifications/browsers/{browser_id}")
def one_browser(stage: Stage) -> Scene:
    look = seen(stage.cast.customer, "/notifications/browsers")
    return Scene(path={"browser_id": _another_browser(stage)}, look=look)


@scene("GET /notifications/webhooks", "POST /notifications/webhooks")
def a_webhook(stage: Stage) -> Scene:
    _another_webhook(stage)
    return Scene(
        body=lambda: {"url": f"https://example.com/{uuid4()}"},
        shows="https://example.com/kept/",
        look=seen(stage.cast.customer, "/notifications/webhooks"),
        after=lambda: _remove_all(stage, "webhooks"),
    )


@scene("DELETE /notifications/webhooks/{webhook_id}")
def one_webhook(stage: Stage) -> Scene:
    look = seen(stage.cast.customer, "/notifications/webhooks")
    return Scene(path={"webhook_id": _another_webhook(stage)}, look=look)


def _browser(path: str = "new") -> dict[str, Any]:
    return {
        "endpoint": f"https://push.example.com/{path}/{uuid4()}",
        "keys": {
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1Xbjh"
            "azAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        },
    }


def _another_browser(stage: Stage) -> str:
    return str(stage.cast.customer.post("/notifications/browsers", _browser("kept")).json()["id"])


def _another_webhook(stage: Stage) -> str:
    body = {"url": f"https://example.com/kept/{uuid4()}"}
    return str(stage.cast.customer.post("/notifications/webhooks", body).json()["id"])


def _remove_all(stage: Stage, kind: str) -> None:
    customer = stage.cast.customer
    for each in customer.get(f"/notifications/{kind}").json()[kind]:
        _write(customer, "DELETE", f"/notifications/{kind}/{each['id']}")


def _write(customer: Customer, method: str, path: str, body: Any = None) -> None:
    answer = customer.http.request(method, path, json=body, headers=customer._headers())
    assert answer.is_success, answer.text


@scene("GET /payments/{payment_id}")
def a_payment(stage: Stage) -> Scene:
    order = stage.order()
    ((payment_id,),) = stage.cast.platform.sql(
        "payments", "SELECT id FROM payments_payment WHERE order_id = %s", [order["id"]]
    )
    return Scene(path={"payment_id": str(payment_id)}, shows=order["id"])


@scene(
    "GET /me/payment-methods",
    "GET /me/payment-methods/{method_id}",
    "DELETE /me/payment-methods/{method_id}",
)
def a_kept_card(stage: Stage) -> Scene:
    """As if it had been entered at Stripe, which serves no region here."""
    customer = stage.cast.customer
    kept = stage.kept_card(customer.id, "gb")
    return Scene(path={"method_id": kept}, shows=kept, look=seen(customer, "/me/payment-methods"))


@scene("POST /me/payment-methods")
def a_wish_to_keep_a_card(stage: Stage) -> Scene:
    """The sandbox keeps none."""
    return Scene(body={"region": "gb"})


@scene("POST /webhooks/stripe")
def a_notification_of_nobody(stage: Stage) -> Scene:
    """Whoever sends it: what counts is Stripe's signature."""
    return Scene(body={"id": "evt_1", "object": "event", "type": "payment_intent.succeeded"})


@scene("POST /webhooks/adyen")
def a_notification_from_nobody(stage: Stage) -> Scene:
    """Whoever sends it: what counts is Adyen's signature."""
    return Scene(body={"live": "false", "notificationItems": []})


@scene("GET /payment-methods")
def methods(stage: Stage) -> Scene:
    return Scene(query={"region": "gb"})


@scene("GET /restaurants", "GET /restaurants/{restaurant_id}", "GET /restaurants/{restaurant_id}/menu")
def a_restaurant(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(path={"restaurant_id": gb.id}, query={"q": "matrix"}, shows=gb.id)


# --- the counter


@scene("GET /restaurant/restaurants")
def the_kitchens_restaurant(stage: Stage) -> Scene:
    return Scene(shows=stage.cast.gb.id)


@scene("GET /restaurant/tickets#of-this-one")
def one_counter(stage: Stage) -> Scene:
    return Scene(query={"restaurant_id": stage.cast.gb.id}, shows=stage.order()["id"])


@scene(
    "GET /restaurant/tickets",
    "GET /restaurant/tickets/{order_id}",
    "POST /restaurant/tickets/{order_id}/accept",
)
def a_new_ticket(stage: Stage) -> Scene:
    order = stage.order()
    return ticket_of(stage, order, {"ready_in_minutes": 10})


@scene("POST /restaurant/tickets/{order_id}/reject")
def a_ticket_to_refuse(stage: Stage) -> Scene:
    return ticket_of(stage, stage.order(), {"reason": "too_busy"})


@scene("POST /restaurant/tickets/{order_id}/preparing", "POST /restaurant/tickets/{order_id}/ready")
def an_accepted_ticket(stage: Stage) -> Scene:
    return ticket_of(stage, stage.cooked(), None)


@scene("POST /restaurant/tickets/{order_id}/delay")
def a_ticket_that_takes_longer(stage: Stage) -> Scene:
    order = stage.cooked()
    promised = datetime.fromisoformat(stage.ticket(order).json()["ready_at"])
    return ticket_of(stage, order, {"ready_at": (promised + timedelta(minutes=10)).isoformat()})


@scene("POST /restaurant/tickets/{order_id}/cancel")
def a_ticket_that_cannot_be_cooked(stage: Stage) -> Scene:
    return ticket_of(stage, stage.cooked(), {"reason": "item_unavailable"})


@scene("POST /restaurant/tickets/{order_id}/hand-over")
def a_ticket_to_be_fetched(stage: Stage) -> Scene:
    return ticket_of(stage, stage.fetched(), None)


def ticket_of(stage: Stage, order: dict[str, Any], body: Any) -> Scene:
    look = seen(stage.cast.kitchen, f"/restaurant/tickets/{order['id']}")
    return Scene(path={"order_id": order["id"]}, body=body, shows=order["id"], keys=(order["id"],), look=look)


@scene("PUT /restaurant/items/{item_id}/availability")
def an_item(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    gyoza = gb.line("Gyoza")
    return Scene(
        path={"item_id": gyoza["item_id"]},
        body={"available": False, "restaurant_id": gb.id},
        keys=(gb.id,),
        look=seen(kitchen, f"/restaurants/{gb.id}/menu"),
        after=lambda: kitchen.has_again(gyoza),
    )


@scene("POST /restaurant/pause")
def an_open_restaurant(stage: Stage) -> Scene:
    return restaurant(stage, {"minutes": 30})


@scene("PUT /restaurant/busy")
def a_busy_restaurant(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    usual = {"restaurant_id": gb.id, "minutes": 0}
    return Scene(
        body={"restaurant_id": gb.id, "minutes": 20},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["preparation_minutes"],
        after=lambda: kitchen.http.put("/restaurant/busy", json=usual, headers=kitchen._headers()),
    )


@scene("PUT /restaurant/capacity")
def a_restaurant_with_places(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    no_limit = {"restaurant_id": gb.id, "orders_per_slot": None}
    return Scene(
        body={"restaurant_id": gb.id, "orders_per_slot": 7},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["orders_per_slot"],
        after=lambda: kitchen.http.put("/restaurant/capacity", json=no_limit, headers=kitchen._headers()),
    )


@scene("POST /restaurant/menu/previews")
def a_new_menu(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(body={"document": MENU, "restaurant_id": gb.id}, shows=gb.id, keys=(gb.id,), changes=False)


def a_preview(stage: Stage) -> str:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    made = kitchen.post("/restaurant/menu/previews", {"document": MENU, "restaurant_id": gb.id})
    assert made.is_success, made.text
    return str(made.json()["id"])


@scene("GET /restaurant/menu/previews/{preview_id}")
def a_preview_to_see(stage: Stage) -> Scene:
    gb, preview = stage.cast.gb, a_preview(stage)
    return Scene(path={"preview_id": preview}, query={"restaurant_id": gb.id}, shows=preview)


@scene("POST /restaurant/menu/previews/{preview_id}/publish")
def a_preview_to_publish(stage: Stage) -> Scene:
    gb, preview = stage.cast.gb, a_preview(stage)
    look = seen(stage.cast.kitchen, f"/restaurant/menu/previews/{preview}?restaurant_id={gb.id}")
    return Scene(path={"preview_id": preview}, body={"restaurant_id": gb.id}, keys=(gb.id,), look=look)


@scene("GET /restaurant/menu/versions", "GET /restaurant/menu/versions/{version}")
def published_versions(stage: Stage) -> Scene:
    return Scene(path={"version": "1"}, query={"restaurant_id": stage.cast.gb.id}, shows="version")


@scene("POST /restaurant/menu/versions/{version}/publish")
def a_version_to_bring_back(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(path={"version": "1"}, body={"restaurant_id": gb.id}, keys=(gb.id,), changes=False)


@scene("POST /deliverect/{topic}")
def a_message_that_is_not_signed(stage: Stage) -> Scene:
    return Scene(path={"topic": "status"}, body={"status": 110})


@scene("GET /restaurant/working", "PUT /restaurant/working")
def a_restaurants_way_of_working(stage: Stage) -> Scene:
    gb = stage.cast.gb
    path = f"/restaurant/working?restaurant_id={gb.id}"
    usual = {"restaurant_id": gb.id, "accepts_unanswered": False, "phone": ""}
    return Scene(
        query={"restaurant_id": gb.id},
        body={**usual, "phone": "+442079460000"},
        shows=gb.id,
        look=seen(stage.cast.kitchen, path),
        after=lambda: _of_kitchen(stage, "PUT", "/restaurant/working", usual),
    )


@scene("POST /restaurant/resume")
def a_paused_restaurant(stage: Stage) -> Scene:
    assert stage.cast.kitchen.post("/restaurant/pause", {"minutes": 30}).is_success
    return restaurant(stage, {})


def restaurant(stage: Stage, body: dict[str, Any]) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    return Scene(
        body={**body, "restaurant_id": gb.id},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["paused_until"],
        after=lambda: kitchen.post("/restaurant/resume", {"restaurant_id": gb.id}),
    )


# --- a vendor's own system

CONNECTIONS = "/restaurant/connections"


def _of_kitchen(stage: Stage, method: str, path: str, body: Any = None) -> Any:
    kitchen = stage.cast.kitchen
    answer = kitchen.http.request(method, path, json=body, headers=kitchen._headers())
    assert answer.is_success, answer.text
    return answer


def _wanted(stage: Stage) -> dict[str, Any]:
    """Nobody has that address, ever (RFC 2606)."""
    own = [stage.cast.gb.id]
    return {"name": "Till", "channel": "webhook", "url": "https://till.invalid/", "restaurant_ids": own}


def _settled(stage: Stage, path: str) -> Any:
    """What only people change of a connection, or that there is none."""
    kitchen = stage.cast.kitchen
    answer = kitchen.get(path)
    shown = answer.json()
    return answer.status_code, [shown.get(name) for name in ("name", "enabled", "acknowledged")]


@scene("POST /restaurant/connections")
def an_unconnected_restaurant(stage: Stage) -> Scene:
    def disconnect() -> None:
        for each in _of_kitchen(stage, "GET", CONNECTIONS).json():
            _of_kitchen(stage, "DELETE", f"{CONNECTIONS}/{each['id']}")

    return Scene(
        body=_wanted(stage),
        shows=stage.cast.gb.id,
        look=lambda: len(_of_kitchen(stage, "GET", CONNECTIONS).json()),
        after=disconnect,
    )


def connected(stage: Stage, body: Any = None, *, changes: bool = False, kept: bool = True) -> Scene:
    """A connection of the kitchen's, and an event that was told through it."""
    connection = _of_kitchen(stage, "POST", CONNECTIONS, _wanted(stage)).json()["id"]
    own = f"{CONNECTIONS}/{connection}"
    event = _of_kitchen(stage, "POST", f"{own}/test").json()["id"]
    return Scene(
        path={"connection_id": connection, "event_id": event},
        body=body,
        look=(lambda: _settled(stage, own)) if changes else None,
        after=lambda: _of_kitchen(stage, "DELETE", own) if kept else None,
    )


@scene(
    "GET /restaurant/connections",
    "GET /restaurant/connections/{connection_id}",
    "POST /restaurant/connections/{connection_id}/secret",
    "POST /restaurant/connections/{connection_id}/test",
    "POST /restaurant/connections/{connection_id}/deliveries/{event_id}/replay",
)
def a_connection(stage: Stage) -> Scene:
    scene = connected(stage)
    scene.shows = scene.path["connection_id"]
    return scene


@scene(
    "GET /restaurant/connections/{connection_id}/deliveries",
    "GET /restaurant/connections/{connection_id}/events",
)
def an_event_that_was_told(stage: Stage) -> Scene:
    scene = connected(stage)
    scene.shows = scene.path["event_id"]
    return scene


@scene("PUT /restaurant/connections/{connection_id}")
def another_name(stage: Stage) -> Scene:
    """Whose restaurants it is for is left open: that of whoever asks."""
    body = {"name": "Another till", "channel": "webhook", "url": "https://till.invalid/"}
    return connected(stage, body, changes=True)


@scene("DELETE /restaurant/connections/{connection_id}")
def a_connection_to_end(stage: Stage) -> Scene:
    return connected(stage, changes=True, kept=False)


@scene("POST /restaurant/connections/{connection_id}/acknowledge")
def a_feed_that_was_read(stage: Stage) -> Scene:
    scene = connected(stage, {"through": 1}, changes=True)
    _of_kitchen(stage, "GET", f"{CONNECTIONS}/{scene.path['connection_id']}/events")
    return scene


# --- the road


@scene("GET /courier/shift", "DELETE /courier/shift")
def a_courier_on_shift(stage: Stage) -> Scene:
    return courier(stage, stage.on_shift())


@scene("POST /courier/position")
def a_position(stage: Stage) -> Scene:
    """Kept for two minutes, and shown to nobody but the customer who waits."""
    position = courier(stage, stage.on_shift())
    position.changes = False
    return position


@scene("POST /courier/shift")
def a_courier_at_home(stage: Stage) -> Scene:
    return courier(stage, stage.cast.new_courier())


def courier(stage: Stage, person: Any) -> Scene:
    return Scene(
        body={"region": "gb", "lat": stage.cast.gb.lat, "lon": stage.cast.gb.lon},
        tokens={"courier": person.token},
        look=seen(person, "/courier/shift"),
        after=stage.goes_home(person),
    )


@scene(
    "GET /courier/offers", "POST /courier/offers/{offer_id}/accept", "POST /courier/offers/{offer_id}/pass"
)
def an_offer(stage: Stage) -> Scene:
    order, person, offer = stage.offered()
    return Scene(
        path={"offer_id": offer},
        shows=order["id"],
        tokens={"courier": person.token},
        keys=(order["id"],),
        look=seen(person, "/courier/offers"),
        after=stage.goes_home(person),
    )


@scene("GET /orders/{order_id}/handover", "POST /courier/deliveries/{order_id}/give-back")
def a_delivery_nobody_has_fetched(stage: Stage) -> Scene:
    return delivery(stage, *stage.carried())


@scene("GET /courier/deliveries", "POST /courier/deliveries/{order_id}/pick-up")
def a_delivery(stage: Stage) -> Scene:
    order, person = stage.carried()
    assert stage.cast.kitchen.post(f"/restaurant/tickets/{order['id']}/ready").is_success
    return delivery(stage, order, person)


@scene("POST /courier/deliveries/{order_id}/drop-off")
def a_delivery_under_way(stage: Stage) -> Scene:
    return delivery(stage, *stage.under_way())


@scene("POST /courier/deliveries/{order_id}/refuse-at-door")
def a_delivery_that_asks_for_no_age(stage: Stage) -> Scene:
    """Nobody may refuse it, and for others it is not there."""
    return replace(a_delivery_under_way(stage), changes=False)


def delivery(stage: Stage, order: dict[str, Any], person: Any) -> Scene:
    return Scene(
        path={"order_id": order["id"]},
        shows=order["id"],
        tokens={"courier": person.token},
        keys=(order["id"],),
        look=seen(person, "/courier/deliveries"),
        after=stage.goes_home(person),
    )
