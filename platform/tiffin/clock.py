"""The time. Code asks here and nowhere else, so that tests and simulations can hold or move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_offset = timedelta(0)
_held: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _held is not None:
        return _held
    return datetime.now(UTC) + _offset


@contextmanager
def hold(at: datetime) -> Iterator[None]:
    """Stand still at `at` (aware) for the whole process. For tests."""
    global _held
    if at.tzinfo is None:
        raise ValueError("the clock is held at an aware datetime")
    before, _held = _held, at.astimezone(UTC)
    try:
        yield
    finally:
        _held = before


@contextmanager
def shift(by: timedelta) -> Iterator[None]:
    """Run ahead of (or behind) the machine by `by` for the whole process. For tests."""
    global _offset, _held
    before, held_before = _offset, _held
    _offset += by
    if _held is not None:
        _held += by
    try:
        yield
    finally:
        _offset, _held = before, held_before
