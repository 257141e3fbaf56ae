"""A restaurant advertises, wherever ads runs: it is seen and clicked, costs what it costs, and is gone while
it takes no orders."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.acceptance.people import Kitchen, Place, until
from tests.acceptance.staff import log_in
from tiffin.testing.running import Platform

pytestmark = pytest.mark.platform

_ADVERTISER = """
INSERT INTO ads_advertiser (id, region, version, log_txid, created_at, kind, name, restaurant_id, is_blocked)
VALUES (gen_random_uuid(), 'gb', 0, 0, now(), 'restaurant', 'Ramen & Co', %s, false)
ON CONFLICT (restaurant_id) DO UPDATE SET name = excluded.name RETURNING id
"""
_CAMPAIGN = """
INSERT INTO ads_campaign (id, region, version, log_txid, created_at, advertiser_id, name, objective, pricing,
    bid, budget, pacing, starts_at, ends_at, goods, landing, quality, holdout, state, note)
VALUES (gen_random_uuid(), 'gb', 0, 0, now(), %s, 'Ramen', 'traffic', 'cpc', 5000000, 500000000, 'asap',
    now() - interval '1 hour', now() + interval '1 year', '{}', '', 1000, 0, 'submitted', '') RETURNING id
"""
_FLIGHT = """
INSERT INTO ads_flight (id, campaign_id, name, placements, cities, cuisines, keywords, weekdays, from_hour,
    to_hour, members, customers, segments, cap, cap_hours, to_unknown, is_on)
VALUES (gen_random_uuid(), %s, 'All', '{home_carousel}', '{}', '{}', '{}', '{}', 0, 24, 'any', 'any', '{}', 0,
    24, true, true)
"""
_CREATIVE = """
INSERT INTO ads_creative (id, campaign_id, name, headlines, texts, picture, state, note, created_at)
VALUES (gen_random_uuid(), %s, 'One', '{"": "{dish} for {price}"}', '{}', '', 'waiting', '', now())
"""
_SPENT = "SELECT spent FROM ads_campaignday WHERE campaign_id = %s AND spent > 0"


def test_from_an_approval_to_a_click_that_is_paid_for(
    platform: Platform, places: Any, kitchen_of: Any
) -> None:
    campaign = approved(platform, places.open)
    with httpx.Client(
        base_url=platform.base_url, timeout=20, headers={"User-Agent": "Mozilla/5.0 Firefox/133.0"}
    ) as browser:
        (ad,) = until(lambda: ads_of(browser, places.open), bool)
        assert ad["headline"].startswith("Ramen for £")
        told = browser.post("/api/v1/ads/impressions", json={"tokens": [ad["token"]]})
        assert told.json() == {"counted": 1}
        click = browser.get(ad["click"])
        assert (click.status_code, click.headers["Location"]) == (302, f"/r/{ad['restaurant_slug']}/")
        until(lambda: platform.sql("ads", _SPENT, [campaign]), bool)
        assert 'data-ad="' in home(browser, places.open)

        kitchen: Kitchen = kitchen_of(places.open)
        assert kitchen.post("/restaurant/pause", {"minutes": 30}).is_success
        try:
            until(lambda: ads_of(browser, places.open), lambda ads: not ads)
        finally:
            assert kitchen.post("/restaurant/resume", {}).is_success
        until(lambda: ads_of(browser, places.open), bool)


def approved(platform: Platform, place: Place) -> str:
    """By staff, on their page."""
    ((advertiser,),) = platform.sql("ads", _ADVERTISER, [place.id])
    ((campaign,),) = platform.sql("ads", _CAMPAIGN, [advertiser])
    platform.sql("ads", _FLIGHT, [campaign])
    platform.sql("ads", _CREATIVE, [campaign])
    platform.await_rows("ads", "SELECT 1 FROM ads_knownrestaurant WHERE id = %s", [place.id])
    with httpx.Client(base_url=platform.base_url, follow_redirects=True, timeout=20) as staff:
        log_in(staff, platform)
        page = staff.get("/admin/ads/campaign/")
        form = {"action": "approve", "_selected_action": str(campaign)}
        form["csrfmiddlewaretoken"] = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition(
            '"'
        )[0]
        assert "Approved." in staff.post("/admin/ads/campaign/", data=form).text
    return str(campaign)


def ads_of(browser: httpx.Client, place: Place) -> list[dict[str, Any]]:
    """Those of the place, beside whatever else is advertised there."""
    view = {
        "region": "gb",
        "point": {"lat": place.lat, "lon": place.lon},
        "language": "en",
        "places": [{"placement": "home_carousel", "slots": 5}],
    }
    answer = browser.post("/api/v1/ads/decisions", json=view)
    assert answer.status_code == 200, answer.text
    ads = [ad for each in answer.json()["places"] for ad in each["ads"]]
    return [ad for ad in ads if ad["restaurant_id"] == str(place.id)]


def home(browser: httpx.Client, place: Place) -> str:
    answer = browser.get("/", params={"city": "london", "lat": place.lat, "lon": place.lon})
    assert answer.status_code == 200
    return answer.text
