"""`streams`: so many live streams open on one stream process, each told something at least every 20 s, while
their orders move on and a third of them are on their way."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from typing import Any

from bench.feeding import fed_a_second
from bench.ground import Ground, django_is_up, ground
from bench.load import Load
from bench.measuring import cpu_per_unit, quantiles, say, spent
from bench.moving import ON_THE_WAY_SHARE, Riding, bring_on_the_way, move
from bench.quotes import Promised, make_quotes, order_work
from bench.watching import Watched, Watcher
from tiffin.embedded.programs import stream_socket

SECONDS = 60.0
STREAMS = 10_000
SILENCE_SECONDS = 20.0
# Of an order's statuses some come at once: eight moves in the half hour that it takes.
MOVES_A_STREAM_A_SECOND = 8 / 1_800
PLACING_SECONDS = 600.0
SETTLING_SECONDS = 5.0
SPARE_FILES = 500


def run(*, seconds: float | None, streams: int = STREAMS) -> dict[str, Any]:
    """`rate` is how many of the streams stayed open and were never silent for longer than 20 s; the
    milliseconds are from a status's moment to its arrival at the customer's."""
    with ground() as platform:
        platform.stop("worker", "beat")
        orders = _place(platform, asyncio.run(make_quotes(platform.url, streams)))
        on_the_way = orders[: int(len(orders) * ON_THE_WAY_SHARE)]
        riding = bring_on_the_way([each.order_id for each in on_the_way])
        say(f"{len(orders)} orders, {len(riding)} of them on their way")
        told = asyncio.run(_hold(platform, orders, riding, seconds or SECONDS))
        ceiling = asyncio.run(fed_a_second(len(orders))) * SILENCE_SECONDS
    ratio = round(told["rate"] / ceiling, 3)
    return told | {"asked": streams, "ceiling_rate": round(ceiling, 1), "ratio": ratio}


def _place(platform: Ground, quotes: list[Promised]) -> list[Watched]:
    """An order over HTTP for each; nothing comes of them by itself, as no worker runs."""
    load = Load(iter([order_work(each) for each in quotes]), platform.web_port, lambda _: None)
    load.run(PLACING_SECONDS)
    for error in load.errors[:3]:
        say(f"trouble: {error}")
    tokens = {quote.customer.id: quote.customer.access_token for quote in quotes}
    with platform.connect("orders") as connection:
        placed = connection.execute("SELECT id::text, customer_id::text FROM orders_order").fetchall()
    return [Watched(order_id, tokens[customer]) for order_id, customer in placed if customer in tokens]


async def _hold(
    platform: Ground, orders: list[Watched], riding: list[Riding], seconds: float
) -> dict[str, Any]:
    memory = platform.resident("stream")
    door = _door(platform, len(orders))
    watcher = Watcher(door)
    opened = await watcher.open(orders)
    say(f"{opened} streams are open")
    over, mover = _begin_moving(platform, orders, riding)
    try:
        await asyncio.sleep(SETTLING_SECONDS)
        watcher.begin()
        before = platform.cpu()
        await asyncio.sleep(seconds)
        cpu = spent(before, platform.cpu())
        held = watcher.held(SILENCE_SECONDS)
        memory = platform.resident("stream") - memory
    finally:
        over.set()
        await asyncio.to_thread(mover.join)
        watcher.close()
    events = sum(watcher.events.values())
    say(f"{held} held, {events / seconds:.0f} events a second, {memory / 1024 / len(orders):.0f} kB each")
    return {
        "name": "streams",
        "rate": held,
        "unit": "streams",
        **quantiles(watcher.milliseconds),
        "errors": len(orders) - opened,
        "cpu_ms_per_unit": cpu_per_unit(cpu, events),
        "kilobytes_per_stream": round(memory / 1024 / len(orders), 1),
        "events_a_second": round(events / seconds, 1),
        "events": dict(watcher.events),
        "statuses": len(watcher.milliseconds),
        "longest_silence_seconds": round(watcher.longest_silence(), 1),
        "stream_cpu_share": round(cpu["stream"] / seconds, 3),
        "through": "the stream process's socket" if isinstance(door, Path) else "the origin",
        "seconds": seconds,
    }


def _door(platform: Ground, streams: int) -> int | Path:
    """Through the origin, which holds two files for each stream, where the machine lets it."""
    _, most = getrlimit(RLIMIT_NOFILE)
    if most == RLIM_INFINITY or 2 * streams + SPARE_FILES <= most:
        return platform.supervisor.port
    say(f"a process here may hold {most} files open: past the origin, to the stream process itself")
    return stream_socket(platform.home)


def _begin_moving(platform: Ground, orders: list[Watched], riding: list[Riding]) -> Any:
    """In a process of its own: what measures has enough to do."""
    spawning = get_context("spawn")
    over = spawning.Event()
    waiting = [each.order_id for each in orders[len(riding) :]]
    rate = len(orders) * MOVES_A_STREAM_A_SECOND
    mover = spawning.Process(
        target=_moving, args=(dict(platform.supervisor.env), waiting, riding, rate, over), daemon=True
    )
    mover.start()
    return over, mover


def _moving(env: dict[str, str], waiting: list[str], riding: list[Riding], rate: float, over: Any) -> None:
    django_is_up(env)
    move(waiting, riding, rate, over)
