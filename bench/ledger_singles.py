"""Single commands to the ledger: points are held, spent, let go and given back, one order at a time, at a
rate that does not wait for the answers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from io import FileIO
from itertools import chain, pairwise
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from bench.ground import Ground, django_is_up
from bench.measuring import ROUNDS, quantiles, say

RATE = 200
PROCESSES = 2  # as the web has
THREADS = 4  # of each
REMEMBERED = 2 * RATE // PROCESSES  # a hold ends so many commands later: seconds, in which it was answered
POINTS = 20
START_SECONDS = 0.5  # after all processes have made their commands
SPENT = 15  # of them; the others are free again
GIVEN_BACK = 5


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
                return {"points": SPENT}
            case "restore":
                return {"points": GIVEN_BACK, "reason": "refund"}
        return {}

    @property
    def key(self) -> str:
        return f"{self.method} {self.hold_id}"

    @property
    def entries(self) -> list[UUID]:
        """The ids of what is entered when it happens: the ledger makes them from the hold's."""
        from modules.rewards.interface import Flow
        from tiffin.ids import derived

        ends = {
            "post": (Flow.POST.value, Flow.RELEASE.value),
            "void": (Flow.RELEASE.value,),
            "restore": (f"restore {self.key}",),
        }
        return [derived(self.hold_id, name) for name in ends.get(self.method, ())] or [self.hold_id]


def measure(platform: Ground, customers: list[UUID], seconds: float) -> dict[str, Any]:
    """`single_p50_ms` and so on: from the moment at which a command is due until it is answered; the median
    of ROUNDS that follow each other."""
    say(f"{RATE} single commands a second")
    files = [platform.home.logs / f"acknowledged-singles-{number}.ids" for number in range(PROCESSES)]
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(platform)) for _ in files]
        for share, process in enumerate(processes):
            theirs = customers[share::PROCESSES]
            process.submit(prepare, theirs, int(RATE * (seconds + 1)) // PROCESSES).result()
        began = time.time() + START_SECONDS
        sent = [
            process.submit(send, began, share, noted)
            for share, (process, noted) in enumerate(zip(processes, files, strict=True))
        ]
        answered = [each.result() for each in sent]
    parts = [list(chain(*each)) for each in zip(*(_in_rounds(took) for took, _ in answered), strict=True)]
    named = _medians([quantiles(part) for part in parts])
    say(f"answered in {named}")
    return {
        **named,
        "single_rate": RATE,
        "single_commands": sum(map(len, parts)),
        "single_errors": sum(wrong for _, wrong in answered),
    }


def _in_rounds(milliseconds: list[float]) -> list[list[float]]:
    """What follows each other, in ROUNDS parts."""
    ends = [len(milliseconds) * number // ROUNDS for number in range(ROUNDS + 1)]
    return [milliseconds[begin:end] for begin, end in pairwise(ends)]


def _medians(rounds: list[dict[str, float | None]]) -> dict[str, float | None]:
    """Of each quantile that of the round in the middle: a moment in which a neighbour had the processor
    spoils one round."""
    told: dict[str, float | None] = {}
    for name in rounds[0]:
        values = [value for each in rounds if (value := each[name]) is not None]
        told[f"single_{name}"] = median(values) if values else None
    return told


def _process(platform: Ground) -> ProcessPoolExecutor:
    """One process that has Django up. Should it die, whatever is asked of it raises BrokenProcessPool."""
    return ProcessPoolExecutor(
        1, get_context("spawn"), initializer=django_is_up, initargs=(platform.supervisor.env,)
    )


_prepared: list[Single] = []


def prepare(customers: list[UUID], count: int) -> None:
    """Make this process's commands: how long that takes is the machine's matter, and nobody waits for it."""
    _prepared.extend(commands(customers, count))


def send(began: float, share: int, noted: Path) -> tuple[list[float], int]:
    """One process's share of the commands since `began`, by the clock: milliseconds, but for those of the
    first second, which opens connections; and how many went wrong in all. The ids of what was acknowledged
    are `noted`, 16 bytes each."""
    with ThreadPoolExecutor(THREADS) as threads, noted.open("ab", buffering=0) as notes:
        start = time.perf_counter() + began - time.time()
        due = (
            (start + (number * PROCESSES + share) / RATE, single) for number, single in enumerate(_prepared)
        )
        latest: dict[UUID, Future[float | None]] = {}
        sent = []
        for moment, single in due:
            latest[single.hold_id] = threads.submit(_send, single, moment, notes, latest.get(single.hold_id))
            sent.append(latest[single.hold_id])
        answered = [each.result() for each in sent]
    return [took for took in answered[RATE // PROCESSES :] if took is not None], answered.count(None)


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


def _send(single: Single, due: float, notes: FileIO, before: Future[float | None] | None) -> float | None:
    """Milliseconds since it was due; None when it went wrong. What came `before` for the same hold, and on a
    machine that is late is still under way, is answered first."""
    from modules.rewards.interface import Rewards
    from tiffin.errors import DomainError
    from tiffin.interfaces import call
    from tiffin.interfaces.errors import ModuleFault, ModuleUnavailable

    time.sleep(max(0.0, due - time.perf_counter()))
    if before is not None:
        before.result()
    method: Callable[..., Any] = getattr(call(Rewards), single.method)
    try:
        method(key=single.key, hold_id=single.hold_id, **single.arguments)
    except (DomainError, ModuleFault, ModuleUnavailable) as trouble:
        say(f"trouble: {trouble}")
        return None
    took = (time.perf_counter() - due) * 1000
    notes.write(b"".join(id.bytes for id in single.entries))
    return took
