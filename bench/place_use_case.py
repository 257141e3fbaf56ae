"""`place_use_case`: the use case itself, without HTTP, from as many processes and threads as serve it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple
from uuid import UUID

from bench.ceilings import CONNECTIONS, copy_orders, order_ceiling
from bench.ground import Ground, django_is_up, ground
from bench.measuring import ROUNDS, Cpu, Round, result, say, spent
from bench.quotes import make_quotes
from bench.report import missing_orders

SECONDS = 5.0
MOST_A_SECOND = 900  # so many quotes are made for each second of a round
WARM_UP_ORDERS = 200
PROCESSES = 2
THREADS = CONNECTIONS // PROCESSES
CARD = "pm_card_visa"

Quote = tuple[UUID, str]


class Part(NamedTuple):
    """What one process did: the orders that were placed, with the milliseconds each took."""

    order_ids: list[str]
    milliseconds: list[float]
    cpu_seconds: float
    errors: int


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds` of placing; its ceiling writes no stored answer, as it does not."""
    with ground() as platform:
        length = seconds or SECONDS
        a_round = int(length * MOST_A_SECOND)
        made = asyncio.run(make_quotes(platform.url, WARM_UP_ORDERS + a_round * ROUNDS))
        quotes = [(UUID(each.customer.id), each.token) for each in made]
        platform.stop("worker", "beat", "web", "stream", "origin")
        with get_context("spawn").Pool(PROCESSES, django_is_up, [platform.supervisor.env]) as pool:
            _, placed = _measure(pool, platform, quotes[:WARM_UP_ORDERS], 60.0)
            rows = copy_orders(platform, placed, answered=False)
            ceilings, rounds = [order_ceiling(platform, rows)], []
            for number in range(ROUNDS):
                first = WARM_UP_ORDERS + number * a_round
                one, ids = _measure(pool, platform, quotes[first : first + a_round], length)
                say(f"{one.rate:.0f} orders a second")
                rounds.append(one)
                placed += ids
            ceilings.append(order_ceiling(platform, rows))
        lost = missing_orders(placed)
    return result("place_use_case", "orders", rounds, ceilings=ceilings, lost=len(lost))


def _measure(pool: Any, platform: Ground, quotes: list[Quote], seconds: float) -> tuple[Round, list[str]]:
    before = platform.cpu()
    began = time.perf_counter()
    shares = [(quotes[number::PROCESSES], seconds) for number in range(PROCESSES)]
    parts: list[Part] = pool.starmap(_place_for, shares, chunksize=1)
    took = time.perf_counter() - began
    cpu: Cpu = spent(before, platform.cpu()) | {"use_case": sum(part.cpu_seconds for part in parts)}
    ids = [order_id for part in parts for order_id in part.order_ids]
    milliseconds = [took for part in parts for took in part.milliseconds]
    return Round(len(ids), took, milliseconds, cpu, sum(part.errors for part in parts)), ids


def _place_for(quotes: list[Quote], seconds: float) -> Part:
    """In a process of its own: place until the time is over or nothing is left."""
    work, until, part = iter(quotes), time.perf_counter() + seconds, Part([], [], 0.0, 0)
    before = time.process_time()
    with ThreadPoolExecutor(THREADS) as threads:
        failures = list(threads.map(lambda _: _place_some(work, until, part), range(THREADS)))
    return part._replace(cpu_seconds=time.process_time() - before, errors=sum(failures))


def _place_some(work: Any, until: float, part: Part) -> int:
    from modules.orders.services import place_order
    from tiffin import context
    from tiffin.context import Actor, ActorKind, Context
    from tiffin.errors import DomainError
    from tiffin.ids import new_id

    failures = 0
    while time.perf_counter() < until and (quote := next(work, None)) is not None:
        customer_id, token = quote
        began = time.perf_counter()
        asked = Context(actor=Actor(kind=ActorKind.CUSTOMER, id=customer_id), correlation=new_id())
        try:
            with context.use(asked):
                order = place_order(
                    customer_id=customer_id, quote=token, payment_method=CARD, age_confirmed=True
                )
        except DomainError as refusal:
            say(f"trouble: {refusal}")
            failures += 1
            continue
        part.milliseconds.append((time.perf_counter() - began) * 1000)
        part.order_ids.append(str(order.id))
    return failures
