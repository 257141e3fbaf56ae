"""One order's whole way, as `script/up --check` takes it: `python -m bench.journey --base-url URL`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from bench.actors import (
    DEMO_COURIERS,
    DEMO_KITCHEN,
    DEMO_PASSWORD,
    Courier,
    Customer,
    Kitchen,
    Refused,
    Unanswered,
    client,
)
from bench.shapes import CITIES, Card, basket

LONDON = CITIES[0]
DISHES = 3
ASK_EVERY_SECONDS = 0.3
STEP_SECONDS = 60.0

T = TypeVar("T")


class NotThere(Exception):
    """The order did not get as far as it should; the message says where it stopped."""


async def journey(base_url: str) -> None:
    """Raises NotThere, Refused, Unanswered."""
    random = Random()
    async with client(base_url) as http:
        customer = Customer(http)
        await _register(customer, random)
        courier = await _courier_on_shift(http)
        order = await _place(customer, random)
        following = asyncio.create_task(_follow(customer, order["id"]))
        try:
            await _cook(Kitchen(http), order["id"])
            await _carry(courier, order["id"])
            status = await asyncio.wait_for(following, STEP_SECONDS)
        except TimeoutError:
            raise NotThere("The live stream did not end with the order.") from None
        finally:
            following.cancel()
        await _show_timeline(customer, order["id"])
    if status != "delivered":
        raise NotThere(f"The order ended as {status}, not delivered.")


async def _register(customer: Customer, random: Random) -> None:
    address = {
        "street": f"{random.randint(1, 60)} {random.choice(LONDON.streets)}",
        "city": LONDON.name,
        "postcode": "W1D 4RQ",
        "notes": "Second floor",
        "lat": LONDON.lat,
        "lon": LONDON.lon,
    }
    await customer.register(f"journey-{uuid4().hex}@example.com", f"pass-{uuid4().hex}")
    await customer.settle(name="Ada Lovelace", phone="+44 20 7946 0123", address=address)
    say(f"registered; lives at {address['street']}, {LONDON.name}")


async def _place(customer: Customer, random: Random) -> dict[str, Any]:
    nearby = await _until(lambda: customer.restaurants_nearby(LONDON.region), "No restaurant is open")
    restaurant = random.choice(nearby)
    menu = await customer.menu(restaurant["id"])
    lines = basket(menu, dishes=DISHES, random=random, min_order=restaurant["min_order"]["amount"])
    quote = await customer.quote(restaurant["id"], lines)
    say(f"quoted {_amount(quote['price']['total'])} for {len(lines)} dishes at {restaurant['name']}")
    order = await customer.place(quote, Card.GOOD.value)
    say(f"placed as {order['code']} ({order['id']})")
    return order


async def _follow(customer: Customer, order_id: str) -> str:
    """What the customer sees; ends with the order."""
    status = ""
    async for event in customer.follow(order_id):
        if event.data.get("status", status) != status:
            status = event.data["status"]
            say(f"  live: {status.replace('_', ' ')}")
    return status


async def _cook(kitchen: Kitchen, order_id: str) -> None:
    await kitchen.log_in(DEMO_KITCHEN, DEMO_PASSWORD)

    async def offered() -> bool:
        return any(ticket["order_id"] == order_id for ticket in await kitchen.tickets("offered"))

    await _until(offered, "The order was not offered to the restaurant")
    await kitchen.accept(order_id, ready_in_minutes=15)
    say("the restaurant accepts")
    await kitchen.ready(order_id)
    say("the food is on the counter")


async def _courier_on_shift(http: httpx.AsyncClient) -> Courier:
    """The first of the demo's couriers who works in London, ready for work."""
    for email in DEMO_COURIERS:
        courier = Courier(http)
        await courier.log_in(email, DEMO_PASSWORD)
        if LONDON.region in courier.regions:
            await courier.finish_what_is_left()
            await courier.start_shift(LONDON.region, LONDON.lat, LONDON.lon)
            say("a courier starts a shift")
            return courier
    raise NotThere("The demo has no courier in London.")


async def _carry(courier: Courier, order_id: str) -> None:
    async def ours() -> dict[str, Any] | None:
        return next((offer for offer in await courier.offers() if offer["order_id"] == order_id), None)

    offer = await _until(ours, "The delivery was not offered to the courier")
    await courier.accept(offer["id"])
    say("the courier takes it")
    await courier.pick_up(order_id)
    say("picked up")
    await courier.drop_off(order_id)
    say("handed over")
    await courier.end_shift()


async def _show_timeline(customer: Customer, order_id: str) -> None:
    say("\nTimeline")
    for entry in await customer.timeline(order_id):
        change = f"{entry['axis']}: {entry['from_state'] or '–'} → {entry['to_state']}"
        say(f"  {entry['at'][11:23]}  {change:<44}{entry['status'].replace('_', ' ')}")


async def _until(ask: Callable[[], Awaitable[T | None]], otherwise: str) -> T:
    """Ask until the answer is something. Raises NotThere."""
    until = time.monotonic() + STEP_SECONDS
    while True:
        answer = await ask()
        if answer:
            return answer
        if time.monotonic() > until:
            raise NotThere(f"{otherwise} within {STEP_SECONDS:.0f} s.")
        await asyncio.sleep(ASK_EVERY_SECONDS)


def _amount(money: dict[str, Any]) -> str:
    return f"{money['amount'] / 100:.2f} {money['currency']}"


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", required=True, help="where the platform's origin is")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        asyncio.run(journey(options.base_url))
    except (NotThere, Refused, Unanswered) as reason:
        print(f"The order is not there: {reason}", file=sys.stderr)
        return 1
    except (httpx.HTTPError, LookupError) as surprise:
        print(f"The platform answered something unexpected: {surprise!r}", file=sys.stderr)
        return 1
    say(f"\nDelivered in {time.monotonic() - began:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
