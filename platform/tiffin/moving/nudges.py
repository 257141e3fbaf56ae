"""Nudges: "there is something to read", "there is something to do". Coalesced, never in a request's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

import redis
import structlog
from django.conf import settings

from tiffin.moving.sending import BROKER_TIMEOUT_SECONDS, send

log = structlog.get_logger(__name__)

PUMP = "tiffin.pump"
RUN_JOBS = "tiffin.run_jobs"

# After a failure nobody waits for the broker again for a while.
BROKER_REST_SECONDS = 1.0
# A flag whose task was lost must not silence later nudges for long.
FLAG_SECONDS = 3


class Nudge(NamedTuple):
    """A task of the kernel, for the module whose queue it goes to."""

    task: str
    module: str
    arguments: tuple[str | int, ...]

    @property
    def flag(self) -> str:
        return ":".join(("nudge", self.task, *map(str, self.arguments)))


class Broker:
    """The way to Redis for nudges: short time-outs, and a rest after each failure."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._resting_until = 0.0
        self._lock = threading.Lock()

    def send(self, nudges: Iterable[Nudge]) -> int:
        """Send those that are not on their way already; returns how many. Never raises for the broker."""
        wanted = list(nudges)
        if not wanted or time.monotonic() < self._resting_until:
            return 0
        try:
            fresh = self._raise_flags(wanted)
            _publish(fresh)
        except Exception as error:
            self._resting_until = time.monotonic() + BROKER_REST_SECONDS
            log.warning("nudge_failed", error=type(error).__name__)
            return 0
        return len(fresh)

    def lower_flag(self, nudge: Nudge) -> None:
        """Called before reading, so that a nudge during the reading is not swallowed."""
        try:
            self.client.delete(nudge.flag)
        except redis.RedisError:
            log.warning("nudge_flag_stays", flag=nudge.flag)

    @property
    def client(self) -> redis.Redis:
        if self._client is None:
            with self._lock:
                self._client = redis.Redis.from_url(
                    settings.REDIS_URL,
                    socket_timeout=BROKER_TIMEOUT_SECONDS,
                    socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
                    retry=None,
                )
        return self._client

    def _raise_flags(self, nudges: list[Nudge]) -> list[Nudge]:
        pipeline = self.client.pipeline(transaction=False)
        for nudge in nudges:
            pipeline.set(nudge.flag, 1, nx=True, ex=FLAG_SECONDS)
        return [nudge for nudge, raised in zip(nudges, pipeline.execute(), strict=True) if raised]


broker = Broker()


def nudge_jobs(module: str) -> Nudge:
    return Nudge(RUN_JOBS, module, (module,))


def nudge_pump(subscriber: str, producer: str, lane: int) -> Nudge:
    return Nudge(PUMP, subscriber.split(".", maxsplit=1)[0], (subscriber, producer, lane))


def _publish(nudges: list[Nudge]) -> None:
    for nudge in nudges:
        send(nudge.task, nudge.arguments, queue=nudge.module)
