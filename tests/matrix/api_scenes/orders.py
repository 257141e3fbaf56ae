"""Baskets, orders, and what comes after them."""

from __future__ import annotations

from base64 import b64decode

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen


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
