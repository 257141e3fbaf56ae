"""Being the only thread of this process at something: who comes second passes by instead of waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_under_way: set[str] = set()
_lock = threading.Lock()


@contextmanager
def alone(what: str) -> Iterator[bool]:
    """Whether no other thread of this process is at it."""
    with _lock:
        free = what not in _under_way
        _under_way.add(what)
    try:
        yield free
    finally:
        if free:
            with _lock:
                _under_way.discard(what)
