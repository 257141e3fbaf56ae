"""Goods that a region's law lets be advertised at some hours only, by the region's own clocks. What was
loaded once is asked at each of these hours, as in a process that runs on."""

from __future__ import annotations

from datetime import datetime

import pytest

from modules.ads.kinds import Goods
from modules.ads.tests import scenes
from tiffin import clock, regions
from tiffin.regions import Region, discovery
from tiffin.regions.file import read

pytestmark = pytest.mark.usefixtures("database")

LAW = """
name = "A law"
[[ads.restrictions]]
goods = "less_healthy"
hours = "20:00-06:00"
spares = ["brand"]
valid_from = 2020-01-01
source = "made up for this test"
confirmed = true
"""
# London's clocks are an hour ahead in July.
SUMMER, WINTER = "2026-07-15T{}+00:00", "2026-12-15T{}+00:00"


@pytest.fixture(autouse=True)
def _restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Britain with that law instead of its own."""
    gb = discovery.load("gb", "regions.gb")
    _, law = read(LAW, path="a test")
    changed = Region(code="gb", package=gb.package, path=gb.path, name=gb.name, tables={**gb.tables, **law})
    found = {**discovery.found(), "gb": changed}
    monkeypatch.setattr(discovery, "found", lambda: found)
    assert regions.get("gb") is changed


def shows(at: str) -> list[str]:
    with clock.hold(datetime.fromisoformat(at)):
        return [ad.advertiser for ad in scenes.ads(scenes.look())]


def advertise(at: str, **of: object) -> None:
    with clock.hold(datetime.fromisoformat(at)):
        scenes.running(scenes.advertiser(**of), goods=[Goods.LESS_HEALTHY.value])
        scenes.open_for_ads()


@pytest.mark.parametrize(
    ("day", "at", "allowed"),
    [
        (SUMMER, "18:59", False),
        (SUMMER, "19:00", True),
        (SUMMER, "23:30", True),
        (SUMMER, "04:59", True),
        (SUMMER, "05:00", False),
        (WINTER, "19:00", False),
        (WINTER, "20:00", True),
        (WINTER, "05:59", True),
        (WINTER, "06:00", False),
    ],
)
def test_restricted_goods_are_shown_within_their_hours_by_the_clocks_there(
    day: str, at: str, allowed: bool
) -> None:
    burgers = scenes.restaurant(name="Burger Bar")
    advertise(day.format("00:30"), restaurant_id=burgers.id, name="Burger Bar")

    assert shows(day.format(at)) == (["Burger Bar"] if allowed else [])


def test_whom_the_law_spares_is_shown_at_any_hour() -> None:
    advertise(WINTER.format("11:00"), name="Crisps")

    assert shows(WINTER.format("12:00")) == ["Crisps"]
