"""A few minutes in the platform's life: customers, kitchens and couriers of two cities at work at once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import httpx

from bench.actors import Courier, Customer, Kitchen, Refused, Unanswered, client
from bench.report import Acknowledged, Report
from bench.shapes import CITIES, City, Demand, Shapes, basket

ORDERS_A_CUSTOMER = 8
MOST_CUSTOMERS = 120
REGISTERING_AT_ONCE = 4
COUNTER_EVERY_SECONDS = 0.3
OFFERS_EVERY_SECONDS = 2.0
POSITION_EVERY_SECONDS = 30.0
PROGRESS_EVERY_SECONDS = 5.0
MOST_STREAMS = 150
BASKETS_TRIED = 3
# Assumed: so many orders are paid with points in part, by those who have any.
PAID_WITH_POINTS_SHARE = 0.2
POINTS_WANTED = 400
TROUBLE = (Refused, Unanswered, httpx.HTTPError, LookupError, ValueError)
# The length of a minute in this simulation: cooking and carrying take seconds.
ANSWERING_SECONDS = (0.1, 1.0)
COOKING_SECONDS = (0.5, 2.5)
CARRYING_SECONDS = (0.2, 1.0)
LOAD_AGAIN_SECONDS = 1.0
CHANGING_MIND_SECONDS = (0.2, 2.0)


Worker = TypeVar("Worker", Kitchen, Courier)


class Options(NamedTuple):
    """What a run is to be; `patience_seconds` is how long orders may take once no new ones come."""

    base_url: str
    rate: float
    seconds: float
    seed: int
    kitchens: tuple[str, ...]
    couriers: tuple[str, ...]
    password: str
    acknowledged: Path
    patience_seconds: float = 180.0


class Purses(NamedTuple):
    """What is done with points past the public API: `fill` gives some to customers (id and region) and says
    whether they have them, `look` tells how all points stand."""

    fill: Callable[[list[tuple[str, str]]], bool]
    look: Callable[[], dict[str, Any]]


class Placed(NamedTuple):
    """An acknowledged order, whose it is and when the acknowledgement came (monotonic seconds)."""

    order_id: str
    customer: Customer
    demand: Demand
    at: float


class Simulation:
    """One run. Everything that people know of each other they know through the API, but one thing: a courier
    sees that the food is on the counter."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        options: Options,
        begins: Callable[[], object] = lambda: None,
        fill: Callable[[list[tuple[str, str]]], bool] = lambda people: False,
    ) -> None:
        self.http = http
        self.options = options
        self.begins = begins  # called when everybody is there and the first order may come
        self.fill = fill
        self.have_points = False
        self.report = Report()
        self.acknowledged = Acknowledged(options.acknowledged)
        self.shapes = Shapes(options.seed)
        self.customers: dict[str, list[Customer]] = {city.name: [] for city in CITIES}
        self.menus: dict[str, dict[str, Any]] = {}
        self.nearby: dict[str, list[dict[str, Any]]] = {}
        self.placed: dict[str, Placed] = {}
        self.final: dict[str, str] = {}
        self.cooking: set[str] = set()
        self.on_counter: dict[str, asyncio.Event] = {}
        self.streams = asyncio.Semaphore(MOST_STREAMS)
        self.tasks: set[asyncio.Task[None]] = set()
        self.began = time.monotonic()
        self.seconds = 0.0  # from the first moment until the last order was final
        self.undecided = 0  # those who wanted an order and do not know yet whether they have one

    async def run(self) -> None:
        """Everything, from the first registration until the last order is final or patience ends.

        Raises Refused or Unanswered when those who take part cannot even log in.
        """
        demand = self.shapes.demand(rate=self.options.rate, seconds=self.options.seconds)
        kitchens = [await self._logged_in(Kitchen(self.http), email) for email in self.options.kitchens]
        couriers = [await self._logged_in(Courier(self.http), email) for email in self.options.couriers]
        await self._register(len(demand))
        self.have_points = await asyncio.to_thread(self.fill, self._people())
        await self._look_around({place for kitchen in kitchens for place in kitchen.restaurants})
        self.began, self.undecided = time.monotonic(), len(demand)
        self.begins()
        self._start(self._tell())
        for kitchen in kitchens:
            self._start(self._lasting(self._tend, kitchen))
        for courier in couriers:
            self._start(self._lasting(self._carry, courier))
        for wanted in demand:
            await asyncio.sleep(max(0.0, wanted.at_seconds - (time.monotonic() - self.began)))
            self._start(self._order(wanted))
        await self._wait_for_the_last()
        self.seconds = time.monotonic() - self.began
        everybody = [*self.tasks]
        for task in everybody:
            task.cancel()
        await asyncio.gather(*everybody, return_exceptions=True)
        self.acknowledged.close()

    def unfinished(self) -> list[str]:
        return [order_id for order_id in self.placed if order_id not in self.final]

    def _people(self) -> list[tuple[str, str]]:
        return [(customer.id, city.region) for city in CITIES for customer in self.customers[city.name]]

    # --- customers

    async def _register(self, orders: int) -> None:
        wanted = min(MOST_CUSTOMERS, max(len(CITIES) * 2, orders // ORDERS_A_CUSTOMER))
        say(f"{wanted} customers register")
        gate = asyncio.Semaphore(REGISTERING_AT_ONCE)
        plans = [(CITIES[number % len(CITIES)], number) for number in range(wanted)]
        await asyncio.gather(*(self._join(city, number, gate) for city, number in plans))

    async def _look_around(self, staffed: set[str]) -> None:
        """People order where somebody of this simulation cooks: nobody else would ever accept."""
        for city in CITIES:
            found = await self.customers[city.name][0].restaurants_nearby(city.region)
            self.nearby[city.name] = [restaurant for restaurant in found if restaurant["id"] in staffed]
            say(f"{city.name}: {len(self.nearby[city.name])} restaurants are open")

    async def _join(self, city: City, number: int, gate: asyncio.Semaphore) -> None:
        async with gate:
            customer = Customer(self.http)
            await customer.register(f"sim-{uuid4().hex}@example.com", self.options.password)
            address = self.shapes.address(city)
            await customer.settle(name=f"Customer {number}", phone="+44 20 7946 0000", address=address)
            self.customers[city.name].append(customer)

    async def _order(self, wanted: Demand) -> None:
        try:
            placed = await self._place(wanted)
        finally:
            self.undecided -= 1
        if placed is None:
            return
        if wanted.cancelled:
            self._start(self._change_mind(placed))
        async with self.streams:
            await self._watch(placed)

    async def _place(self, wanted: Demand) -> Placed | None:
        random = Random(wanted.seed)
        customer = random.choice(self.customers[wanted.city.name])
        quote = await self._quote(customer, wanted, random)
        if quote is None:
            return None
        self.report.counts["placed"] += 1
        try:
            with self.report.timing("place"):
                order = await customer.place(quote, wanted.card.value)
        except Refused as refused:
            self.report.refused(refused.code)
            return None
        self.acknowledged.note(order["id"])
        self.report.counts["acknowledged"] += 1
        self.report.counts["with_points"] += bool(order["points"])
        placed = Placed(order["id"], customer, wanted, time.monotonic())
        self.placed[placed.order_id] = placed
        return placed

    async def _quote(self, customer: Customer, wanted: Demand, random: Random) -> dict[str, Any] | None:
        """A price for a basket that can be had; what cannot be had any more is left for something else."""
        # Drawn apart, so that the same seed brings the same demand whether anybody has points or not.
        pays = self.have_points and Random(wanted.seed + 2).random() < PAID_WITH_POINTS_SHARE
        points = POINTS_WANTED if pays else None
        for last in (False,) * (BASKETS_TRIED - 1) + (True,):
            restaurant = random.choice(self.nearby[wanted.city.name])
            lines = basket(
                await self._menu(customer, restaurant["id"]),
                dishes=wanted.dishes,
                random=random,
                min_order=restaurant["min_order"]["amount"],
            )
            try:
                with self.report.timing("quote"):
                    return await customer.quote(restaurant["id"], lines, points=points)
            except Refused as refused:
                if last:
                    self.report.refused(refused.code)
        return None

    async def _menu(self, customer: Customer, restaurant_id: str) -> dict[str, Any]:
        if restaurant_id not in self.menus:
            self.menus[restaurant_id] = await customer.menu(restaurant_id)
        return self.menus[restaurant_id]

    async def _watch(self, placed: Placed) -> None:
        """Follow the live stream as a customer would, until nothing more can come."""
        status = ""
        async for event in placed.customer.follow(placed.order_id):
            if event.lag_seconds is not None:
                self.report.took("status_to_stream", event.lag_seconds)
            if event.data["status"] == "action_required" != status and not placed.demand.cancelled:
                await self._confirm_payment(placed)
            status = event.data["status"]
        self._counter(placed.order_id).set()  # whoever still waits there for it need not
        self.final[placed.order_id] = status
        self.report.statuses[status] += 1

    async def _confirm_payment(self, placed: Placed) -> None:
        """Whoever cannot see the page, or is told that it did not work, loads it again."""
        while (order := await placed.customer.order(placed.order_id))["status"] == "action_required":
            if order["action_url"]:
                with suppress(Refused, httpx.HTTPError):
                    await placed.customer.confirm_payment(order["action_url"])
                    return
            await asyncio.sleep(LOAD_AGAIN_SECONDS)

    async def _change_mind(self, placed: Placed) -> None:
        await asyncio.sleep(Random(placed.demand.seed).uniform(*CHANGING_MIND_SECONDS))
        with suppress(Refused):  # too late: it comes after all
            await placed.customer.cancel(placed.order_id)

    # --- kitchens

    async def _tend(self, kitchen: Kitchen) -> None:
        """Somebody with a tablet, for one restaurant or for many."""
        while True:
            began = time.monotonic()
            for ticket in await kitchen.tickets("offered"):
                order_id = ticket["order_id"]
                placed = self.placed.get(order_id)
                if placed is not None and order_id not in self.cooking:
                    self.cooking.add(order_id)
                    self.report.took("vendor_visible", time.monotonic() - placed.at)
                    self._start(self._prepare(kitchen, placed))
            await asyncio.sleep(max(0.0, COUNTER_EVERY_SECONDS - (time.monotonic() - began)))

    async def _prepare(self, kitchen: Kitchen, placed: Placed) -> None:
        random = Random(placed.demand.seed + 1)
        await asyncio.sleep(random.uniform(*ANSWERING_SECONDS))
        try:
            if placed.demand.rejected:
                await kitchen.reject(placed.order_id)
                return
            await kitchen.accept(placed.order_id, ready_in_minutes=random.randint(10, 30))
            await asyncio.sleep(random.uniform(*COOKING_SECONDS))
            await kitchen.ready(placed.order_id)
            self._counter(placed.order_id).set()
        except Refused:  # the customer was quicker and has cancelled
            self.report.counts["too_late"] += 1
        except Unanswered:  # it is looked at again, if it is still on the counter
            self.cooking.discard(placed.order_id)
            raise

    def _counter(self, order_id: str) -> asyncio.Event:
        return self.on_counter.setdefault(order_id, asyncio.Event())

    # --- couriers

    async def _carry(self, courier: Courier) -> None:
        random = Random(self.shapes.random.getrandbits(32))
        city = next(city for city in CITIES if city.region in courier.regions)
        await courier.finish_what_is_left()
        await courier.start_shift(city.region, city.lat, city.lon)
        await asyncio.sleep(random.uniform(0, OFFERS_EVERY_SECONDS))
        told = time.monotonic()
        while True:
            if time.monotonic() - told > POSITION_EVERY_SECONDS:
                told = time.monotonic()
                await courier.report_position(city.region, city.lat, city.lon)
            offers = await courier.offers()
            if offers:
                with suppress(Refused):  # gone meanwhile, or called off on the way
                    await self._deliver(courier, offers[0], random)
            else:
                await asyncio.sleep(OFFERS_EVERY_SECONDS)

    async def _deliver(self, courier: Courier, offer: dict[str, Any], random: Random) -> None:
        order_id = offer["order_id"]
        await courier.accept(offer["id"])
        with suppress(TimeoutError):
            await asyncio.wait_for(self._counter(order_id).wait(), self.options.patience_seconds)
        await courier.pick_up(order_id)
        await asyncio.sleep(random.uniform(*CARRYING_SECONDS))
        placed = self.placed.get(order_id)
        await courier.drop_off(order_id, placed.customer if placed else None)

    # --- the run itself

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do `work` beside everything else; what goes wrong in it is counted and told, and ends only it."""
        task = asyncio.create_task(self._guarded(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except TROUBLE as error:
            self._trouble(error)

    async def _logged_in(self, somebody: Worker, email: str) -> Worker:
        await somebody.log_in(email, self.options.password)
        return somebody

    async def _lasting(self, job: Callable[[Worker], Coroutine[Any, Any, None]], somebody: Worker) -> None:
        """Have somebody do a job all day long: after trouble they begin again."""
        while True:
            try:
                await job(somebody)
            except TROUBLE as error:
                self._trouble(error)
            await asyncio.sleep(1.0)

    def _trouble(self, error: Exception) -> None:
        self.report.counts["errors"] += 1
        say(f"trouble: {error!r}")

    async def _wait_for_the_last(self) -> None:
        """Until every acknowledged order is final, or patience ends."""
        until = time.monotonic() + self.options.patience_seconds
        while time.monotonic() < until and (self.undecided or self.unfinished()):
            await asyncio.sleep(0.5)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(PROGRESS_EVERY_SECONDS)
            counts, place = self.report.counts, self.report.milliseconds("place")
            say(
                f"{time.monotonic() - self.began:5.0f} s  placed {counts['placed']}"
                f"  acknowledged {counts['acknowledged']}  delivered {self.report.statuses['delivered']}"
                f"  refused {counts['refused']}  under way {len(self.unfinished())}"
                f"  errors {counts['errors']}  place p95 {place['p95_ms']} ms"
            )


async def simulate(
    options: Options, *, missing: Callable[[list[str]], list[str]], purses: Purses
) -> dict[str, Any]:
    """Run it and report; `missing` says which of the acknowledged orders the database does not know."""
    async with client(options.base_url) as http:
        simulation = Simulation(http, options, fill=purses.fill)
        await simulation.run()
    return simulation.report.as_json(
        lost=await asyncio.to_thread(missing, simulation.acknowledged.ids()),
        unfinished=simulation.unfinished(),
        name="simulate",
        rate=options.rate,
        seconds=options.seconds,
        seed=options.seed,
        acknowledged_file=str(options.acknowledged),
        points=await asyncio.to_thread(purses.look),
    )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
