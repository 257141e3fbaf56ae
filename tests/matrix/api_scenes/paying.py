"""Payments, kept cards, and what providers send."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen


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
