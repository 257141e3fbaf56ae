"""What every benchmark reports: rates, quantiles, the processor time of each process, and what the machine
could do at best."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import ceil
from statistics import median
from typing import Any, NamedTuple

import psutil

QUANTILES = (50, 95, 99)
ROUNDS = 3

Cpu = dict[str, float]


def say(line: str) -> None:
    """Progress, on standard error: the last line of standard output is the result."""
    print(line, file=sys.stderr, flush=True)


def quantiles(milliseconds: Iterable[float]) -> dict[str, float | None]:
    """p50_ms, p95_ms, p99_ms by nearest rank; None when there is nothing."""
    ordered = sorted(milliseconds)
    return {f"p{each}_ms": _quantile(ordered, each) for each in QUANTILES}


def _quantile(ordered: list[float], quantile: int) -> float | None:
    if not ordered:
        return None
    return round(ordered[ceil(len(ordered) * quantile / 100) - 1], 3)


def cpu_seconds(pids: Mapping[str, int]) -> Cpu:
    """Processor time so far, by name: each process with its children, those that have ended too."""
    return {name: _of_family(pid) for name, pid in pids.items()}


def _of_family(pid: int) -> float:
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        leader = psutil.Process(pid)
        for member in (leader, *leader.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


class Round(NamedTuple):
    """One of several measurements of the same."""

    units: int
    seconds: float
    milliseconds: list[float]
    cpu: Cpu
    errors: int = 0

    @property
    def rate(self) -> float:
        return self.units / self.seconds


def spent(before: Cpu, after: Cpu) -> Cpu:
    return {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}


def cpu_per_unit(cpu: Cpu, units: int) -> Cpu:
    """Milliseconds of processor time for each unit, by process."""
    return {name: round(seconds * 1000 / max(units, 1), 2) for name, seconds in cpu.items()}


def cpu_of(rounds: list[Round]) -> Cpu:
    """Processor milliseconds for each unit of all rounds together, by process."""
    names = {name: sum(each.cpu.get(name, 0.0) for each in rounds) for name in rounds[0].cpu}
    return cpu_per_unit(names, sum(each.units for each in rounds))


def result(
    name: str, unit: str, rounds: list[Round], *, ceilings: list[float], **more: Any
) -> dict[str, Any]:
    """The benchmark's answer: medians over the rounds, and their ratio to the ceiling."""
    rate, ceiling = median(each.rate for each in rounds), median(ceilings)
    return {
        "name": name,
        "rate": round(rate, 1),
        "unit": unit,
        **quantiles(took for each in rounds for took in each.milliseconds),
        "errors": sum(each.errors for each in rounds),
        "cpu_ms_per_unit": cpu_of(rounds),
        "ceiling_rate": round(ceiling, 1),
        "ratio": round(rate / ceiling, 3),
        "rates": [round(each.rate, 1) for each in rounds],
        "ceiling_rates": [round(each, 1) for each in ceilings],
        **more,
    }
