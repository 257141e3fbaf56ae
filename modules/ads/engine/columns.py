"""Values of many flights side by side, so that a decision asks all of its candidates at once."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.int32]

NONE = -1


class Columns:
    """One value a row in each column; subclasses annotate their columns and say of which type they are.

    Whoever reads takes the object once: `grown` makes another, and never changes what is read.
    """

    TYPES: dict[str, type]

    def __init__(self, size: int) -> None:
        self.size = size
        for name, kind in self.TYPES.items():
            setattr(self, name, np.zeros(size, kind))

    def grown(self) -> Self:
        """The same rows, and as many free ones again."""
        larger = type(self)(2 * self.size)
        for name in self.TYPES:
            getattr(larger, name)[: self.size] = getattr(self, name)
        return larger

    def write(self, row: int, **values: Any) -> None:
        for name, value in values.items():
            getattr(self, name)[row] = value

    def clear(self, row: int) -> None:
        for name in self.TYPES:
            getattr(self, name)[row] = 0


class FlightColumns(Columns):
    """Of a flight what is asked of all candidates. `live` is what `Snapshot.refresh` made of the rest: it may
    be shown now, to somebody. `worth` is what an impression brings by what the flight has brought so far.
    Codes say the same in every process."""

    TYPES = {
        "used": np.bool_,
        "live": np.bool_,
        "purse": np.int32,
        "venue": np.int32,
        "region": np.int16,
        "cuisine": np.int32,
        "campaign_code": np.int64,
        "venue_code": np.int64,
        "cuisine_code": np.int64,
        "placements": np.int64,
        "pricing": np.int8,
        "free": np.bool_,
        "bid": np.int64,
        "starts": np.float64,
        "ends": np.float64,
        "week": np.int32,
        "members": np.int8,
        "customers": np.int8,
        "segments": np.int64,
        "goods": np.int64,
        "for_adults": np.bool_,
        "cap": np.int32,
        "to_unknown": np.bool_,
        "quality": np.int64,
        "worth": np.float64,
    }
    used: Bools
    live: Bools
    purse: Rows
    venue: Rows
    region: NDArray[np.int16]
    cuisine: Rows
    campaign_code: Ints
    venue_code: Ints
    cuisine_code: Ints
    placements: Ints
    pricing: NDArray[np.int8]
    free: Bools
    bid: Ints
    starts: Floats
    ends: Floats
    week: Rows
    members: NDArray[np.int8]
    customers: NDArray[np.int8]
    segments: Ints
    goods: Ints
    for_adults: Bools
    cap: Rows
    to_unknown: Bools
    quality: Ints
    worth: Floats


class VenueColumns(Columns):
    """Of a restaurant: it is open from `opens` to `closes`, but takes nothing before `blocked`."""

    TYPES = {
        "used": np.bool_,
        "lat": np.float64,
        "lon": np.float64,
        "level": np.int8,
        "opens": np.float64,
        "closes": np.float64,
        "blocked": np.float64,
    }
    used: Bools
    lat: Floats
    lon: Floats
    level: NDArray[np.int8]
    opens: Floats
    closes: Floats
    blocked: Floats
