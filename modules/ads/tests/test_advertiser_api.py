"""Restaurants advertise by themselves: from a draft to a report."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from math import cos, radians, sqrt
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from modules.ads.interface import CampaignState
from modules.ads.models import Advertiser, Campaign, Creative, Flight
from modules.ads.services import campaigns
from modules.ads.services.report_files import COLUMNS
from modules.ads.tests import scenes
from modules.restaurants.interface import RestaurantView
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing.people import token
from tiffin.testing.settling import settle as settle_events

pytestmark = pytest.mark.usefixtures("database")
Ask = Callable[..., Any]


@pytest.fixture
def noodles(database: None) -> RestaurantView:
    made = scenes.restaurant()
    settle_events()
    return made


def of(*restaurants: UUID) -> Ask:
    """Somebody who acts for these restaurants, asking."""
    bearer = token(Actor(kind=ActorKind.RESTAURANT, id=ids.new_id(), restaurants=restaurants))
    http = Client()

    def ask(method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        return http.generic(
            method,
            f"/api/v1/ads/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key or str(ids.new_id())},
        )

    return ask


def terms(**more: Any) -> dict[str, Any]:
    now = clock.now()
    return {
        "name": "Ramen at lunch",
        "objective": "traffic",
        "pricing": "cpc",
        "bid": 350_000,
        "budget": 200_000_000,
        "pacing": "asap",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=7)).isoformat(),
        **more,
    }


def square(square_kilometres: float) -> list[list[float]]:
    """A zone in Soho."""
    lat, lon = 51.5136, -0.1365
    high = sqrt(square_kilometres) / 111.19
    wide = high / cos(radians(lat))
    return [[lon, lat], [lon + wide, lat], [lon + wide, lat + high], [lon, lat + high]]


FLIGHT = {"name": "All day", "placements": ["home_carousel"], "cap": 0}
CREATIVE = {"name": "Dish", "headlines": {"": "{dish} for {price}"}}


def advertising(ask: Ask, restaurant: UUID) -> str:
    answer = ask("POST", "advertisers", {"restaurant_id": str(restaurant)})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["id"])


def drafted(ask: Ask, restaurant: UUID, **more: Any) -> str:
    advertising(ask, restaurant)
    answer = ask("POST", "campaigns", terms(**more))
    assert answer.status_code == 201, answer.content
    id = str(answer.json()["id"])
    assert ask("POST", f"campaigns/{id}/flights", FLIGHT).status_code == 201
    assert ask("POST", f"campaigns/{id}/creatives", CREATIVE).status_code == 201
    return id


class TestFromADraftToItsEnd:
    def test_a_restaurant_is_shown_once_staff_have_approved_and_reads_how_it_does(
        self, noodles: RestaurantView
    ) -> None:
        ask = of(noodles.id)
        id = drafted(ask, noodles.id)
        whole = ask("GET", f"campaigns/{id}").json()
        assert (whole["state"], whole["currency"], whole["region"]) == ("draft", "GBP", "gb")
        assert [each["placements"] for each in whole["flights"]] == [["home_carousel"]]
        assert [each["state"] for each in whole["creatives"]] == ["waiting"]
        assert ask("POST", f"campaigns/{id}/submit").json()["state"] == "submitted"
        campaigns.approve_campaign(campaign_id=UUID(id))
        scenes.open_for_ads()
        scenes.click(scenes.ads(scenes.look())[0])
        scenes.settle()
        found = ask("GET", "reports?grain=hour").json()
        assert (found["totals"]["clicks"], found["totals"]["click_rate"]) == (1, 1.0)
        assert found["totals"]["spent"] == found["by_pricing"]["cpc"] > 0
        assert found["incremental"]["finding"] == "not_measured"
        assert len(found["steps"]) == 7 * 24
        assert ask("POST", f"campaigns/{id}/pause").json()["state"] == "paused"
        assert ask("POST", f"campaigns/{id}/resume").json()["state"] == "approved"
        assert ask("POST", f"campaigns/{id}/end").json()["state"] == "ended"
        refused = ask("POST", f"campaigns/{id}/resume")
        assert (refused.status_code, refused.json()["code"]) == (409, "state_conflict")

    def test_the_report_as_a_file(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        drafted(ask, noodles.id)
        answer = ask("GET", "reports.csv?first=2026-10-25&last=2026-10-25&grain=hour")
        lines = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))
        assert (lines[0], len(lines)) == (list(COLUMNS), 1 + 25)

    def test_a_draft_is_changed_and_what_staff_look_at_is_not(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        id = drafted(ask, noodles.id)
        assert ask("PATCH", f"campaigns/{id}", {"bid": 400_000}).json()["bid"] == 400_000
        (flight,) = ask("GET", f"campaigns/{id}").json()["flights"]
        changed = ask("PUT", f"flights/{flight['id']}", {**FLIGHT, "weekdays": [1, 2]})
        assert changed.json()["weekdays"] == [1, 2]
        ask("POST", f"campaigns/{id}/submit")
        for method, path, body in (
            ("PATCH", f"campaigns/{id}", {"bid": 1}),
            ("PUT", f"flights/{flight['id']}", FLIGHT),
            ("POST", f"campaigns/{id}/flights", FLIGHT),
        ):
            refused = ask(method, path, body)
            assert (refused.status_code, refused.json()["code"]) == (409, "campaign_refused")
        assert ask("POST", f"campaigns/{id}/take-back").json()["state"] == "draft"
        assert Campaign.get(UUID(id)).bid == 400_000

    def test_a_flight_rests_and_a_creative_is_retired(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        id = drafted(ask, noodles.id)
        flight, creative = Flight.objects.get(), Creative.objects.get()
        assert ask("PUT", f"flights/{flight.id}/on", {"on": False}).json()["is_on"] is False
        assert ask("POST", f"creatives/{creative.id}/retire").json()["state"] == "retired"
        refused = ask("POST", f"campaigns/{id}/submit")
        assert (refused.status_code, refused.json()["code"]) == (409, "campaign_refused")

    def test_asked_twice_under_a_key_there_is_one(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        advertising(ask, noodles.id)
        body = terms()
        first, second = (ask("POST", "campaigns", body, key="one") for _ in range(2))
        assert first.json() == second.json()
        assert Campaign.objects.count() == 1
        assert advertising(ask, noodles.id) == advertising(ask, noodles.id)
        assert Advertiser.objects.count() == 1


class TestWhoseItIs:
    def test_another_restaurant_finds_nothing(self, noodles: RestaurantView) -> None:
        id = drafted(of(noodles.id), noodles.id)
        advertiser, flight, creative = Advertiser.objects.get(), Flight.objects.get(), Creative.objects.get()
        other = of(ids.new_id())
        for method, path, body, code in (
            ("GET", f"campaigns/{id}", None, "ad_campaign_unknown"),
            ("PATCH", f"campaigns/{id}", {"bid": 1}, "ad_campaign_unknown"),
            ("POST", f"campaigns/{id}/submit", None, "ad_campaign_unknown"),
            ("POST", f"campaigns/{id}/end", None, "ad_campaign_unknown"),
            ("POST", f"campaigns/{id}/flights", FLIGHT, "ad_campaign_unknown"),
            ("POST", f"campaigns/{id}/creatives", CREATIVE, "ad_campaign_unknown"),
            ("PUT", f"flights/{flight.id}", FLIGHT, "ad_flight_unknown"),
            ("PUT", f"flights/{flight.id}/on", {"on": False}, "ad_flight_unknown"),
            ("POST", f"creatives/{creative.id}/retire", None, "ad_creative_unknown"),
            ("POST", "campaigns", terms(advertiser_id=str(advertiser.id)), "advertiser_unknown"),
            ("POST", "advertisers", {"restaurant_id": str(noodles.id)}, "restaurant_unknown"),
            ("GET", f"campaigns?advertiser_id={advertiser.id}", None, "advertiser_unknown"),
            ("GET", f"reports?advertiser_id={advertiser.id}", None, "advertiser_unknown"),
            ("GET", f"reports?campaign_id={id}", None, "ad_campaign_unknown"),
            ("GET", f"reports.csv?campaign_id={id}", None, "ad_campaign_unknown"),
        ):
            answer = other(method, path, body)
            assert (answer.status_code, answer.json()["code"]) == (404, code), (method, path)
        assert other("GET", "campaigns").json()["results"] == []
        assert other("GET", "advertisers").json() == {"results": []}
        assert Campaign.get(UUID(id)).state is CampaignState.DRAFT

    def test_a_brand_s_campaigns_are_nobody_s_here(self, noodles: RestaurantView) -> None:
        brand = scenes.draft(scenes.advertiser())
        assert of(noodles.id)("GET", f"campaigns/{brand.id}").status_code == 404

    def test_only_restaurants_may(self) -> None:
        assert Client().get("/api/v1/ads/campaigns").status_code == 401


class TestPagesAndWords:
    def test_pages_of_campaigns_newest_first(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        advertising(ask, noodles.id)
        made = [ask("POST", "campaigns", terms(name=f"No {number}")).json()["id"] for number in range(5)]
        first = ask("GET", "campaigns?page_size=3").json()
        path = first["next"].split("/api/v1/ads/")[1]
        second = ask("GET", path).json()
        assert [each["id"] for each in first["results"] + second["results"]] == made[::-1]
        assert second["next"] is None
        assert len(ask("GET", "campaigns?state=approved").json()["results"]) == 0
        assert ask("GET", "campaigns?cursor=x").json()["code"] == "invalid_cursor"

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"bid": -1}, "/bid"),
            ({"bid": 10**16}, "/bid"),
            ({"budget": 1}, "/budget"),
            ({"daily_cap": 10**12}, "/daily_cap"),
            ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
            ({"ends_at": "9999-12-31T23:59:59Z"}, "/ends_at"),
            ({"pricing": "free"}, "/pricing"),
            ({"goods": ["weapons"]}, "/goods/0"),
            ({"landing": "http://plain.example/"}, "/landing"),
            ({"holdout": 5_001}, "/holdout"),
            ({"name": ""}, "/name"),
            ({"advertiser_id": 7}, "/advertiser_id"),
        ],
    )
    def test_what_is_wrong_is_said_of_the_field(
        self, noodles: RestaurantView, wrong: dict[str, Any], path: str
    ) -> None:
        ask = of(noodles.id)
        advertising(ask, noodles.id)
        answer = ask("POST", "campaigns", terms(**wrong))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        assert path in [error["path"] for error in answer.json()["errors"]]

    @pytest.mark.parametrize(
        ("what", "body", "path"),
        [
            ("flights", {**FLIGHT, "cities": ["atlantis"]}, "/cities"),
            ("flights", {**FLIGHT, "placements": []}, "/placements"),
            ("flights", {**FLIGHT, "from_hour": 5, "to_hour": 5}, "/to_hour"),
            ("flights", {**FLIGHT, "zone": [[0, 0], [1, 1]]}, "/zone"),
            ("flights", {**FLIGHT, "zone": [[0, 0], [1, 1], [0, 1], [1, 0]]}, "/zone"),
            ("flights", {**FLIGHT, "zone": [["nan", 0], [1, 1], [0, 1]]}, "/zone/0/0"),
            ("flights", {**FLIGHT, "zone": square(0.9)}, "/zone"),
            ("creatives", {**CREATIVE, "headlines": {"": "{sorrow}"}}, "/headlines"),
            ("creatives", {**CREATIVE, "picture": "javascript:x"}, "/picture"),
        ],
    )
    def test_so_it_is_of_flights_and_creatives(
        self, noodles: RestaurantView, what: str, body: Any, path: str
    ) -> None:
        ask = of(noodles.id)
        id = drafted(ask, noodles.id)
        answer = ask("POST", f"campaigns/{id}/{what}", body)
        assert answer.status_code == 422, answer.content
        assert path in [error["path"] for error in answer.json()["errors"]]

    def test_a_zone_of_a_square_kilometre_is_large_enough(self, noodles: RestaurantView) -> None:
        ask = of(noodles.id)
        id = drafted(ask, noodles.id)
        answer = ask("POST", f"campaigns/{id}/flights", {**FLIGHT, "zone": square(1.1)})
        assert answer.status_code == 201, answer.content

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("first=2020-01-01&last=2026-01-01", "ads_report_too_long"),
            ("first=2026-01-02&last=2026-01-01", "ads_report_too_long"),
            ("first=0001-01-01&last=0001-01-02", "invalid_request"),
            ("grain=minute", "invalid_request"),
            ("first=yesterday", "invalid_request"),
        ],
    )
    def test_so_it_is_of_reports(self, noodles: RestaurantView, query: str, code: str) -> None:
        ask = of(noodles.id)
        drafted(ask, noodles.id)
        answer = ask("GET", f"reports?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    def test_whoever_is_several_says_which(self, noodles: RestaurantView) -> None:
        other = scenes.restaurant("other-bar")
        settle_events()
        ask = of(noodles.id, other.id)
        assert ask("POST", "campaigns", terms()).status_code == 422
        ids_of = [advertising(ask, each) for each in (noodles.id, other.id)]
        assert ask("POST", "campaigns", terms()).status_code == 422
        assert ask("POST", "campaigns", terms(advertiser_id=ids_of[1])).status_code == 201
        assert ask("GET", "reports").status_code == 422
        assert ask("GET", f"reports?advertiser_id={ids_of[0]}").status_code == 200
