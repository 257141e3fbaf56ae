"""A restaurant advertises, wherever ads runs: it is seen and clicked, costs what it costs, and is gone while
it takes no orders."""

from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from tests.acceptance import asking
from tests.acceptance.people import Customer, Kitchen, Place, until
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
VALUES (gen_random_uuid(), %s, 'All', %s, '{}', '{}', '{}', '{}', 0, 24, 'any', 'any', '{}', 0,
    24, true, true)
"""
_CREATIVE = """
INSERT INTO ads_creative (id, campaign_id, name, headlines, texts, picture, state, note, created_at)
VALUES (gen_random_uuid(), %s, 'One', '{"": "{dish} for {price}"}', '{}', '', 'waiting', '', now())
"""
_EVENTS = "SELECT kind, verdict FROM ads_adevent WHERE campaign_id = %s"
_SPENT = "SELECT spent FROM ads_campaignday WHERE campaign_id = %s AND spent > 0"


def test_from_an_approval_to_a_click_that_is_paid_for(
    platform: Platform, places: Any, kitchen_of: Any
) -> None:
    campaign = approved(platform, places.open)
    with asking.client(platform.base_url, headers={"User-Agent": "Mozilla/5.0 Firefox/133.0"}) as browser:
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


def test_who_agreed_to_it_is_asked_how_a_meal_was_with_an_ad_below(
    platform: Platform, places: Any, kitchen_of: Any
) -> None:
    campaign = approved(platform, places.open, placement="email")
    customer = Customer(platform.base_url, places.open)
    consent = {"personal": True, "by_email": True}
    assert customer.put("/ads/consent", consent).json() == consent
    kitchen: Kitchen = kitchen_of(places.open)

    def asked() -> EmailMessage | None:
        """Of another order, until the worker knows what there is to show."""
        order = customer.order_with(places.open, fulfilment="pickup")
        kitchen.hands_over(order)
        return until(lambda: feedback(platform, customer.email, order["id"]), bool)

    mail = until(asked, lambda mail: "Ramen & Co" in text_of(mail), seconds=60)
    (end,) = re.findall(r"No ads in e-mails: \S+(/unsubscribe/\S+)", text_of(mail))
    # A mail server that follows the link at once is nobody and takes it from nobody.
    (click,) = re.findall(r"\S+(/api/v1/ads/clicks/\S+)", text_of(mail))
    with asking.client(platform.base_url, headers={"User-Agent": "Mozilla/5.0 Firefox/133.0"}) as browser:
        answer = browser.get(click)
        assert (answer.status_code, answer.headers["Location"][:3]) == (302, "/r/")
        assert browser.post(end).status_code == 200
    assert customer.get("/ads/consent").json() == {"personal": True, "by_email": False}
    events = platform.sql("ads", _EVENTS, [campaign])
    assert set(events) == {("impression", "valid")}


def feedback(platform: Platform, to: str, order_id: str) -> EmailMessage | None:
    """The e-mail that asks how an order was."""
    for file in (platform.home_of("notifications") / "mail").glob("*.log"):
        for one in re.split(r"(?m)^-{79}$", file.read_text()):
            mail = email.message_from_string(one.strip(), policy=policy.default)
            if mail["To"] == to and mail["Subject"] == "How was your meal?" and order_id in text_of(mail):
                return mail
    return None


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def approved(platform: Platform, place: Place, *, placement: str = "home_carousel") -> str:
    """By staff, on their page."""
    ((advertiser,),) = platform.sql("ads", _ADVERTISER, [place.id])
    ((campaign,),) = platform.sql("ads", _CAMPAIGN, [advertiser])
    platform.sql("ads", _FLIGHT, [campaign, [placement]])
    platform.sql("ads", _CREATIVE, [campaign])
    platform.await_rows("ads", "SELECT 1 FROM ads_knownrestaurant WHERE id = %s", [place.id])
    with asking.client(platform.base_url, follow_redirects=True) as staff:
        log_in(staff, platform)
        form = {"action": "approve", "_selected_action": str(campaign)}
        form["csrfmiddlewaretoken"] = hidden(staff.get("/admin/ads/campaign/").text, "csrfmiddlewaretoken")
        seen = f"seen-{campaign}"
        form[seen] = hidden(staff.post("/admin/ads/campaign/", data=form).text, seen)
        assert "Approved." in staff.post("/admin/ads/campaign/", data={**form, "confirmed": "yes"}).text
    return str(campaign)


def hidden(page: str, name: str) -> str:
    """What a form holds besides what is seen of it."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


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
