"""`place_order`: quotes become orders over HTTP, measured against an empty view that writes the same rows.

No worker runs meanwhile: it is the acceptance that is measured. What happens next is `lifecycle`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import cycle, islice
from statistics import median
from typing import Any

from bench.ceilings import copy_orders, order_ceiling
from bench.floor import keep_rows
from bench.ground import Ground, ground
from bench.load import Load, Work
from bench.measuring import ROUNDS, Round, cpu_of, result, say, spent
from bench.quotes import Promised, make_quotes, order_body, order_work
from bench.report import Acknowledged, missing_orders

SECONDS = 5.0
MOST_A_SECOND = 400  # so many quotes are made for each second of a round
WARM_UP_ORDERS = 200
WARM_UP_SECONDS = 60.0


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds`, each beside one of the floor."""
    with ground() as platform:
        length = seconds or SECONDS
        a_round = int(length * MOST_A_SECOND)
        quotes = asyncio.run(make_quotes(platform.url, WARM_UP_ORDERS + a_round * ROUNDS))
        platform.stop("worker", "beat")
        orders, empty = iter([order_work(each) for each in quotes]), cycle([_empty(each) for each in quotes])
        taken = Acknowledged(platform.home.logs / "acknowledged.ids")
        placing = Placing(platform, taken)
        placing.measure(islice(orders, WARM_UP_ORDERS), platform.web_port, WARM_UP_SECONDS)
        rows = copy_orders(platform, taken.ids(), answered=True)
        keep_rows(platform.home, rows)
        floor = platform.serve_beside("floor", "bench.floor.wsgi")
        ceilings, floors, rounds = [order_ceiling(platform, rows)], [], []
        for _ in range(ROUNDS):
            floors.append(Placing(platform, None).measure(empty, floor, length))
            rounds.append(placing.measure(islice(orders, a_round), platform.web_port, length))
            say(f"floor {floors[-1].rate:.0f} a second, orders {rounds[-1].rate:.0f} a second")
        ceilings.append(order_ceiling(platform, rows))
        told = result("place_order", "orders", rounds, ceilings=ceilings)
        lost = missing_orders(taken.ids())
    floor_rate = median(each.rate for each in floors)
    return told | {
        "lost": len(lost),
        "floor_rate": round(floor_rate, 1),
        "floor_ratio": round(told["rate"] / floor_rate, 3),
        "floor_cpu_ms_per_unit": cpu_of(floors),
        "floor_rates": [round(each.rate, 1) for each in floors],
    }


class Placing:
    """Measures rounds; the orders that were acknowledged are noted on disk."""

    def __init__(self, platform: Ground, taken: Acknowledged | None) -> None:
        self._platform, self._taken = platform, taken

    def measure(self, work: Iterator[Work], port: int, seconds: float) -> Round:
        load = Load(work, port, self._note)
        before = self._platform.cpu()
        took = load.run(seconds)
        for error in load.errors[:3]:
            say(f"trouble: {error}")
        cpu = spent(before, self._platform.cpu())
        return Round(len(load.milliseconds), took, load.milliseconds, cpu, len(load.errors))

    def _note(self, body: bytes) -> None:
        if self._taken is not None:
            self._taken.note(json.loads(body)["id"])


def _empty(quote: Promised) -> Work:
    return Work("/orders", order_body(quote), {"Content-Type": "application/json"})
