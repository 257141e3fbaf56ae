"""Which of a region's delivery fees holds for a place at a time."""

from __future__ import annotations

from datetime import datetime

from modules.orders.geography import distance_m
from modules.orders.interface import Point
from modules.orders.menus import is_open
from modules.orders.policies import DeliveryFee, Zone
from tiffin.regions import NoRuleInForce, Region


def delivery_fee(region: Region, *, to: Point, at: datetime) -> DeliveryFee:
    """The row that says most about the place and the time: a zone's before one for all, and of these one with
    hours before one without. Raises NoRuleInForce when no row holds.
    """
    today = region.local(at).date()
    zone = zone_of(to, region.rules("zones", Zone, on=today))
    rows = [
        row
        for row in region.rules("fees.delivery", DeliveryFee, on=today)
        if row.zone in {"", zone} and (not row.hours or is_open(row.hours, at=at, zone=str(region.time_zone)))
    ]
    if not rows:
        raise NoRuleInForce(f"{region.path}: fees.delivery: no row holds for {to} on {today}")
    return max(rows, key=lambda row: (bool(row.zone), bool(row.hours)))


def zone_of(point: Point, zones: list[Zone]) -> str:
    """The code of the smallest zone around the point; empty outside of all."""
    around = [zone for zone in zones if distance_m(point, Point(lat=zone.lat, lon=zone.lon)) <= zone.radius_m]
    return min(around, key=lambda zone: zone.radius_m).code if around else ""
