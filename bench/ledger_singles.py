"""Single commands to the ledger: points are held, spent, let go and given back, one order at a time, at a
rate that does not wait for the answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.ground import django_is_up
from bench.measuring import quantiles, say

RATE = 200
THREADS = 8
REMEMBERED = 2 * RATE  # a hold ends so many commands later: seconds, in which it was answered
POINTS = 20


class Single(NamedTuple):
    """A command about a hold."""

    method: str
    hold_id: UUID
    customer_id: UUID

    @property
    def arguments(self) -> dict[str, Any]:
        match self.method:
            case "hold":
                return {
                    "customer_id": self.customer_id,
                    "order_id": self.hold_id,
                    "points": POINTS,
                    "region": "gb",
                }
            case "post":
                return {"points": POINTS - 5}
            case "restore":
                return {"points": 5, "reason": "refund"}
        return {}


def measure(env: Mapping[str, str], customers: list[UUID], seconds: float) -> dict[str, Any]:
    """`single_p50_ms` and so on: from the moment at which a command is due until it is answered."""
    say(f"{RATE} single commands a second")
    with get_context("spawn").Pool(1, django_is_up, [env]) as pool:
        milliseconds, errors = pool.apply(send, (customers, seconds))
    named = {f"single_{name}": value for name, value in quantiles(milliseconds).items()}
    say(f"answered in {named}")
    return {**named, "single_rate": RATE, "single_commands": len(milliseconds), "single_errors": errors}


def send(customers: list[UUID], seconds: float) -> tuple[list[float], int]:
    """In a process of its own. The first second is not counted: it opens connections."""
    work = list(commands(customers, int(RATE * (seconds + 1))))
    with ThreadPoolExecutor(THREADS) as threads:
        began = time.perf_counter() + 0.1
        sent = threads.map(lambda each: _send(each[1], began + each[0] / RATE), enumerate(work))
        answered = list(sent)[RATE:]
    return [took for took in answered if took is not None], answered.count(None)


def commands(customers: list[UUID], count: int) -> Iterator[Single]:
    """Of every five, two hold; of what was held, one half is spent and the rest let go, and of what is spent
    a part is given back."""
    from tiffin.ids import new_id

    random = Random(count)
    waiting: dict[str, deque[tuple[int, Single]]] = {"post": deque(), "void": deque(), "restore": deque()}
    for number in range(count):
        method = ("hold", "post", "hold", "void", "restore")[number % 5]
        line = waiting.get(method)
        if line and number - line[0][0] >= REMEMBERED:
            _, held = line.popleft()
            if method == "post":
                waiting["restore"].append((number, held))
            yield held._replace(method=method)
            continue
        single = Single("hold", new_id(), random.choice(customers))
        waiting["void" if number % 5 == 2 else "post"].append((number, single))
        yield single


def _send(single: Single, due: float) -> float | None:
    """Milliseconds since it was due; None when it went wrong."""
    from modules.rewards.interface import Rewards
    from tiffin.errors import DomainError
    from tiffin.interfaces import call
    from tiffin.interfaces.errors import ModuleFault, ModuleUnavailable

    time.sleep(max(0.0, due - time.perf_counter()))
    method: Callable[..., Any] = getattr(call(Rewards), single.method)
    try:
        method(key=f"{single.method} {single.hold_id}", hold_id=single.hold_id, **single.arguments)
    except (DomainError, ModuleFault, ModuleUnavailable) as trouble:
        say(f"trouble: {trouble}")
        return None
    return (time.perf_counter() - due) * 1000
