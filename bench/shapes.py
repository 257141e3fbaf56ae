"""The shapes of real demand: when orders come, how many dishes they hold, how they are paid.

`data/` holds the measured ones with their sources; the mixes below are assumed, and say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from enum import Enum
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple


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
OPTIONAL_SHARE = 0.4  # how often somebody takes something from a group that may be left alone
REJECT_SHARE = 0.02
CANCEL_SHARE = 0.02


class Demand(NamedTuple):
    """One order that somebody will want: when, where, how many dishes, and what will come of it."""

    at_seconds: float
    city: City
    dishes: int
    card: Card
    rejected: bool
    cancelled: bool
    seed: int


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

    def demand(self, *, rate: float, seconds: float) -> list[Demand]:
        """Everything that will be wanted in a run, in the order of time."""
        return [
            Demand(
                at_seconds=at,
                city=self.random.choice(CITIES),
                dishes=self.item_count(),
                card=self.card(),
                rejected=self.random.random() < REJECT_SHARE,
                cancelled=self.random.random() < CANCEL_SHARE,
                seed=self.random.getrandbits(32),
            )
            for at in self.arrivals(rate=rate, seconds=seconds)
        ]

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


def basket(menu: dict[str, Any], *, dishes: int, random: Random, min_order: int = 0) -> list[dict[str, Any]]:
    """Lines for `dishes` dishes of a menu with options as its groups demand, and more dishes until the
    minimum order (minor units) is met. Empty when the menu has nothing that can be had."""
    sold_out = {str(item["item_id"]) for item in menu["unavailable"]}
    items = {item["id"]: item for each in menu["document"]["categories"] for item in each["items"]}
    on_offer = [item for item in items.values() if item["id"] not in sold_out]
    lines: list[dict[str, Any]] = []
    worth = 0
    while on_offer and (len(lines) < dishes or worth < min_order):
        item = random.choice(on_offer)
        choices = _choices(item["groups"], sold_out, random)
        if choices is None:
            on_offer.remove(item)
            continue
        lines.append({"item_id": item["id"], "quantity": 1, "choices": choices})
        worth += item["price"]
    return lines


def _choices(groups: list[dict[str, Any]], sold_out: set[str], random: Random) -> list[dict[str, Any]] | None:
    """What to choose from `groups`, nested ones too; None when a group cannot be satisfied."""
    chosen: list[dict[str, Any]] = []
    for group in groups:
        options = [option for option in group["options"] if option["id"] not in sold_out]
        wanted = group["min"] or (1 if options and random.random() < OPTIONAL_SHARE else 0)
        if wanted > len(options):
            return None
        for option in random.sample(options, wanted):
            inner = _choices(option["groups"], sold_out, random)
            if inner is None:
                return None
            chosen.append(
                {"group_id": group["id"], "option_id": option["id"], "quantity": 1, "choices": inner}
            )
    return chosen


def table(name: str) -> list[dict[str, str]]:
    """The rows of `data/<name>.csv`. Its last comment line before the data names the columns."""
    lines = (files("bench") / "data" / f"{name}.csv").read_text().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    columns = comments[-1].lstrip("# ").split(" (")[0].split(",")
    data = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(data, fieldnames=columns))
