"""Distances."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from modules.delivery.interface import Point

EARTH_RADIUS_METRES = 6_371_008.8  # the mean radius R₁ of WGS 84


def metres(one: Point, other: Point) -> int:
    """Along the great circle, by the haversine formula; right to about 0.5 %."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half_chord = (
        sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_METRES * asin(sqrt(half_chord)))
