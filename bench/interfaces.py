"""`interfaces`: what a call through a published interface costs above a plain call, in the same process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any
from uuid import UUID

from bench.measuring import ROUNDS, Round, result, say
from tiffin.dto import DTO
from tiffin.ids import new_id
from tiffin.interfaces import Interface, call, query
from tiffin.interfaces.registry import provided
from tiffin.money import Money

SECONDS = 5.0
BATCH = 2_000


class Balance(DTO):
    """A small answer, as most are."""

    customer_id: UUID
    total: Money
    tags: tuple[str, ...]


class Purses(Interface, module="payments", version=99):
    """Answers from memory, so that nothing but the call is measured."""

    @query(timeout=1.0)
    def balance(self, *, customer_id: UUID, currency: str) -> Balance:
        raise NotImplementedError


class Purse(Purses):
    def balance(self, *, customer_id: UUID, currency: str) -> Balance:
        return Balance(
            customer_id=customer_id, total=Money(amount=1250, currency=currency), tags=("gold", "regular")
        )


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds`, plain and published calls in turn. The ceiling is the plain call."""
    from bench.ground import django_is_up

    django_is_up({})
    customer_id, purse = new_id(), Purse()
    with provided(Purses, by=purse):
        published = call(Purses)
        plain_rounds, rounds = [], []
        for _ in range(ROUNDS):
            length = (seconds or SECONDS) / 2
            plain_rounds.append(
                _round(lambda: purse.balance(customer_id=customer_id, currency="GBP"), length)
            )
            rounds.append(_round(lambda: published.balance(customer_id=customer_id, currency="GBP"), length))
            say(f"{_microseconds(rounds[-1]):.1f} µs, plain {_microseconds(plain_rounds[-1]):.1f} µs")
    pairs = [*zip(rounds, plain_rounds, strict=True)]
    told = result("interfaces", "calls", rounds, ceilings=[each.rate for each in plain_rounds])
    return told | {
        "microseconds_above_plain": _median_above(pairs, _microseconds),
        "cpu_microseconds_above_plain": _median_above(pairs, _cpu_microseconds),
    }


def _median_above(pairs: list[tuple[Round, Round]], of: Callable[[Round], float]) -> float:
    return round(median(of(published) - of(plain) for published, plain in pairs), 2)


def _round(once: Callable[[], object], seconds: float) -> Round:
    """Timed in batches, so that the clock costs nothing; a batch's mean stands for each of its calls."""
    units, took, milliseconds = 0, 0.0, []
    before, until = time.process_time(), time.perf_counter() + seconds
    gc.collect()
    while time.perf_counter() < until:
        began = time.perf_counter()
        for _ in range(BATCH):
            once()
        batch = time.perf_counter() - began
        units, took = units + BATCH, took + batch
        milliseconds.append(batch / BATCH * 1000)
    return Round(units, took, milliseconds, {"process": time.process_time() - before})


def _microseconds(one: Round) -> float:
    return one.seconds / one.units * 1e6


def _cpu_microseconds(one: Round) -> float:
    return one.cpu["process"] / one.units * 1e6
