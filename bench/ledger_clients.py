"""What each client process of `ledger` does: it makes batches beforehand, posts them through the interface of
rewards, and writes down the ids of what was acknowledged."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from bench import ledger_ceiling
from bench.ground import django_is_up
from bench.ledger_ceiling import Prepared, Rows
from bench.measuring import say
from bench.points import Batch, Shapes

MOST_A_SECOND = 16  # so many batches are made for each second of a round
MOST_ROWS_A_SECOND = 40  # and of raw rows


class Part(NamedTuple):
    """What one process did."""

    transfers: int
    milliseconds: list[float]
    cpu_seconds: float
    errors: int


class Client:
    """One process's own: `noted` is where the ids of acknowledged transfers are kept, 16 bytes each."""

    def __init__(self, url: str, shapes: Shapes, noted: Path) -> None:
        self.url, self.shapes = url, shapes
        self.noted = noted.open("ab")
        self.batches: list[Batch] = []
        self.later: list[Batch] = []  # mixed ones that time did not suffice for; others rest on them
        self.rows: list[Rows] = []
        self.copies = 0
        self.prepared: list[list[Prepared]] = []  # of each connection

    def post(self, until: float) -> Part:
        """What is prepared, until the time is over."""
        from modules.rewards.interface import Rewards
        from tiffin.errors import DomainError
        from tiffin.interfaces import CommandKey, call
        from tiffin.interfaces.errors import ModuleFault, ModuleUnavailable

        milliseconds, posted, errors, before = [], 0, 0, time.process_time()
        while self.batches and (began := time.perf_counter()) < until:
            batch = self.batches.pop()
            try:
                answer = call(Rewards).post_many(key=CommandKey(uuid4().hex), postings=batch.postings)
            except (DomainError, ModuleFault, ModuleUnavailable) as trouble:
                say(f"trouble: {trouble}")
                errors += 1
                continue
            milliseconds.append((time.perf_counter() - began) * 1000)
            if answer.refused:
                say(f"trouble: {answer.refused[0]}")
                errors += len(answer.refused)
                continue
            posted += batch.transfers
            self.noted.write(batch.ids)
            self.noted.flush()
        return Part(posted, milliseconds, time.process_time() - before, errors)


_client: list[Client] = []


def begin(env: Mapping[str, str], customers: list[UUID], share: int, shares: int, folder: Path) -> None:
    """Make this process a client."""
    django_is_up(env)
    shapes = Shapes(customers, share=share, shares=shares, seed=len(customers))
    _client.append(Client(env["DATABASE_URL"], shapes, folder / f"acknowledged-{share}.ids"))


def enough(seconds: float) -> int:
    """How many batches a client cannot post in so many seconds."""
    return int(seconds * MOST_A_SECOND) + 1


def prepare(count: int, charities: int = 0) -> None:
    """So many batches: mixed ones, or gifts to so many charities."""
    (client,) = _client
    if charities:
        client.batches = client.shapes.gifts(charities, count)
    else:
        client.later = client.shapes.batches(count - len(client.later))[::-1] + client.later
        client.batches = client.later
    # Who calls does not hold thousands of batches, which the collector would go through again and again.
    gc.collect()
    gc.freeze()


def post(seconds: float | None) -> Part:
    """What is prepared, for so many seconds or all of it."""
    (client,) = _client
    return client.post(inf if seconds is None else time.perf_counter() + seconds)


def keep_rows(rows: list[Rows]) -> None:
    """These are written by `write_rows`: a connection writes copies of its own rows, for each rests on those
    before it."""
    _client[0].rows = rows


def prepare_rows(seconds: float, connections: int) -> None:
    (client,) = _client
    client.prepared = [[] for _ in client.rows[:connections]]
    while len(client.prepared[0]) < seconds * MOST_ROWS_A_SECOND / connections:
        for own, rows in zip(client.prepared, client.rows, strict=False):
            own.extend(ledger_ceiling.prepared(rows, client.copies))
        client.copies += 1


def write_rows(seconds: float) -> float:
    """Transfers a second, of all connections together."""
    (client,) = _client
    with ThreadPoolExecutor(len(client.prepared)) as threads:
        return sum(threads.map(lambda each: _write(client.url, each, seconds), client.prepared))


def _write(url: str, prepared: list[Prepared], seconds: float) -> float:
    with ledger_ceiling.connected(url) as connection:
        began, written = time.perf_counter(), 0
        for each in prepared:
            connection.execute(ledger_ceiling.STATEMENT.encode(), each.parameters)
            written += each.transfers
            if time.perf_counter() - began > seconds:
                break
        return written / (time.perf_counter() - began)
