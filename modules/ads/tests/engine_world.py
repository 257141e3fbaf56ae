"""A small town in memory, for tests of the engine."""

from __future__ import annotations

from datetime import datetime
from math import cos, inf, pi, sin
from typing import Any
from uuid import UUID, uuid4

from modules.ads.engine.allowances import Chunk
from modules.ads.engine.cells import cell_of
from modules.ads.engine.columns import NONE
from modules.ads.engine.deciding import Look, Placed, Rules, Served, decide
from modules.ads.engine.features import Scene
from modules.ads.engine.prediction import Model
from modules.ads.engine.servable import Ring, Servable, Venue
from modules.ads.engine.snapshot import RegionNow, Snapshot
from modules.ads.engine.viewer import NO_BASKET, Viewer
from modules.ads.engine.words import words_of
from modules.ads.interface import AdvertiserKind, Placement, Pricing

# A Wednesday, noon UTC; in London it is the same hour.
NOON = datetime.fromisoformat("2026-11-25T12:00:00+00:00").timestamp()
NOON_HOUR = 2 * 24 + 12
HOUR = 3600.0
CENTRE = (51.50, -0.12)
PLENTY = 10**12


def ring(lat: float = CENTRE[0], lon: float = CENTRE[1], radius: float = 0.02) -> Ring:
    return tuple(
        (lon + 1.6 * radius * cos(turn * pi / 6), lat + radius * sin(turn * pi / 6)) for turn in range(12)
    )


class Town:
    """Restaurants and flights are added, then `ask` decides."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()
        self.model = Model()
        self.now = NOON
        self.forbidden = 0
        self.floors: dict[Placement, dict[Pricing, int]] = {}
        self.big_basket = NO_BASKET

    def restaurant(self, **given: Any) -> Venue:
        venue = Venue(
            **{
                "id": uuid4(),
                "slug": "roma",
                "name": "Roma",
                "cuisine": "italian",
                "region": "gb",
                "city": "london",
                "lat": CENTRE[0],
                "lon": CENTRE[1],
                "zone": ring(),
                "opening_hours": "24/7",
                "time_zone": "Europe/London",
                **given,
            }
        )
        self.snapshot.put_venue(venue)
        return venue

    def flight(self, venue: Venue | None = None, *, money: int = PLENTY, **given: Any) -> Servable:
        kind = AdvertiserKind.RESTAURANT if venue else AdvertiserKind.BRAND
        flight = Servable(
            **{
                "id": uuid4(),
                "campaign_id": uuid4(),
                "advertiser_id": uuid4(),
                "advertiser": venue.name if venue else "Cola",
                "region": "gb",
                "kind": kind,
                "placements": (Placement.HOME_CAROUSEL,),
                "pricing": Pricing.CPC,
                "bid": 500_000,
                "starts": NOON - HOUR,
                "ends": NOON + HOUR,
                "venue": venue.id if venue else None,
                **given,
            }
        )
        self.snapshot.put_flight(flight)
        self.fund(flight, money)
        return flight

    def fund(self, flight: Servable, micros: int) -> None:
        if micros:
            self.snapshot.allowances.grant(Chunk(0, flight.campaign_id, micros, inf))

    def scene(self, *, at: tuple[float, float] | None = CENTRE, city: str = "", **given: Any) -> Scene:
        text = given.pop("text", "")
        given.setdefault("hour", NOON_HOUR)
        lat, lon = at or (None, None)
        return Scene(
            region=self.snapshot.regions.known("gb"),
            lat=lat,
            lon=lon,
            cell=cell_of(*at) if at else NONE,
            city=city,
            words=words_of(text),
            **given,
        )

    def refresh(self) -> None:
        self.snapshot.refresh(self.now, {"gb": RegionNow(NOON_HOUR, self.forbidden)})

    def ask(
        self,
        slots: int = 1,
        *,
        placement: Placement = Placement.HOME_CAROUSEL,
        viewer: Viewer | None = None,
        **scene: Any,
    ) -> Placed:
        self.refresh()
        (placed,) = self.ask_page([(placement, slots)], viewer=viewer, **scene)
        return placed

    def ask_page(
        self, places: list[tuple[Placement, int]], *, viewer: Viewer | None = None, **scene: Any
    ) -> list[Placed]:
        self.refresh()
        served = Served(self.snapshot, self.model, Rules.of(self.floors, self.big_basket))
        return decide(served, Look(viewer or Viewer(), self.scene(**scene), self.now), places)


def shown(placed: Placed) -> list[UUID]:
    return [won.flight.id for won in placed.won]
