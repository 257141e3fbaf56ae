"""What each row of `pages.txt` asks about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx

from tests.acceptance.people import PASSWORD
from tests.matrix import api_scenes, world
from tests.matrix.giving_scenes import charity_of, donation_of, receipt_of
from tests.matrix.stage import Scene, Stage, seen

SCENES: dict[str, Callable[[Stage], Scene]] = {}


def scene(*rows: str) -> Callable[[Callable[[Stage], Scene]], Callable[[Stage], Scene]]:
    """Names the rows that the decorated function sets the stage for."""

    def decorate(make: Callable[[Stage], Scene]) -> Callable[[Stage], Scene]:
        SCENES.update(dict.fromkeys(rows, make))
        return make

    return decorate


def like(row: str, *, path: dict[str, str] | None = None, body: Any = None) -> Callable[[Stage], Scene]:
    """The scene of a row of the API, asked through a form."""

    def make(stage: Stage) -> Scene:
        same = api_scenes.SCENES[row](stage)
        return replace(same, path={**same.path, **(path or {})}, body=body, query={})

    return make


@scene(
    "GET /livez",
    "GET /metrics",
    "GET /readyz",
    "GET /problems/",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs/",
    "GET /",
    "GET /favicon.ico",
    "GET /push-worker.js",
    "GET /login",
    "GET /register",
    "GET /restaurant/login",
    "GET /courier/login",
    "GET /admin/",
    "GET /admin/search/",
    "GET /admin/dashboard/",
    "GET /admin/queues/",
    "GET /admin/held-events/",
    "GET /admin/log/",
    "GET /admin/jobs/",
    "GET /admin/autocomplete/",
    "GET /admin/jsi18n/",
    "GET /admin/login/",
    "GET /admin/password_change/",
    "POST /admin/logout/",
    "POST /logout",
    "POST /restaurant/logout",
    "POST /courier/logout",
)
def nothing_of_anybodys(stage: Stage) -> Scene:
    return Scene()


SCENES["GET /problems/{code}"] = lambda stage: Scene(path={"code": "not_found"})
for row in ("GET /unsubscribe/{token}", "POST /unsubscribe/{token}"):
    SCENES[row] = lambda stage: Scene(path={"token": "none-of-ours"})
SCENES["POST /internal/v1/{what}"] = lambda stage: Scene(path={"what": "call"})
SCENES["GET /admin/r/{content_type_id}/{object_id}/"] = lambda stage: Scene(
    path={"content_type_id": "1", "object_id": stage.cast.gb.id}
)
SCENES["GET /admin/{url}"] = lambda stage: Scene(path={"url": "nowhere"})


@scene("GET /api/v1/restaurants/{restaurant_id}/picture.svg")
def a_restaurants_picture(stage: Stage) -> Scene:
    return Scene(path={"restaurant_id": stage.cast.gb.id})


@scene("GET /api/v1/pictures/{name}.svg")
def a_dishes_picture(stage: Stage) -> Scene:
    ((name,),) = stage.cast.platform.sql("restaurants", "SELECT name FROM restaurants_picture LIMIT 1")
    return Scene(path={"name": name})


@scene("GET /api/v1/orders/{order_id}/stream")
def a_stream_that_ends(stage: Stage) -> Scene:
    """What goes on would be sent for ever."""
    customer = stage.cast.customer
    order = customer.order(stage.cast.gb, card="pm_card_chargeDeclined")
    customer.await_status(order, "cancelled")
    return Scene(path={"order_id": order["id"]}, shows='"cancelled"')


@scene("GET /payments/return")
def a_way_back_from_nowhere(stage: Stage) -> Scene:
    """No payment here is at Stripe."""
    return Scene(query={"payment_intent": "pi_of_nobody"})


@scene("GET /sandbox/3ds/{reference}", "POST /sandbox/3ds/{reference}")
def a_payment_to_confirm(stage: Stage) -> Scene:
    """The address itself is the secret, as on a bank's page: whoever holds it answers."""
    customer = stage.cast.customer
    order = customer.order(stage.cast.gb, card="pm_card_authenticationRequired")
    asked = customer.await_status(order, "action_required")
    reference = httpx.URL(asked["action_url"]).path.rpartition("/")[2]
    return Scene(path={"reference": reference}, body={"answer": "approve"})


@scene("GET /payments/confirm/{reference}")
def a_confirmation_of_nobodys(stage: Stage) -> Scene:
    """No payment here is at Stripe."""
    return Scene(path={"reference": "pi_of_nobody"})


# --- a customer's pages


@scene("POST /r/{slug}/checkout/card")
def a_card_to_keep(stage: Stage) -> Scene:
    """The sandbox keeps none."""
    looks = seen(stage.cast.customer, "/me/payment-methods")
    return Scene(path={"slug": "matrix-gb"}, look=looks, changes=False)


@scene("GET /cards/", "GET /cards/{card_id}", "POST /cards/{card_id}/remove")
def a_kept_card(stage: Stage) -> Scene:
    """As if it had been entered at Stripe, which serves no region here."""
    customer = stage.cast.customer
    kept = stage.kept_card(customer.id, "gb")
    return Scene(path={"card_id": kept}, shows=kept, look=seen(customer, "/me/payment-methods"))


@scene("POST /cards/{card_id}/entered")
def a_card_that_is_entered(stage: Stage) -> Scene:
    """It is kept already: saying so again changes nothing."""
    return Scene(path={"card_id": stage.kept_card(stage.cast.customer.id, "gb")}, changes=False)


@scene("GET /r/{slug}/", "POST /r/{slug}/price")
def a_restaurants_page(stage: Stage) -> Scene:
    return Scene(path={"slug": "matrix-gb"}, body={"basket": _basket(stage)})


@scene("GET /r/{slug}/checkout/")
def a_checkout(stage: Stage) -> Scene:
    return Scene(path={"slug": "matrix-gb"}, shows=stage.address())


@scene("POST /r/{slug}/checkout/address")
def an_address_form(stage: Stage) -> Scene:
    form = {
        "name": "Ada",
        "phone": "+442079460123",
        "street": "5 Short Walk",
        "area": "Matrix",
        "postcode": "A1",
    }
    same = api_scenes.SCENES["POST /me/addresses"](stage)
    return replace(same, path={"slug": "matrix-gb"}, body=form)


@scene("POST /r/{slug}/checkout/quote")
def a_basket_to_an_address(stage: Stage) -> Scene:
    form = {"basket": _basket(stage), "address": stage.address()}
    return Scene(path={"slug": "matrix-gb"}, body=form, shows='name="quote"', changes=False)


@scene("POST /r/{slug}/checkout/place")
def a_quote_to_place(stage: Stage) -> Scene:
    customer = stage.cast.customer
    quote = customer.quote(stage.cast.gb)["token"]
    form = {"quote": quote, "payment_method": "pm_card_visa", "key": str(uuid4())}
    return Scene(path={"slug": "matrix-gb"}, body=form, look=seen(customer, "/orders"))


for row in ("GET /orders/", "GET /orders/{order_id}/", "GET /orders/{order_id}/panel"):

    @scene(row)
    def an_order(stage: Stage) -> Scene:
        order = stage.order()
        return Scene(path={"order_id": order["id"]}, shows=order["code"])


SCENES["POST /orders/{order_id}/cancel"] = like("POST /orders/{order_id}/cancel", body={"keeps": "0"})


SCENES["GET /orders/{order_id}/receipts/{receipt_id}"] = like(
    "GET /orders/{order_id}/receipts/{receipt_id}/page"
)


@scene("POST /orders/{order_id}/rating")
def an_order_that_has_come(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /orders/{order_id}/rating"](stage)
    return replace(same, body={"food": "5", "courier": "4"})


@scene("POST /orders/{order_id}/claim")
def a_dish_that_is_missing(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /orders/{order_id}/claims"](stage)
    return replace(same, body={"key": str(uuid4()), "reason": "missing", "line-0": "1"})


@scene("GET /evidence/{evidence_id}")
def a_photo(stage: Stage) -> Scene:
    return api_scenes.SCENES["GET /evidence/{evidence_id}"](stage)


@scene("POST /evidence/")
def a_photo_to_be_sent(stage: Stage) -> Scene:
    order = stage.served()
    claim = stage.claimed(order)
    return Scene(
        body={"order": order["id"], "claim": claim["id"]},
        files={"photo": api_scenes.PHOTO},
        look=api_scenes.seen(stage.cast.customer, f"/orders/{order['id']}/claims"),
    )


@scene("POST /claims/{claim_id}/appeal")
def a_claim_that_was_refused(stage: Stage) -> Scene:
    order = stage.served()
    claim = stage.claimed(order, refused=True)
    return Scene(
        path={"claim_id": claim["id"]},
        body={"order": order["id"], "words": "It never came."},
        look=api_scenes.seen(stage.cast.customer, f"/orders/{order['id']}/claims"),
    )


@scene("GET /account/", "POST /account/devices")
def a_device(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /notifications/browsers"](stage)

    def form() -> dict[str, str]:
        subscription = same.body()
        return {"endpoint": subscription["endpoint"], **subscription["keys"]}

    return replace(same, body=form)


@scene("POST /account/analytics")
def what_is_counted(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /analytics/consent"](stage)
    return replace(same, body={"agreed": "on"} if same.body["agreed"] else {})


@scene("POST /account/ads")
def what_ads_go_by(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /ads/consent"](stage)
    return replace(same, body={"personal": "on"} if same.body["personal"] else {})


@scene("POST /account/messages")
def a_language_to_choose(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /notifications/preferences"](stage)
    return replace(same, body={"language": same.body["language"], "push": ["order_delivered"]})


SCENES["POST /account/devices/{browser_id}/forget"] = like("DELETE /notifications/browsers/{browser_id}")


@scene("GET /account/rewards/")
def points_of_a_customer(stage: Stage) -> Scene:
    return Scene(shows=api_scenes.points.given_points(stage))


@scene("POST /account/rewards/code")
def a_code_to_have(stage: Stage) -> Scene:
    return Scene(changes=False)


@scene("POST /account/rewards/preview")
def points_to_think_of(stage: Stage) -> Scene:
    return api_scenes.SCENES["POST /rewards/sendings/preview"](stage)


@scene("POST /account/rewards/send")
def points_to_be_sent(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /rewards/sendings"](stage)
    return replace(same, body={**same.body, "key": str(uuid4())})


@scene("GET /account/giving/")
def what_a_customer_gave(stage: Stage) -> Scene:
    return api_scenes.SCENES["GET /rewards/donations"](stage)


@scene("GET /account/giving/{donation_id}/receipt")
def what_a_customer_has_in_writing(stage: Stage) -> Scene:
    donation = donation_of(stage.cast, charity_of(stage.cast, "gb"), stage.cast.customer.id, "gb")
    receipt = receipt_of(stage.cast, donation, "gb")
    return Scene(path={"donation_id": donation}, shows=f"M-{receipt[-6:]}")


@scene("POST /account/giving/preview")
def points_to_think_of_giving(stage: Stage) -> Scene:
    return replace(points_to_give(stage), changes=False)


@scene("POST /account/giving/give")
def points_to_give(stage: Stage) -> Scene:
    """More than the other customer was ever sent."""
    api_scenes.points.given_points(stage, 150)
    body = {"charity": charity_of(stage.cast, "gb"), "points": 150, "key": str(uuid4())}
    return Scene(body=body, look=api_scenes.points.usable(stage.cast.customer))


@scene("POST /account/giving/monthly")
def points_to_give_each_month(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /rewards/standing-orders"](stage)
    body = {"charity": same.body["charity_id"], "points": 100, "day": 31, "key": str(uuid4())}
    return replace(same, body=body)


scene("POST /account/giving/monthly/{standing_order_id}")(
    like("PATCH /rewards/standing-orders/{standing_order_id}", body={"points": 200})
)


scene("GET /account/membership/")(like("GET /memberships"))
scene("POST /account/membership/{membership_id}/pause")(
    like("POST /memberships/{membership_id}/pause", body={"days": 5})
)
scene("POST /account/membership/{membership_id}/{name}")(
    like("POST /memberships/{membership_id}/cancel", path={"name": "cancel"}, body={})
)


@scene("POST /account/membership/card")
def a_card_to_keep_for_it(stage: Stage) -> Scene:
    """The sandbox keeps none."""
    return Scene(look=seen(stage.cast.customer, "/me/payment-methods"), changes=False)


@scene("POST /account/membership/join")
def a_plan_to_join(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /memberships"](stage)
    return replace(same, body=_by_form(same) | {"key": str(uuid4()), "payment_method": "pm_card_visa"})


@scene("POST /account/membership/{membership_id}/pay")
def a_membership_to_pay(stage: Stage) -> Scene:
    return api_scenes.SCENES["POST /memberships/{membership_id}/pay"](stage)


@scene("POST /account/membership/{membership_id}/change/preview")
def a_plan_to_look_at(stage: Stage) -> Scene:
    return replace(a_plan_to_change_to(stage), changes=False, shows="")


@scene("POST /account/membership/{membership_id}/change")
def a_plan_to_change_to(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /memberships/{membership_id}/change"](stage)
    return replace(same, body=_by_form(same))


def _by_form(same: Scene) -> dict[str, str]:
    return {"plan": same.body["plan_id"]}


def _basket(stage: Stage) -> str:
    return json.dumps([stage.cast.gb.ramen()])


# --- logging in by forms


def _credentials(email: str, password: str) -> dict[str, str]:
    return {"email": email, "password": password}


@scene("POST /login")
def the_customers_password(stage: Stage) -> Scene:
    return Scene(body=_credentials(stage.cast.customer.email, PASSWORD))


@scene("POST /register")
def a_new_customer(stage: Stage) -> Scene:
    return Scene(body=lambda: _credentials(f"{uuid4()}@matrix.example", PASSWORD))


@scene("POST /restaurant/login")
def the_kitchens_password(stage: Stage) -> Scene:
    return Scene(body=_credentials(world.email_of("kitchen matrix-gb"), world.PASSWORD))


@scene("POST /courier/login")
def the_couriers_password(stage: Stage) -> Scene:
    return Scene(body=_credentials(world.email_of("courier gb"), world.PASSWORD))


@scene("POST /admin/login/")
def a_staff_password(stage: Stage) -> Scene:
    return Scene(body={"username": world.email_of("support of gb"), "password": world.PASSWORD})
