"""The ground in squares of a hundredth of a degree, so that an address finds the flights around it."""

from __future__ import annotations

from functools import lru_cache
from math import floor

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from modules.ads.engine.servable import Ring

CELLS_A_DEGREE = 100
MOST_CELLS = 20_000
_COLUMNS = 360 * CELLS_A_DEGREE


def cell_of(lat: float, lon: float) -> int:
    """The square in which a point lies."""
    return floor((lat + 90) * CELLS_A_DEGREE) * _COLUMNS + floor((lon + 180) * CELLS_A_DEGREE) % _COLUMNS


@lru_cache(maxsize=20_000)
def cells_of(*rings: Ring) -> tuple[int, ...]:
    """The squares that are touched where all of these rings lie. Raises ValueError where those are more than
    MOST_CELLS."""
    polygon = polygon_of(*rings)
    if polygon.is_empty:
        return ()
    west, south, east, north = polygon.bounds
    columns = np.arange(floor((west + 180) * CELLS_A_DEGREE), floor((east + 180) * CELLS_A_DEGREE) + 1)
    lines = np.arange(floor((south + 90) * CELLS_A_DEGREE), floor((north + 90) * CELLS_A_DEGREE) + 1)
    if len(columns) * len(lines) > MOST_CELLS:
        raise ValueError(f"a zone of {len(columns) * len(lines)} squares is too large")
    column, line = (each.ravel() for each in np.meshgrid(columns, lines))
    left, below = column / CELLS_A_DEGREE - 180, line / CELLS_A_DEGREE - 90
    squares = shapely.box(left, below, left + 1 / CELLS_A_DEGREE, below + 1 / CELLS_A_DEGREE)
    touched = shapely.intersects(polygon, squares)
    return tuple((line * _COLUMNS + column % _COLUMNS)[touched].tolist())


@lru_cache(maxsize=20_000)
def polygon_of(*rings: Ring) -> BaseGeometry:
    """Where all of these rings lie; may be empty."""
    found: BaseGeometry = Polygon(rings[0])
    for ring in rings[1:]:
        found = found.intersection(Polygon(ring))
    shapely.prepare(found)
    return found
