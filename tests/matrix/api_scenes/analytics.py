"""Analytics: customers agree to it, or not."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen


@scene("GET /analytics/consent", "PUT /analytics/consent")
def what_a_customer_agrees_to(stage: Stage) -> Scene:
    """The other answer each time, so that giving it changes something."""
    customer = stage.cast.customer
    agreed = customer.get("/analytics/consent").json()["agreed"]
    return Scene(body={"agreed": not agreed}, look=seen(customer, "/analytics/consent"))
