"""Quotes made beforehand, by the public API: customers of two cities with baskets of the measured sizes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from itertools import islice
from random import Random, SystemRandom
from typing import Any, NamedTuple
from uuid import uuid4

from bench.actors import API, DEMO_PASSWORD, Customer, Refused, client
from bench.load import Work
from bench.measuring import say
from bench.shapes import CITIES, City, Shapes, basket

CUSTOMERS = 24
AT_ONCE = 8


class Promised(NamedTuple):
    """A quote that somebody may place."""

    customer: Customer
    token: str


class Diner(NamedTuple):
    """A customer, and where they may order."""

    customer: Customer
    restaurants: list[dict[str, Any]]


async def make_quotes(base_url: str, count: int) -> list[Promised]:
    """`count` quotes that hold for a quarter of an hour."""
    seed = SystemRandom().getrandbits(32)
    say(f"{count} quotes are made (seed {seed})")
    shapes = Shapes(seed)
    async with client(base_url) as http:
        diners = [await _diner(Customer(http), CITIES[n % len(CITIES)], shapes) for n in range(CUSTOMERS)]
        menus: dict[str, dict[str, Any]] = {}
        gate, made = asyncio.Semaphore(AT_ONCE), _made(diners, menus, shapes)
        return await asyncio.gather(*(_within(gate, quote) for quote in islice(made, count)))


async def _within(gate: asyncio.Semaphore, quote: Awaitable[Promised]) -> Promised:
    async with gate:
        return await quote


def _made(diners: list[Diner], menus: dict[str, dict[str, Any]], shapes: Shapes) -> Iterator[Any]:
    while True:
        for diner in diners:
            yield _quote(diner, menus, shapes)


async def _diner(customer: Customer, city: City, shapes: Shapes) -> Diner:
    await customer.register(f"bench-{uuid4().hex}@example.com", DEMO_PASSWORD)
    await customer.settle(name="Customer", phone="+44 20 7946 0000", address=shapes.address(city))
    return Diner(customer, await customer.restaurants_nearby(city.region))


async def _quote(diner: Diner, menus: dict[str, dict[str, Any]], shapes: Shapes) -> Promised:
    random: Random = shapes.random
    while True:
        restaurant = random.choice(diner.restaurants)
        if restaurant["id"] not in menus:
            menus[restaurant["id"]] = await diner.customer.menu(restaurant["id"])
        lines = basket(
            menus[restaurant["id"]],
            dishes=shapes.item_count(),
            random=random,
            min_order=restaurant["min_order"]["amount"],
        )
        try:
            quote = await diner.customer.quote(restaurant["id"], lines)
        except Refused:
            continue  # a dish that is sold out or not served now: another basket
        return Promised(diner.customer, quote["token"])


def order_work(quote: Promised) -> Work:
    """The request that places it."""
    headers = {
        "Authorization": f"Bearer {quote.customer.access_token}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }
    return Work(f"{API}/orders", order_body(quote), headers)


def order_body(quote: Promised) -> bytes:
    asked = {"quote": quote.token, "payment_method": "pm_card_visa", "age_confirmed": True}
    return json.dumps(asked).encode()
