"""Apps ask for their flags, and tell what made a difference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from modules.experiments.models import Exposure, Rollout
from modules.experiments.services import flags
from modules.experiments.tests import scenes
from tiffin import clock, ids
from tiffin import flags as kernel
from tiffin.context import Actor, ActorKind
from tiffin.testing.people import token

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]


def ask(actor: Actor | None = None, **body: Any) -> Any:
    kernel.refresh()
    headers = {"Authorization": f"Bearer {token(actor)}"} if actor else {}
    answer = Client(headers=headers).post(
        "/api/v1/experiments/flags", {"region": "pl", **body}, content_type="application/json"
    )
    return answer.json()


def tell(*tokens: str) -> Any:
    return Client().post(
        "/api/v1/experiments/exposures", {"tokens": list(tokens)}, content_type="application/json"
    )


def test_only_public_flags_are_answered() -> None:
    scenes.flag("apps.map", value="new", is_public=True)
    scenes.flag("shop.secret")

    assert ask() == {"flags": {"apps.map": {"value": "new", "exposures": []}}}


def test_a_browser_takes_part_once_it_tells() -> None:
    scenes.running(scenes.flag(is_public=True), unit_name="device", metric="ad_clicks")
    browser = str(ids.new_id())

    answered = ask(device_id=browser)["flags"]["shop.colour"]
    assert not Exposure.objects.exists()
    told = [tell(*answered["exposures"]).json() for _ in range(2)]

    assert told == [{"counted": 1}, {"counted": 0}]
    exposure = Exposure.objects.get()
    assert (exposure.unit, exposure.attribute) == (browser, "device")
    assert (exposure.variation == "new") == (answered["value"] == "green")


def test_a_customer_is_who_bears_the_token() -> None:
    scenes.running(scenes.flag(is_public=True))
    customer = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())

    (exposure,) = ask(customer)["flags"]["shop.colour"]["exposures"]
    tell(exposure)

    assert Exposure.objects.get().unit == str(customer.id)
    assert ask()["flags"]["shop.colour"]["exposures"] == []


def test_what_was_not_answered_here_counts_for_nothing() -> None:
    scenes.running(scenes.flag(is_public=True), unit_name="device", metric="ad_clicks")
    (exposure,) = ask(device_id=str(ids.new_id()))["flags"]["shop.colour"]["exposures"]

    refused = tell(exposure, exposure[:-2] + "xx")

    assert refused.status_code == 422
    assert refused.json()["code"] == "exposure_token_invalid"
    assert not Exposure.objects.exists()
    with clock.shift(timedelta(days=2)):
        assert tell(exposure).status_code == 422


def test_nobody_says_that_they_are_somebody_else() -> None:
    scenes.running(scenes.flag(is_public=True))

    answered = ask(attributes={"customer": str(ids.new_id()), "id": "me"})

    assert answered["flags"]["shop.colour"]["exposures"] == []


def test_attributes_are_for_conditions() -> None:
    made = scenes.flag(is_public=True)
    flags.keep_rollout(Rollout(flag=made, value="green", condition={"platform": "ios"}))

    assert ask(attributes={"platform": "ios"})["flags"]["shop.colour"]["value"] == "green"
    assert ask(attributes={"platform": "web"})["flags"]["shop.colour"]["value"] == "red"
    assert ask(attributes={str(place): "" for place in range(21)})["status"] == 422


def test_a_region_that_there_is_not_is_said() -> None:
    assert ask(region="atlantis")["code"] == "unknown_region"
