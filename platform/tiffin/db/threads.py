"""The same for many things, several at once, in threads that may use the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connections

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


def map_in_threads(do: Callable[[Thing], Answer], things: Sequence[Thing], *, threads: int) -> list[Answer]:
    """What `do` answers for each, in their order, in the caller's context. Raises what it raises for the
    first for which it does, once all are done. What a thread writes is not in the caller's transaction."""

    def share(first: int) -> list[Answer]:
        try:
            return [do(thing) for thing in things[first::threads]]
        finally:
            connections.close_all()  # those of this thread

    found: dict[int, Answer] = {}
    with ThreadPoolExecutor(threads) as pool:
        shares = [pool.submit(copy_context().run, share, first) for first in range(threads)]
        for first, answered in enumerate(shares):
            found.update(zip(range(first, len(things), threads), answered.result(), strict=True))
    return [found[number] for number in range(len(things))]
