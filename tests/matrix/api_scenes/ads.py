"""Ads: anybody sees them, and customers agree to what they go by."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen
from tiffin import ids


@scene("POST /ads/decisions")
def a_page(stage: Stage) -> Scene:
    body = {"region": "gb", "city": "london", "places": [{"placement": "home_carousel"}]}
    return Scene(body=body, changes=False)


@scene("POST /ads/impressions")
def what_was_never_offered(stage: Stage) -> Scene:
    return Scene(body={"tokens": ["of another page"]}, changes=False)


@scene("GET /ads/clicks/{token}")
def a_click_on_nothing(stage: Stage) -> Scene:
    return Scene(path={"token": "nothing"}, changes=False)


@scene("GET /ads/consent", "PUT /ads/consent")
def what_a_customer_agrees_to(stage: Stage) -> Scene:
    """The other answer each time, so that giving it changes something."""
    customer = stage.cast.customer
    agreed = customer.get("/ads/consent").json()["personal"]
    return Scene(body={"personal": not agreed}, look=seen(customer, "/ads/consent"))


@scene("PUT /ads/device-consent")
def what_a_browser_agrees_to(stage: Stage) -> Scene:
    return Scene(body={"device_id": str(ids.new_id()), "personal": False}, changes=False)
