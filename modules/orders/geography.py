"""Distances and zones on the ground."""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from shapely import Point as ShapelyPoint
from shapely import Polygon
from shapely.prepared import PreparedGeometry, prep

from modules.restaurants.interface import Point, Ring

# Mean earth radius, IUGG.
_EARTH_RADIUS_M = 6_371_009


def distance_m(one: Point, other: Point) -> int:
    """Metres as the crow flies (haversine), rounded."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(other.lon - one.lon) / 2
    h = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return round(2 * _EARTH_RADIUS_M * asin(sqrt(h)))


def in_zone(point: Point, zone: Ring) -> bool:
    """Whether the point lies in the polygon or on its border."""
    return bool(_prepared(zone).covers(ShapelyPoint(point.lon, point.lat)))


@lru_cache(maxsize=1024)
def _prepared(zone: Ring) -> PreparedGeometry[Polygon]:
    return prep(Polygon(zone))
