"""A cache that hangs or is gone costs a moment, and nothing else."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tiffin.web import cache as rooms
from tiffin.web.cache import REST_SECONDS, LosableCache

AT_MOST_SECONDS = 0.5


@pytest.fixture
def hanging() -> Iterator[str]:
    """A server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def refused() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["hanging", "refused"])
def lost(request: pytest.FixtureRequest) -> Iterator[LosableCache]:
    yield LosableCache(request.getfixturevalue(request.param), {})
    rooms._resting_until.clear()
    rooms._owed.clear()


def test_reads_miss_and_writes_are_dropped_at_once(lost: LosableCache) -> None:
    began = time.monotonic()

    assert lost.add("a", 1, 60) is True
    lost.set("a", 1)
    assert lost.get("a") is None
    assert lost.get("a", 7) == 7
    assert lost.incr("a") == 1
    assert lost.get_many(["a"]) == {}
    assert lost.set_many({"a": 1}) == ["a"]
    assert "a" not in lost
    assert lost.touch("a") is False
    assert lost.delete("a") is False
    lost.delete_many(["a"])
    lost.clear()

    assert time.monotonic() - began < AT_MOST_SECONDS


def test_each_failure_is_cheap_and_only_the_first_is_waited_for(lost: LosableCache) -> None:
    lost.get("a")
    began = time.monotonic()

    for _ in range(1_000):
        lost.get("a")

    assert time.monotonic() - began < AT_MOST_SECONDS < REST_SECONDS


@pytest.mark.database
def test_it_is_asked_again_after_a_rest(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(rooms, "_resting_until", {settings.REDIS_URL: time.monotonic() + 60})
    cache = LosableCache(settings.REDIS_URL, {})
    cache.set("a", 1)
    assert cache.get("a") is None

    rooms._resting_until[settings.REDIS_URL] = time.monotonic() - 1
    cache.set("a", 1)

    assert cache.get("a") == 1
    with pytest.raises(ValueError, match="not found"):
        cache.incr("never-set")


@pytest.mark.database
def test_a_lock_let_go_while_redis_was_late_is_free_as_soon_as_it_answers(settings: Any) -> None:
    here = settings.REDIS_URL
    ours, theirs = LosableCache(here, {}), LosableCache(here, {})
    assert ours.add("lock", 1, 600) is True
    rooms._resting_until[here] = time.monotonic() + 60
    try:
        ours.delete("lock")
    finally:
        rooms._resting_until.pop(here)

    assert theirs.add("lock", 1, 600) is True
    assert theirs.add("lock", 1, 600) is False
    theirs.delete_many(["lock"])


def test_what_is_owed_does_not_grow_without_end(refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "OWED_AT_MOST", 3)
    cache = LosableCache(refused, {})

    for number in range(5):
        cache.delete(f"key-{number}")

    assert len(rooms._owed.pop(refused)) == 3
    rooms._resting_until.pop(refused)
