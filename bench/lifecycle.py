"""`lifecycle`: whole orders, by the public API, each from the basket until it is final."""

from __future__ import annotations

import asyncio
from random import SystemRandom
from statistics import median
from typing import Any

from bench.actors import DEMO_COURIERS, DEMO_KITCHEN, DEMO_PASSWORD, client
from bench.ceilings import copy_orders, order_ceiling
from bench.ground import Ground, ground
from bench.measuring import Cpu, cpu_per_unit, say, spent
from bench.report import missing_orders
from bench.simulate import Options, Simulation

RATE = 17.0
SECONDS = 300.0
WARM_UP_RATE, WARM_UP_SECONDS = 3.0, 15.0
GENERATOR = "generator"


def run(*, seconds: float | None, rate: float = RATE, seed: int | None = None) -> dict[str, Any]:
    """Orders come at `rate` a second for `seconds`; the rate reported is of those that became final, until
    the last one was. The ceiling is that of the rows that a finished order has in the schema of orders."""
    seed = SystemRandom().getrandbits(32) if seed is None else seed
    with ground() as platform:
        say("A warm-up, whose orders are not counted")
        warm = asyncio.run(_simulate(_options(platform, WARM_UP_RATE, WARM_UP_SECONDS, seed + 1, "warm-up")))
        rows = copy_orders(platform, warm.acknowledged.ids(), answered=False)
        ceilings = [order_ceiling(platform, rows)]
        options = _options(platform, rate, seconds or SECONDS, seed, "acknowledged")
        meter = Meter(platform)
        measured = asyncio.run(_simulate(options, meter))
        ceilings.append(order_ceiling(platform, rows))
        lost = missing_orders(measured.acknowledged.ids())
    return _told(measured, meter, lost, median(ceilings))


class Meter:
    """Counts the processor time and the calls of what is measured."""

    def __init__(self, platform: Ground) -> None:
        self._platform = platform
        self._before: Cpu = {}
        self.calls = 0
        self.cpu: Cpu = {}

    def begin(self) -> None:
        self._before, self.calls = self._platform.cpu(), 0

    def end(self) -> None:
        self.cpu = spent(self._before, self._platform.cpu())

    async def count(self, _: object) -> None:
        self.calls += 1


def _options(platform: Ground, rate: float, seconds: float, seed: int, name: str) -> Options:
    return Options(
        base_url=platform.url,
        rate=rate,
        seconds=seconds,
        seed=seed,
        kitchens=(DEMO_KITCHEN,),
        couriers=DEMO_COURIERS,
        password=DEMO_PASSWORD,
        acknowledged=platform.home.logs / f"{name}.ids",
    )


async def _simulate(options: Options, meter: Meter | None = None) -> Simulation:
    async with client(options.base_url) as http:
        if meter is not None:
            http.event_hooks["request"].append(meter.count)
        simulation = Simulation(http, options, meter.begin if meter is not None else lambda: None)
        await simulation.run()
        if meter is not None:
            meter.end()
    return simulation


def _told(measured: Simulation, meter: Meter, lost: list[str], ceiling: float) -> dict[str, Any]:
    final, options = len(measured.final), measured.options
    cpu = cpu_per_unit(meter.cpu, final)
    report = measured.report.as_json(lost=lost, unfinished=measured.unfinished())
    told = {
        "name": "lifecycle",
        "rate": round(final / measured.seconds, 2),
        "unit": "orders",
        **report["place"],
        "errors": report["errors"],
        "lost": report["lost"],
        "cpu_ms_per_unit": cpu,
        "cpu_ms_per_order": round(sum(ms for name, ms in cpu.items() if name != GENERATOR), 1),
        "ceiling_rate": round(ceiling, 1),
        "ratio": round(final / measured.seconds / ceiling, 4),
        "calls_per_order": round(meter.calls / max(final, 1), 1),
        "asked_rate": options.rate,
        "seconds": options.seconds,
        "seed": options.seed,
    }
    return told | report
