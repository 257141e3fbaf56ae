"""What a prediction goes by: of the flight, of the page, of who looks, and of how they go together."""

from __future__ import annotations

from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from modules.ads.engine.columns import NONE, Floats, Ints, Rows
from modules.ads.engine.prediction import NOWHERE, WEIGHTS, Features
from modules.ads.engine.snapshot import PLACEMENT_BITS, Snapshot
from modules.ads.engine.viewer import Viewer
from modules.ads.interface import MOST_SLOTS, Placement

_METRES_A_DEGREE = 111_195  # of a great circle, mean Earth radius (IUGG)
_DISTANCES = np.array([500, 1000, 2000, 4000])
_DAYS = np.array([7, 21, 60])
_SHARES = np.array([0.001, 0.1, 0.3, 0.6])
FAR = 100_000.0
# The cuisine of a page whose cuisine nothing that can be shown is of or for.
OTHER = -2
# One for each field, the last for slots.
_SEEDS: Features = (np.arange(1, 33) * 0x9E3779B1 & 0xFFFFFFFF).astype(np.uint32)


class Scene(NamedTuple):
    """A page as a decision sees it; `hour` is that of the week there, `venue` and `cuisine` are rows and
    numbers or NONE, `cuisine` also OTHER."""

    region: int
    hour: int
    lat: float | None = None
    lon: float | None = None
    cell: int = NONE
    city: str = ""
    words: tuple[str, ...] = ()
    cuisine: int = NONE
    venue: int = NONE
    adult: bool = False


class Affinities(NamedTuple):
    """How candidates go together with who looks: the share of their cuisine in what somebody orders, days
    since their last order there (NONE: none), how dear, and how far (metres)."""

    likes: Floats
    days: Ints
    level: Ints
    metres: Floats

    def at(self, places: Rows) -> Affinities:
        return Affinities(self.likes[places], self.days[places], self.level[places], self.metres[places])


def affinities(snapshot: Snapshot, rows: Rows, viewer: Viewer, scene: Scene, now: float) -> Affinities:
    flights, venues = snapshot.flights, snapshot.venues
    venue, cuisine = flights.venue[rows], flights.cuisine[rows]
    likes = np.zeros(len(rows))
    days = np.full(len(rows), NONE, np.int64)
    if viewer.is_personal:
        shares = np.zeros(len(snapshot.cuisines) + 1)  # the last is for those without
        for name in viewer.habits.cuisines:
            number = snapshot.cuisines.known(name)
            if number != NONE:
                shares[number] = viewer.likes(name)
        likes = shares[cuisine]
        for row, since in ordered_at(snapshot, viewer, now).items():
            days[venue == row] = since
    metres = np.full(len(rows), FAR)
    if scene.lat is not None and scene.lon is not None:
        north = (venues.lat[venue] - scene.lat) * _METRES_A_DEGREE
        east = (venues.lon[venue] - scene.lon) * _METRES_A_DEGREE * np.cos(np.radians(scene.lat))
        metres = np.where(venue == NONE, FAR, np.hypot(north, east))
    return Affinities(likes, days, venues.level[venue].astype(np.int64), metres)


def ordered_at(snapshot: Snapshot, viewer: Viewer, now: float) -> dict[int, int]:
    """Days since the last order by the rows of restaurants."""
    found = {}
    for id in viewer.habits.venues:
        row = snapshot.venue_row(id)
        since = viewer.days_since_order(id, now)
        if row != NONE and since is not None:
            found[row] = since
    return found


def features(
    snapshot: Snapshot, rows: Rows, placement: Placement, scene: Scene, viewer: Viewer, given: Affinities
) -> Features:
    """Places of weights, rows × features, for the first slot."""
    flights = snapshot.flights
    bit = PLACEMENT_BITS[placement]
    campaign, cuisine, venue = (
        flights.campaign_code[rows],
        flights.cuisine_code[rows],
        flights.venue_code[rows],
    )
    part = scene.hour % 24 // 3
    liked = np.searchsorted(_SHARES, given.likes, side="right")
    since = np.where(given.days == NONE, 9, np.searchsorted(_DAYS, given.days))
    known = (1 if viewer.is_personal else 0) + (2 if viewer.is_member else 0)
    favourites = _favourites(viewer)
    columns: tuple[NDArray[np.signedinteger] | int, ...] = (
        bit,
        campaign,
        campaign * 64 + bit,
        venue,
        cuisine * 64 + bit,
        cuisine * 8 + part,
        liked * 64 + bit,
        liked * 1000 + cuisine,
        since * 4 + known,
        np.searchsorted(_DISTANCES, given.metres),
        given.level * 8 + _usual_level(viewer),
        cuisine * 31 + favourites[0],
        cuisine * 31 + favourites[1],
        venue + favourites[0],
        bool(scene.words) + 2 * (scene.cuisine == NONE) + 4 * (flights.cuisine[rows] == scene.cuisine),
    )
    values = np.empty((len(rows), len(columns)), np.int64)
    for field, column in enumerate(columns):
        values[:, field] = column
    return _hashed(values, _SEEDS[: len(columns)])


def _favourites(viewer: Viewer) -> tuple[int, int]:
    """Codes of the two cuisines that somebody orders most; 0 for none."""
    cuisines = viewer.habits.cuisines if viewer.is_personal else {}
    most = sorted(cuisines, key=lambda name: -cuisines[name])[:2]
    first, second, *_ = *(crc32(name.encode()) for name in most), 0, 0
    return first, second


def _usual_level(viewer: Viewer) -> int:
    levels = viewer.habits.levels
    return max(levels, key=lambda level: levels[level]) if viewer.is_personal and levels else 7


def in_slot(found: Features, slot: int) -> Features:
    """The features of one flight when it stands in that slot: position has a weight of its own, but where it
    is first, from where all are compared."""
    return np.append(found, _IN_SLOT[slot])


def _hashed(values: NDArray[np.int64], seeds: Features) -> Features:
    """The finaliser of MurmurHash3 (Appleby, public domain), by which close numbers lie far apart."""
    mixed = values.astype(np.uint32)
    mixed += seeds
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    mixed &= np.uint32(WEIGHTS - 1)
    return mixed


_IN_SLOT = _hashed(np.arange(MOST_SLOTS), _SEEDS[-1:])
_IN_SLOT[0] = NOWHERE
