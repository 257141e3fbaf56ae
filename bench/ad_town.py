"""Restaurants that advertise in several cities, and people who look at pages there: the same for the same
seed, and varied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import cos, pi, sin
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from modules.ads.engine.viewer import Habits

REGION = "gb"
CUISINES = (
    "italian",
    "chinese",
    "indian",
    "thai",
    "japanese",
    "ramen",
    "sushi",
    "burgers",
    "pizza",
    "kebab",
    "mexican",
    "greek",
    "vegan",
    "korean",
    "vietnamese",
    "polish",
    "french",
    "spanish",
    "lebanese",
    "turkish",
    "caribbean",
    "breakfast",
    "bakery",
    "desserts",
)
CITIES = tuple((f"city-{number}", 51.2 + 0.35 * number, -2.5 + 0.4 * (number % 5)) for number in range(10))
RESTAURANTS = 10_000
POUND = 1_000_000
# One of so many campaigns is a brand's, shown in the whole region.
BRAND_EVERY = 100


class Spot(NamedTuple):
    """Where somebody is."""

    city: str
    lat: float
    lon: float


class Town:
    """What there is; `random` is the seed's."""

    def __init__(self, seed: int = 7) -> None:
        self.random = Random(seed)

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def spot(self, spread: float) -> Spot:
        city, lat, lon = self.random.choice(CITIES)
        return Spot(city, self.random.gauss(lat, spread), self.random.gauss(lon, 1.6 * spread))

    def restaurants(self, count: int) -> list[dict[str, Any]]:
        """Facts as restaurants tells them, with zones of one and a half to four kilometres."""
        return [self._restaurant(number) for number in range(count)]

    def _restaurant(self, number: int) -> dict[str, Any]:
        spot, reach = self.spot(0.05), self.random.uniform(0.015, 0.04)
        return {
            "id": str(self.id()),
            "slug": f"town-{number}",
            "name": f"Restaurant {number}",
            "cuisine": self.random.choice(CUISINES),
            "region": REGION,
            "city": spot.city,
            "area": "",
            "point": {"lat": spot.lat, "lon": spot.lon},
            "zone": [
                [spot.lon + 1.6 * reach * cos(turn * pi / 6), spot.lat + reach * sin(turn * pi / 6)]
                for turn in range(12)
            ],
            "opening_hours": "24/7",
            "time_zone": "Europe/London",
            "paused_until": None,
            "preparation_minutes": self.random.randrange(10, 40),
            "min_order": {"amount": self.random.choice((1000, 1500, 2000)), "currency": "GBP"},
            "menu_version": 1,
        }

    def habits(self, restaurants: list[dict[str, Any]], now: float) -> Habits:
        """Of somebody who has ordered up to five times."""
        from modules.ads.engine.viewer import DAY, Habits

        orders = self.random.randrange(6)
        visited = self.random.sample(restaurants, orders)
        return Habits(
            at=now,
            cuisines={each["cuisine"]: 0.2 + self.random.random() for each in visited},
            hours={self.random.choice((12, 13, 18, 19, 20)): 1.0 for _ in visited},
            levels={1: 1.0} if orders else {},
            venues={UUID(each["id"]): int(now - self.random.randrange(100) * DAY) for each in visited},
            orders=float(orders),
            spent=2_400.0 * orders,
            all_orders=orders,
            last_order=int(now - 3 * DAY) if orders else 0,
        )


class Rows(NamedTuple):
    """Rows to be inserted, model by model."""

    advertisers: list[Any]
    campaigns: list[Any]
    flights: list[Any]
    creatives: list[Any]


def campaigns(town: Town, restaurants: list[dict[str, Any]], count: int) -> Rows:
    """So many that run, of as many advertisers as there are restaurants, and a few brands."""
    rows = Rows([], [], [], [])
    by_restaurant: dict[str, Any] = {}
    for number in range(count):
        where = None if number % BRAND_EVERY == 0 else town.random.choice(restaurants)
        advertiser = by_restaurant.get(where["id"]) if where else None
        if advertiser is None:
            advertiser = _advertiser(town, where, number)
            rows.advertisers.append(advertiser)
            if where:
                by_restaurant[where["id"]] = advertiser
        campaign = _campaign(town, advertiser, number)
        rows.campaigns.append(campaign)
        rows.flights.append(_flight(town, campaign))
        rows.creatives.extend(_creatives(town, campaign))
    return rows


def _advertiser(town: Town, where: dict[str, Any] | None, number: int) -> Any:
    from modules.ads.models import Advertiser

    return Advertiser(
        id=town.id(),
        region=REGION,
        kind_name="restaurant" if where else "brand",
        name=where["name"] if where else f"Brand {number}",
        restaurant_id=UUID(where["id"]) if where else None,
    )


def _campaign(town: Town, advertiser: Any, number: int) -> Any:
    from modules.ads.models import Campaign
    from tiffin import clock

    by_click = town.random.random() < 0.7
    bid = town.random.randrange(10, 150) * POUND // 100
    return Campaign(
        id=town.id(),
        region=REGION,
        advertiser=advertiser,
        name=f"Campaign {number}",
        objective_name="traffic",
        pricing_name="cpc" if by_click else "cpm",
        bid=bid if by_click else 20 * bid,
        budget=10_000 * POUND,
        pacing_name="asap",
        starts_at=clock.now() - timedelta(days=1),
        ends_at=clock.now() + timedelta(days=30),
        landing="" if advertiser.restaurant_id else "https://brand.example/",
        quality=town.random.randrange(700, 1300),
        state_name="approved",
    )


def _flight(town: Town, campaign: Any) -> Any:
    from modules.ads.models import Flight

    draw = town.random.random
    return Flight(
        id=town.id(),
        campaign=campaign,
        name="All",
        placements=["home_carousel", "search_listing"] if draw() < 0.7 else ["home_carousel"],
        keywords=[town.random.choice(CUISINES)] if draw() < 0.1 else [],
        weekdays=[1, 2, 3, 4, 5, 6, 7] if draw() < 0.1 else [],
        members=town.random.choice(("members", "others")) if draw() < 0.1 else "any",
        customers=town.random.choice(("new", "lapsed")) if draw() < 0.1 else "any",
        segments=["frequent", "explorers"] if draw() < 0.05 else [],
        cap=3 if draw() < 0.3 else 0,
    )


def _creatives(town: Town, campaign: Any) -> Iterator[Any]:
    from modules.ads.models import Creative

    for number in range(town.random.choice((1, 1, 2, 3))):
        says = "{restaurant}, in {minutes} minutes" if campaign.advertiser.restaurant_id else "Something else"
        yield Creative(
            id=town.id(),
            campaign=campaign,
            name=f"Creative {number}",
            headlines={"": f"{says} ({number})", "en": f"{says}: {number}"},
            texts={"": "Come and see."},
            state_name="approved",
        )


def keep(restaurants: list[dict[str, Any]], rows: Rows) -> None:
    """As the handlers and use cases would have written them, all at once."""
    from modules.ads.models import Advertiser, Campaign, Creative, Flight, KnownRestaurant

    known = [
        KnownRestaurant(id=each["id"], region=each["region"], name=each["name"], facts=each)
        for each in restaurants
    ]
    KnownRestaurant.objects.bulk_create(known, batch_size=1000)
    models = (Advertiser, Campaign, Flight, Creative)
    for model, made in zip(models, rows, strict=True):
        model._default_manager.bulk_create(made, batch_size=1000)
