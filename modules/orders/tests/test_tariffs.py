"""What a delivery costs where and when, as a region's file says it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modules.orders.interface import Point
from modules.orders.policies import Zone
from modules.orders.tariffs import delivery_fee, zone_of
from tiffin.regions import NoRuleInForce, Region
from tiffin.regions.file import read

DATED = 'valid_from = 2020-01-01, source = "made up for tests", confirmed = true'
BASICS = f"""
name = "Somewhere"
currency = [{{ value = "EUR", {DATED} }}]
prices_include_tax = [{{ value = true, {DATED} }}]
languages = [{{ value = ["en"], {DATED} }}]
time_zone = [{{ value = "Europe/Paris", {DATED} }}]
zones = [
    {{ code = "town", name = "Town", lat = 48.0, lon = 2.0, radius_m = 5000, {DATED} }},
    {{ code = "isle", name = "Isle", lat = 48.01, lon = 2.0, radius_m = 500, {DATED} }},
]
"""
ROWS = {
    "plain": "base = 100",
    "evening": 'base = 200, hours = "18:00-22:00"',
    "town": 'base = 300, zone = "town"',
    "town on Friday evening": 'base = 400, zone = "town", hours = "Fr 18:00-22:00"',
}
TOWN, ISLE, ELSEWHERE = Point(lat=48.02, lon=2.0), Point(lat=48.011, lon=2.0), Point(lat=49.0, lon=2.0)
# In Paris it is 13:00 and 19:00 on a Thursday, and 19:00 on a Friday, in summer.
NOON = datetime(2026, 7, 2, 11, 0, tzinfo=UTC)
EVENING = datetime(2026, 7, 2, 17, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 7, 3, 17, 0, tzinfo=UTC)


def region(*rows: str) -> Region:
    rest = 'per_km = 50, free_km = "1.0", max = 900'
    fees = ", ".join(f"{{ {ROWS[row]}, {rest}, {DATED} }}" for row in rows)
    name, tables = read(f"{BASICS}\n[fees]\ndelivery = [{fees}]", path="somewhere")
    return Region(code="xx", package="tests.regions.xt", path="somewhere", name=name, tables=tables)


@pytest.mark.parametrize(
    ("to", "at", "base"),
    [
        (ELSEWHERE, NOON, 100),
        (ELSEWHERE, EVENING, 200),
        (TOWN, NOON, 300),
        (TOWN, EVENING, 300),
        (TOWN, FRIDAY, 400),
        (ISLE, NOON, 100),
        (ISLE, EVENING, 200),
    ],
)
def test_the_row_that_says_most_about_place_and_time_holds(to: Point, at: datetime, base: int) -> None:
    assert delivery_fee(region(*ROWS), to=to, at=at).base == base
    assert delivery_fee(region(*reversed(ROWS)), to=to, at=at).base == base


def test_the_smallest_zone_around_a_point_counts() -> None:
    zones = region("plain").rules("zones", Zone, on=NOON.date())
    assert [zone_of(point, zones) for point in (TOWN, ISLE, ELSEWHERE)] == ["town", "isle", ""]


def test_a_region_without_a_row_for_all_says_so() -> None:
    with pytest.raises(NoRuleInForce, match=r"fees\.delivery"):
        delivery_fee(region("town"), to=ELSEWHERE, at=NOON)
