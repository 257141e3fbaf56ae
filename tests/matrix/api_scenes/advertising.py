"""Restaurants advertise, and see what they advertise, and nobody else does."""

from __future__ import annotations

from typing import Any

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen
from tiffin import ids

_TERMS = {
    "name": "Matrix",
    "objective": "traffic",
    "pricing": "cpc",
    "bid": 100_000,
    "budget": 10_000_000,
    "starts_at": "2026-01-01T00:00:00Z",
    "ends_at": "2100-01-01T00:00:00Z",
}
_FLIGHT = {"name": "All", "placements": ["home_carousel"]}
_CREATIVE = {"name": "One", "headlines": {"": "{restaurant}"}}


def advertiser(stage: Stage) -> str:
    """The kitchen's, as soon as ads knows of the restaurant."""
    known = "SELECT 1 FROM ads_knownrestaurant WHERE id = %s"
    stage.cast.platform.await_rows("ads", known, [stage.cast.gb.id])
    return str(_made(stage, "/ads/advertisers", {"restaurant_id": stage.cast.gb.id})["id"])


def campaign(stage: Stage, state: str = "draft") -> dict[str, str]:
    """The ids of one of the kitchen's in that state, and of its flight and creative."""
    made = _made(stage, "/ads/campaigns", {**_TERMS, "advertiser_id": advertiser(stage)})
    flight = _made(stage, f"/ads/campaigns/{made['id']}/flights", _FLIGHT)
    creative = _made(stage, f"/ads/campaigns/{made['id']}/creatives", _CREATIVE)
    query = "UPDATE ads_campaign SET state = %s WHERE id = %s RETURNING id"
    stage.cast.platform.sql("ads", query, [state, made["id"]])
    return {"campaign_id": made["id"], "flight_id": flight["id"], "creative_id": creative["id"]}


def _made(stage: Stage, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = stage.cast.kitchen.post(path, body, key=str(ids.new_id()))
    assert answer.is_success, answer.text
    return dict(answer.json())


def about(stage: Stage, state: str = "draft", body: Any = None) -> Scene:
    path = campaign(stage, state)
    id = path["campaign_id"]
    look = seen(stage.cast.kitchen, f"/ads/campaigns/{id}")
    return Scene(path=path, body=body, look=look, keys=(id,))


@scene("GET /ads/advertisers")
def the_kitchens_advertiser(stage: Stage) -> Scene:
    return Scene(shows=advertiser(stage))


@scene("POST /ads/advertisers")
def a_restaurant_that_advertises(stage: Stage) -> Scene:
    advertiser(stage)
    return Scene(body={"restaurant_id": stage.cast.gb.id}, changes=False)


@scene("GET /ads/campaigns", "GET /ads/campaigns/{campaign_id}")
def a_campaign_to_see(stage: Stage) -> Scene:
    path = campaign(stage)
    return Scene(path=path, shows=path["campaign_id"])


@scene("GET /ads/reports", "GET /ads/reports.csv")
def a_campaign_that_is_reported_on(stage: Stage) -> Scene:
    return Scene(query={"campaign_id": campaign(stage)["campaign_id"]})


@scene("POST /ads/campaigns")
def a_new_campaign(stage: Stage) -> Scene:
    body = {**_TERMS, "advertiser_id": advertiser(stage)}
    return Scene(body=body, look=seen(stage.cast.kitchen, "/ads/campaigns?page_size=1"))


@scene("PATCH /ads/campaigns/{campaign_id}")
def a_draft_that_is_changed(stage: Stage) -> Scene:
    return about(stage, body={"bid": 200_000})


@scene("POST /ads/campaigns/{campaign_id}/submit")
def a_draft_that_is_done(stage: Stage) -> Scene:
    return about(stage)


@scene("POST /ads/campaigns/{campaign_id}/take-back")
def one_that_staff_look_at(stage: Stage) -> Scene:
    return about(stage, "submitted")


@scene("POST /ads/campaigns/{campaign_id}/pause", "POST /ads/campaigns/{campaign_id}/end")
def one_that_is_shown(stage: Stage) -> Scene:
    return about(stage, "approved")


@scene("POST /ads/campaigns/{campaign_id}/resume")
def one_that_rests(stage: Stage) -> Scene:
    return about(stage, "paused")


@scene("POST /ads/campaigns/{campaign_id}/flights")
def another_flight(stage: Stage) -> Scene:
    return about(stage, body=_FLIGHT)


@scene("POST /ads/campaigns/{campaign_id}/creatives")
def another_creative(stage: Stage) -> Scene:
    return about(stage, body=_CREATIVE)


@scene("PUT /ads/flights/{flight_id}")
def a_flight_that_is_changed(stage: Stage) -> Scene:
    return about(stage, body={**_FLIGHT, "cap": 1})


@scene("PUT /ads/flights/{flight_id}/on")
def a_flight_that_rests(stage: Stage) -> Scene:
    return about(stage, body={"on": False})


@scene("POST /ads/creatives/{creative_id}/retire")
def a_creative_that_is_shown_no_more(stage: Stage) -> Scene:
    return about(stage)
