"""What each row of `api.txt` asks about."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.acceptance.people import PASSWORD, Customer
from tests.matrix.stage import Scene, Stage, seen

ADDRESS = {"street": "3 Short Walk", "city": "Anywhere", "postcode": "A1", "lat": 51.45, "lon": -0.3}
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


@scene("GET /payments/{payment_id}")
def a_payment(stage: Stage) -> Scene:
    order = stage.order()
    ((payment_id,),) = stage.cast.platform.sql(
        "payments", "SELECT id FROM payments_payment WHERE order_id = %s", [order["id"]]
    )
    return Scene(path={"payment_id": str(payment_id)}, shows=order["id"])


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
