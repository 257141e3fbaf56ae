"""`quote`: baskets over all menus are priced over HTTP, promotions on, while orders are placed at a steady
rate and the worker does what comes of them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import uuid4

import msgspec

from bench.actors import API, DEMO_PASSWORD, Customer, Refused, client
from bench.ceilings import quote_ceiling
from bench.ground import Ground, ground
from bench.load import Load, Work
from bench.measuring import ROUNDS, Round, result, say, spent
from bench.quotes import make_quotes, order_work
from bench.shapes import CITIES, City, Shapes, basket

SECONDS = 10.0
WARM_UP_SECONDS = 5.0
CLIENTS = 4
BASKETS = 600
ORDERS_A_SECOND = 10
CODE = "BENCH"
MOST_OPEN_ORDERS = 1_000


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds`; the rate is of quotes alone."""
    with ground() as platform:
        length = seconds or SECONDS
        _open_everything(platform)
        _begin_promotions()
        work = asyncio.run(_baskets(platform.url))
        ceilings = [quote_ceiling(platform)]
        orders = (ROUNDS * length + WARM_UP_SECONDS) * ORDERS_A_SECOND
        placing = iter([order_work(each) for each in asyncio.run(make_quotes(platform.url, int(orders)))])
        quoting = cycle(work)
        _measure(platform, quoting, placing, WARM_UP_SECONDS)
        rounds, placed = [], 0
        for _ in range(ROUNDS):
            one, orders_placed = _measure(platform, quoting, placing, length)
            say(f"{one.rate:.0f} quotes a second, beside {orders_placed / one.seconds:.1f} orders")
            rounds.append(one)
            placed += orders_placed
        ceilings.append(quote_ceiling(platform))
    return result(
        "quote",
        "quotes",
        rounds,
        ceilings=ceilings,
        orders_a_second=round(placed / sum(each.seconds for each in rounds), 1),
        baskets=len(work),
        menus=len({json.loads(each.body)["restaurant_id"] for each in work}),
    )


def _open_everything(platform: Ground) -> None:
    """At every hour all menus take part, as orders knows the restaurants and what they serve; and kitchens in
    which nobody cooks take more orders than one with people would."""
    from modules.restaurants.interface import MenuDocument

    with platform.connect("restaurants") as connection:
        connection.execute("UPDATE restaurants_restaurant SET open_orders_limit = %s", [MOST_OPEN_ORDERS])
    with platform.connect("orders") as connection:
        connection.execute(
            'UPDATE orders_knownrestaurant SET facts = facts || \'{"opening_hours": "24/7"}\'::jsonb'
        )
        for number, document in connection.execute("SELECT id, document FROM orders_knownmenu").fetchall():
            menu = msgspec.msgpack.decode(document, type=MenuDocument)
            always = tuple(msgspec.structs.replace(each, hours="24/7") for each in menu.categories)
            menu = msgspec.structs.replace(menu, categories=always)
            connection.execute(
                "UPDATE orders_knownmenu SET document = %s WHERE id = %s",
                [msgspec.msgpack.encode(menu), number],
            )


def _begin_promotions() -> None:
    """One of each kind in each region, one of them with a budget and one with a code."""
    from modules.orders.models import Promotion
    from modules.orders.services import start_promotion

    kinds: tuple[dict[str, Any], ...] = (
        {"title": "A tenth off", "kind": "percentage", "percent": Decimal(10), "min_subtotal": 3_000},
        {"title": "Two off", "kind": "fixed", "amount": 200, "budget": 10**9},
        {"title": "Free delivery", "kind": "free_delivery", "min_subtotal": 5_000},
        {"title": "Three for two", "kind": "buy_x_get_y", "buy": 2, "get": 1},
        {"title": "With a code", "kind": "percentage", "percent": Decimal(15), "code": CODE},
    )
    for city in CITIES:
        for kind in kinds:
            start_promotion(Promotion(region=city.region, funded_by="platform", **kind))


async def _baskets(base_url: str) -> list[Work]:
    """Requests that are answered with a price, each from a customer who lives next to the restaurant."""
    shapes = Shapes(seed=20)
    made: list[Work] = []
    async with client(base_url) as http:
        diners = [
            await _diner(Customer(http), place) for city in CITIES for place in await _places(http, city)
        ]
        while len(made) < BASKETS:
            for customer, place, menu in diners:
                made.extend(await _work(customer, place, menu, shapes))
    return made


async def _places(http: Any, city: City) -> list[dict[str, Any]]:
    page = await Customer(http).get("/restaurants", region=city.region, page_size=100)
    return list(page["results"])


async def _diner(
    customer: Customer, place: dict[str, Any]
) -> tuple[Customer, dict[str, Any], dict[str, Any]]:
    await customer.register(f"bench-{uuid4().hex}@example.com", DEMO_PASSWORD)
    address = {"street": "1 Next Door", "city": place["city"], "postcode": "", "notes": "", **place["point"]}
    await customer.settle(name="Customer", phone="+44 20 7946 0000", address=address)
    return customer, place, await customer.menu(place["id"])


async def _work(
    customer: Customer, place: dict[str, Any], menu: dict[str, Any], shapes: Shapes
) -> Iterator[Work]:
    random = shapes.random
    lines = basket(menu, dishes=shapes.item_count(), random=random, min_order=place["min_order"]["amount"])
    wanted = {
        "restaurant_id": place["id"],
        "lines": lines,
        "address_ticket": customer.ticket,
        "tip": random.choice((0, 0, 200, 500)),
        **({"promotion_code": CODE} if random.random() < 0.2 else {}),
    }
    try:
        await customer.post("/quotes", wanted)
    except Refused:
        return iter(())
    headers = {"Authorization": f"Bearer {customer.access_token}", "Content-Type": "application/json"}
    return iter([Work(f"{API}/quotes", json.dumps(wanted).encode(), headers)])


def _measure(
    platform: Ground, quoting: Iterator[Work], placing: Iterator[Work], seconds: float
) -> tuple[Round, int]:
    """A round of quotes, and how many orders were placed beside it."""
    orders = Load(placing, platform.web_port, _ignore, clients=2, rate=ORDERS_A_SECOND)
    quotes = Load(quoting, platform.web_port, _ignore, status=200, clients=CLIENTS)
    beside = threading.Thread(target=orders.run, args=(seconds,))
    before = platform.cpu()
    beside.start()
    took = quotes.run(seconds)
    beside.join()
    for error in (*quotes.errors[:3], *orders.errors[:3]):
        say(f"trouble: {error}")
    cpu = spent(before, platform.cpu())
    one = Round(
        len(quotes.milliseconds), took, quotes.milliseconds, cpu, len(quotes.errors) + len(orders.errors)
    )
    return one, len(orders.milliseconds)


def _ignore(body: bytes) -> None:
    """What matters is that it came."""
