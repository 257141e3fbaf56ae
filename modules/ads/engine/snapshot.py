"""All that can be shown, in this process's memory. One thread at a time changes it; many decide by it
meanwhile, and take what they read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf
from threading import RLock
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

import numpy as np
from shapely import Point
from shapely.geometry.base import BaseGeometry

from modules.ads.engine.allowances import Allowances
from modules.ads.engine.cells import cells_of, polygon_of
from modules.ads.engine.columns import NONE, Bools, FlightColumns, Ints, VenueColumns
from modules.ads.engine.index import Ground, Index
from modules.ads.engine.names import Names, Places
from modules.ads.engine.prediction import first_worth
from modules.ads.engine.servable import Ring, Servable, Venue
from modules.ads.engine.venues import next_open
from modules.ads.engine.words import words_of
from modules.ads.interface import Placement, Pricing
from modules.ads.kinds import Customers, Members

PLACEMENT_BITS = {placement: 1 << place for place, placement in enumerate(Placement)}
PRICING_CODES = {pricing: code for code, pricing in enumerate(Pricing)}
MEMBERS_CODES = {members: code for code, members in enumerate(Members)}
CUSTOMERS_CODES = {customers: code for code, customers in enumerate(Customers)}
# Opening hours that are read anew in one refresh: whoever closed stays closed until its turn comes.
HOURS_A_REFRESH = 200
_SIZE = 64
_DAYS = 7


class RegionNow(NamedTuple):
    """The hour of the week in a region, and the goods (bits) that may not be advertised there now."""

    week_hour: int
    forbidden: int = 0


class Snapshot:
    """Flights and restaurants, their columns, and the index."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.flights = FlightColumns(_SIZE)
        self.venues = VenueColumns(_SIZE)
        self.index = Index()
        self.allowances = Allowances()
        self.regions: Names[str] = Names()
        self.cuisines: Names[str] = Names()
        self.servables: dict[int, Servable] = {}  # by row
        self.restaurants: dict[int, Venue] = {}  # by row
        self.revision = 0
        self._flight_rows: Places[UUID] = Places()
        self._venue_rows: Places[UUID] = Places()
        self._grounds: dict[int, tuple[Ground, frozenset[str]]] = {}
        self._areas: dict[int, BaseGeometry] = {}
        self._cities: dict[tuple[int, int], str] = {}  # by region and square
        self._flights_of: defaultdict[UUID, set[int]] = defaultdict(set)
        self._weeks = Names[int]()
        self._hours: Bools = np.zeros((0, 24 * _DAYS), np.bool_)

    # --- what changes -------------------------------------------------------------------------------

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Many are put now: the index is made once, at the end."""
        with self.lock:
            self.index.load()
            try:
                yield
            finally:
                self.index.loaded()

    def put_flight(self, flight: Servable) -> None:
        """A flight that is new or has changed. It is shown from the next refresh on."""
        with self.lock:
            row = self._flight_rows.take(flight.id)
            if row >= self.flights.size:
                self.flights = self.flights.grown()
            self._leave_index(row)
            self._write(row, flight)
            self._enter_index(row, flight)
            if flight.venue:
                self._flights_of[flight.venue].add(row)
            self.revision += 1

    def remove_flight(self, id: UUID) -> None:
        """A flight that is over, or may not be shown any more: at once."""
        with self.lock:
            row = self._flight_rows.rows.get(id)
            if row is None:
                return
            self.flights.clear(row)
            self._leave_index(row)
            flight = self.servables.pop(row)
            if flight.venue:
                self._flights_of[flight.venue].discard(row)
            self._flight_rows.give_back(id)
            self.revision += 1

    def put_venue(self, venue: Venue) -> None:
        """A restaurant as it stands: one that takes no orders is not advertised from now on."""
        with self.lock:
            row = self._venue_rows.take(venue.id)
            if row >= self.venues.size:
                self.venues = self.venues.grown()
            before = self.restaurants.get(row)
            self.restaurants[row] = venue
            self.venues.write(row, used=True, lat=venue.lat, lon=venue.lon, level=venue.level)
            self.venues.blocked[row] = venue.blocked_until.timestamp() if venue.blocked_until else -inf
            if before is None or before.opening_hours != venue.opening_hours:
                self.venues.opens[row] = self.venues.closes[row] = -inf
            if before is None or _stands(before) != _stands(venue):
                self._learn_city(venue)
                for flight_row in self._flights_of[venue.id]:
                    self._leave_index(flight_row)
                    self._write(flight_row, self.servables[flight_row])
                    self._enter_index(flight_row, self.servables[flight_row])
            self.revision += 1

    def remove_venue(self, id: UUID) -> None:
        """A restaurant that sells nothing any more."""
        with self.lock:
            row = self._venue_rows.rows.get(id)
            if row is not None:
                self.venues.clear(row)
                self.restaurants.pop(row)
                self._venue_rows.give_back(id)
                for flight_row in self._flights_of[id]:
                    self.flights.write(flight_row, used=False, live=False, venue=NONE)
                self.revision += 1

    def value(self, worths: Mapping[UUID, float]) -> None:
        """What an impression of each flight brings: it decides who is looked at first."""
        with self.lock:
            for id, worth in worths.items():
                row = self._flight_rows.rows.get(id)
                if row is not None:
                    self.flights.worth[row] = worth

    def refresh(self, now: float, regions: Mapping[str, RegionNow], *, most: int = HOURS_A_REFRESH) -> None:
        """What of it may be shown at this moment; at `most` so many restaurants' hours are read anew. To be
        called several times a second."""
        with self.lock:
            flights = self.flights
            sells = self._selling(now, most)
            live = flights.used & (flights.starts <= now) & (flights.ends > now)
            live &= (flights.venue == NONE) | sells[flights.venue]
            open_now, forbidden = self._by_region(regions)
            live &= open_now[flights.region, flights.week]
            live &= (flights.goods & forbidden[flights.region]) == 0
            live &= flights.free | self.allowances.may_have(flights.purse, now)
            flights.live[:] = live

    # --- what is read -------------------------------------------------------------------------------

    def venue_row(self, id: UUID | None) -> int:
        return NONE if id is None else self._venue_rows.rows.get(id, NONE)

    def flight_row(self, id: UUID) -> int:
        return self._flight_rows.rows.get(id, NONE)

    def covers(self, row: int, point: Point) -> bool:
        """Whether the flight in that row may be shown at the address: its squares only say that it nearly
        may."""
        area = self._areas.get(row)
        return area is None or bool(area.covers(point))

    def city_at(self, region: int, cell: int) -> str:
        """The city whose restaurants deliver to that square, or have; "" where none does."""
        return self._cities.get((region, cell), "")

    @property
    def is_empty(self) -> bool:
        return not self.servables

    # --- inside -------------------------------------------------------------------------------------

    def _write(self, row: int, flight: Servable) -> None:
        venue_row = self.venue_row(flight.venue)
        venue = self.restaurants.get(venue_row)
        if self._weeks.known(flight.hours) == NONE:
            self._weeks.number(flight.hours)
            self._hours = np.vstack([self._hours, _hours(flight.hours)])
        for name in flight.cuisines:  # pages may be about one that no restaurant has yet
            self.cuisines.number(name)
        self.flights.live[row] = False
        self.servables[row] = flight
        self.flights.write(
            row,
            used=flight.venue is None or venue is not None,
            purse=self.allowances.place(flight.campaign_id),
            venue=venue_row,
            region=self.regions.number(flight.region),
            cuisine=self.cuisines.number(venue.cuisine) if venue else NONE,
            campaign_code=crc32(flight.campaign_id.bytes),
            venue_code=crc32(venue.id.bytes) if venue else 0,
            cuisine_code=crc32(venue.cuisine.encode()) if venue else 0,
            placements=sum(PLACEMENT_BITS[placement] for placement in flight.placements),
            pricing=PRICING_CODES[flight.pricing],
            free=flight.is_free,
            bid=0 if flight.is_free else flight.bid,
            starts=flight.starts,
            ends=flight.ends,
            week=self._weeks.known(flight.hours),
            members=MEMBERS_CODES[flight.members],
            customers=CUSTOMERS_CODES[flight.customers],
            segments=flight.segments,
            goods=flight.goods,
            for_adults=flight.for_adults,
            cap=flight.cap,
            to_unknown=flight.to_unknown,
            quality=flight.quality,
            worth=first_worth(flight),
        )

    def _enter_index(self, row: int, flight: Servable) -> None:
        entry = self._ground(flight), self._words(flight)
        self._grounds[row] = entry
        rings = self._rings(flight)
        if rings:
            self._areas[row] = polygon_of(*rings)
        self.index.add(row, *entry)

    def _leave_index(self, row: int) -> None:
        self._areas.pop(row, None)
        entry = self._grounds.pop(row, None)
        if entry is not None:
            self.index.remove(row, *entry)

    def _learn_city(self, venue: Venue) -> None:
        region = self.regions.number(venue.region)
        for cell in _squares(venue.zone) or ():
            self._cities[region, cell] = venue.city

    def _ground(self, flight: Servable) -> Ground:
        region = self.regions.number(flight.region)
        venue = self.restaurants.get(self.venue_row(flight.venue))
        rings = self._rings(flight)
        cities = (venue.city,) if venue else flight.cities
        squares = _squares(*rings) if rings else None
        if squares is not None:
            return Ground(region, squares, cities)
        return Ground(region, whole=cities, anywhere=not cities)

    def _rings(self, flight: Servable) -> tuple[Ring, ...]:
        venue = self.restaurants.get(self.venue_row(flight.venue))
        return tuple(ring for ring in (venue.zone if venue else None, flight.zone) if ring)

    def _words(self, flight: Servable) -> frozenset[str]:
        venue = self.restaurants.get(self.venue_row(flight.venue))
        of_venue = (venue.name, venue.cuisine) if venue else ()
        return frozenset(word for text in (*flight.keywords, *of_venue) for word in words_of(text))

    def _selling(self, now: float, most: int) -> Bools:
        venues = self.venues
        stale = np.nonzero(venues.used & (venues.closes <= now))[0][:most]
        for row in stale.tolist():
            venue = self.restaurants[row]
            venues.opens[row], venues.closes[row] = next_open(venue.opening_hours, venue.time_zone, now)
        return venues.used & (venues.opens <= now) & (venues.closes > now) & (venues.blocked <= now)

    def _by_region(self, regions: Mapping[str, RegionNow]) -> tuple[Bools, Ints]:
        """By region whether each kind of week is on, and the goods that may not be shown."""
        open_now = np.zeros((max(len(self.regions), 1), max(len(self._weeks), 1)), np.bool_)
        forbidden = np.zeros(max(len(self.regions), 1), np.int64)
        for code, region in regions.items():
            number = self.regions.known(code)
            if number != NONE and len(self._hours):
                open_now[number] = self._hours[:, region.week_hour]
                forbidden[number] = region.forbidden
        return open_now, forbidden


def _squares(*rings: Ring) -> tuple[int, ...] | None:
    """None where they are too many: whoever is found by the city is asked for exactly all the same."""
    try:
        return cells_of(*rings)
    except ValueError:
        return None


def _stands(venue: Venue) -> tuple[object, ...]:
    """What of a restaurant the index is made of."""
    return venue.zone, venue.city, venue.cuisine, venue.name, venue.region


def _hours(mask: int) -> Bools:
    return np.array([mask >> hour & 1 for hour in range(24 * _DAYS)], np.bool_)
