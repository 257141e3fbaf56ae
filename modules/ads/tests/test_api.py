"""Ads over HTTP: what is asked, what is refused, and where a click leads."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from modules.ads.models import AdEvent, Viewer
from modules.ads.rest import asking
from modules.ads.tests import scenes
from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.testing.people import token

DECISIONS, IMPRESSIONS = "/api/v1/ads/decisions", "/api/v1/ads/impressions"
HOME = {
    "region": "gb",
    "point": {"lat": 51.5136, "lon": -0.1365},
    "places": [{"placement": "home_carousel", "slots": 2}],
}
BROWSER = {"HTTP_USER_AGENT": scenes.PERSON.user_agent}


@pytest.fixture
def http() -> Client:
    return Client(**BROWSER)


def post(http: Client, path: str, body: object, **headers: str) -> Any:
    return http.post(path, json.dumps(body), content_type="application/json", **headers)


@pytest.mark.usefixtures("database")
class TestPages:
    def test_a_page_shows_ads_tells_so_and_a_click_leads_on(self, http: Client) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        answer = post(http, DECISIONS, HOME)
        (place,) = answer.json()["places"]
        (ad,) = place["ads"]
        assert (answer.status_code, place["no_fill"], ad["headline"]) == (
            200,
            "nothing_eligible",
            "Drink cola",
        )
        assert post(http, IMPRESSIONS, {"tokens": [ad["token"]]}).json() == {"counted": 1}
        click = http.get(ad["click"])
        assert (click.status_code, click["Location"]) == (302, "https://cola.example/")
        assert AdEvent.objects.count() == 2

    def test_a_click_on_nothing_is_not_found(self, http: Client) -> None:
        answer = http.get("/api/v1/ads/clicks/abc")
        assert (answer.status_code, answer.json()["code"]) == (404, "offer_invalid")

    @pytest.mark.parametrize(
        ("more", "status", "code"),
        [
            ({"region": "atlantis"}, 404, "unknown_region"),
            ({"places": []}, 422, "invalid"),
            ({"places": [{"placement": "the_moon"}]}, 422, "invalid"),
            ({"places": [{"placement": "email", "slots": 21}]}, 422, "invalid"),
            ({"places": HOME["places"] * 2}, 422, "too_many_slots"),
            ({"point": {"lat": 91, "lon": 0}}, 422, "invalid"),
            ({"device_id": 7}, 422, "invalid"),
        ],
    )
    def test_what_is_wrong_is_said(self, http: Client, more: dict[str, Any], status: int, code: str) -> None:
        answer = post(http, DECISIONS, {**HOME, **more})
        assert answer.status_code == status
        assert code in answer.json()["code"]

    def test_a_customer_agrees_and_takes_it_back(self, http: Client) -> None:
        customer = ids.new_id()
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token(Actor(kind=ActorKind.CUSTOMER, id=customer))}"}
        assert http.get("/api/v1/ads/consent", **headers).json() == {"personal": False, "by_email": False}
        for sent, kept in (
            ({"personal": True}, {"personal": True, "by_email": False}),
            ({"personal": True, "by_email": True}, {"personal": True, "by_email": True}),
            ({"personal": False}, {"personal": False, "by_email": True}),
        ):
            http.put("/api/v1/ads/consent", sent, content_type="application/json", **headers)
            assert http.get("/api/v1/ads/consent", **headers).json() == kept
        assert not Viewer.objects.get(pk=customer).is_personal

    def test_a_browser_that_does_not_agree_any_more_is_forgotten(self, http: Client) -> None:
        device = str(uuid4())
        for personal in (True, False):
            body = {"device_id": device, "personal": personal}
            answer = http.put("/api/v1/ads/device-consent", body, content_type="application/json")
            assert answer.status_code == 204
            assert Viewer.objects.filter(pk=device).exists() is personal


_TEXTS = st.one_of(
    st.sampled_from(["", " ", "a", " a", "a ", "ł\n", "\x00", "gb", "x" * 17, "x" * 81]), st.text(max_size=5)
)
_PAGES = st.fixed_dictionaries(
    {
        "places": st.lists(
            st.fixed_dictionaries(
                {"placement": st.sampled_from(["email", "home_carousel", "unknown", "x", 1, None])},
                optional={"slots": st.one_of(st.integers(-1, 22), st.sampled_from(["2", 2.0, True, None]))},
            ),
            max_size=2,
        ),
        "region": _TEXTS,
    },
    optional={
        "device_id": st.one_of(st.uuids().map(str), st.sampled_from([1, True, None, "x"])),
        "point": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "lat": st.one_of(st.floats(-91, 91), st.sampled_from(["1.5", True, None])),
                    "lon": st.floats(-181, 181),
                }
            ),
        ),
        "city": _TEXTS,
        "text": _TEXTS,
        "language": st.one_of(_TEXTS, st.integers(), st.booleans()),
        "strange": st.integers(),
    },
)


@given(_PAGES)
def test_what_is_read_at_once_is_what_is_read_as_usual(page: dict[str, Any]) -> None:
    body = json.dumps(page)
    sent = RequestFactory().post(DECISIONS, body, content_type="application/json")
    at_once = asking._at_once(Request(sent, parsers=[JSONParser()]))
    if at_once is not None:
        usual = RequestFactory().post(DECISIONS, body, content_type="application/json")
        assert asking._as_usual(Request(usual, parsers=[JSONParser()])) == at_once
