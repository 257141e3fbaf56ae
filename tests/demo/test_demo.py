"""`manage.py demo`, against every module's real tables."""

from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from modules.identity.interface import AccountKind, Identity
from modules.restaurants.interface import Point, Restaurants, RestaurantSearch
from modules.rewards.interface import Rewards
from tiffin.interfaces import call

pytestmark = pytest.mark.database

AT_ALICES = RestaurantSearch(point=Point(lat=51.5262, lon=-0.1093), delivering_only=True, open_only=True)


@pytest.fixture
def told(settings: Any, tmp_path: Path) -> Path:
    """Where the demo tells about itself, having been brought."""
    settings.TIFFIN_HOME = tmp_path
    bring()
    return tmp_path / "run" / "demo.json"


def bring() -> str:
    said = StringIO()
    call_command("demo", stdout=said, stderr=StringIO())
    return said.getvalue()


def test_somebody_who_starts_it_can_order_cook_and_deliver(told: Path) -> None:
    summary = json.loads(told.read_text())

    for region in ("gb", "pl"):
        page = call(Restaurants).search(search=RestaurantSearch(region=region, limit=100))
        assert len(page.restaurants) == 20
    assert call(Restaurants).search(search=AT_ALICES).restaurants, "somebody is open at any hour"
    assert {login["page"] for login in summary["logins"]} == {"/", "/restaurant/", "/courier/", "/admin/"}
    assert summary["cards"][0]["method"] == "pm_card_visa"
    assert summary["curl"].count("curl ") == 4
    for region in ("gb", "pl"):
        assert len(call(Rewards).causes(region=region)) == 2
    alice = summary["logins"][0]
    wallet = call(Rewards).wallet(customer_id=UUID(summary["accounts"][alice["email"]]))
    assert wallet.available == 2_000
    session = call(Identity).log_in(
        email=alice["email"], password=alice["password"], kind=AccountKind.CUSTOMER
    )
    assert session.access_token


def test_again_it_does_nothing_and_interrupted_it_goes_on(told: Path) -> None:
    before = json.loads(told.read_text())

    started = time.perf_counter()
    said = bring()
    assert time.perf_counter() - started < 1.0
    assert "already" in said

    told.unlink()
    bring()
    assert json.loads(told.read_text()) == before
