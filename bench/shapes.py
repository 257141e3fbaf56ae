"""The shapes of real demand: when orders come, how many dishes they hold, how they are paid.

`data/` holds the measured ones with their sources; the mixes below are assumed, and say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from enum import Enum
from importlib.resources import files
from random import Random
from typing import NamedTuple


class City(NamedTuple):
    """Where simulated customers live. `lat`, `lon` is the middle, WGS 84; they live up to `spread` degrees
    from it, in both directions."""

    name: str
    region: str
    lat: float
    lon: float
    spread: float
    streets: tuple[str, ...]


CITIES = (
    City("London", "gb", 51.5136, -0.1310, 0.006, ("Frith Street", "Dean Street", "Greek Street")),
    City("Warsaw", "pl", 52.2297, 21.0122, 0.006, ("Nowy Świat", "Krucza", "Hoża")),
)


class Card(Enum):
    """Test cards of the sandbox payment provider."""

    GOOD = "pm_card_visa"
    DECLINED = "pm_card_chargeDeclined"
    ACTION_REQUIRED = "pm_card_authenticationRequired"
    TIMEOUT = "pm_card_timeout"


# Assumed: failures more frequent than in life, so that a short run meets each of them.
CARD_MIX = {Card.GOOD: 91, Card.DECLINED: 3, Card.ACTION_REQUIRED: 4, Card.TIMEOUT: 2}
REJECT_SHARE = 0.02
CANCEL_SHARE = 0.02


class Shapes:
    """Draws from the shapes with a seeded generator, so that a run can be repeated."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._items = [(int(row["items"]), float(row["share_percent"])) for row in table("items_per_order")]

    def arrivals(self, *, rate: float, seconds: float) -> Iterator[float]:
        """Seconds from the beginning at which orders come: a Poisson process of `rate` a second."""
        at = self.random.expovariate(rate)
        while at < seconds:
            yield at
            at += self.random.expovariate(rate)

    def item_count(self) -> int:
        counts, weights = zip(*self._items, strict=True)
        return int(self.random.choices(counts, weights)[0])

    def card(self) -> Card:
        return self.random.choices(list(CARD_MIX), list(CARD_MIX.values()))[0]

    def rejects(self) -> bool:
        return self.random.random() < REJECT_SHARE

    def cancels(self) -> bool:
        return self.random.random() < CANCEL_SHARE

    def seconds_between(self, least: float, most: float) -> float:
        return self.random.uniform(least, most)

    def address(self, city: City) -> dict[str, object]:
        """An address as a customer of that city would write it."""
        return {
            "street": f"{self.random.randint(1, 80)} {self.random.choice(city.streets)}",
            "city": city.name,
            "postcode": "",
            "notes": self.random.choice(("", "Ring twice", "Second floor")),
            "lat": round(city.lat + self.random.uniform(-city.spread, city.spread), 6),
            "lon": round(city.lon + self.random.uniform(-city.spread, city.spread), 6),
        }


def table(name: str) -> list[dict[str, str]]:
    """The rows of `data/<name>.csv`. Its last comment line before the data names the columns."""
    lines = (files("bench") / "data" / f"{name}.csv").read_text().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    columns = comments[-1].lstrip("# ").split(" (")[0].split(",")
    data = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(data, fieldnames=columns))
