"""Where things are: how far, and whether a place lies in a zone."""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from shapely import Point as ShapelyPoint
from shapely import Polygon
from shapely.prepared import PreparedGeometry, prep
from shapely.validation import explain_validity

from modules.restaurants.interface import Point, Ring

EARTH_RADIUS_M = 6_371_008.8
MIN_CORNERS = 3


def distance_m(a: Point, b: Point) -> int:
    """Metres as the crow flies (haversine on the mean Earth radius, IUGG)."""
    half_lat = radians(b.lat - a.lat) / 2
    half_lon = radians(b.lon - a.lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(half_lon) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(chord)))


def contains(zone: Ring, point: Point) -> bool:
    """Whether `point` lies in the zone; its border belongs to it."""
    return _prepared(zone).covers(ShapelyPoint(point.lon, point.lat))


def problem_with(zone: Ring) -> str | None:
    """Why this is no zone, or None."""
    if len(set(zone)) < MIN_CORNERS:
        return f"a zone has at least {MIN_CORNERS} corners"
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in zone):
        return "corners are (longitude, latitude) in degrees"
    polygon = Polygon(zone)
    return None if polygon.is_valid else f"the ring is no polygon: {explain_validity(polygon)}"


def bounds(zone: Ring) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    west, south, east, north = Polygon(zone).bounds
    return west, south, east, north


@lru_cache(maxsize=4096)
def _prepared(zone: Ring) -> PreparedGeometry[Polygon]:
    return prep(Polygon(zone))
