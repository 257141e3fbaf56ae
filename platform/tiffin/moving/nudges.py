"""Nudges: "there is something to read", "there is something to do". Coalesced, never in a request's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import redis
import structlog
from django.conf import settings
from django.db import connections

from tiffin.db.transactions import on_commit
from tiffin.moving.sending import BROKER_TIMEOUT_SECONDS, send

log = structlog.get_logger(__name__)

MOVE = "tiffin.move"
PUMP = "tiffin.pump"
RUN_JOBS = "tiffin.run_jobs"

# After a failure nobody waits for the broker again for a while.
BROKER_REST_SECONDS = 1.0
# A flag whose task was lost must not silence later nudges for long.
FLAG_SECONDS = 3
# Nor one whose task is busy with something slow: another task comes to its side.
AT_WORK_MILLISECONDS = 500
# There are not more subscriptions and lanes than this; what is left is taken with the next.
MOST_NEWS = 1_000


class Nudge(NamedTuple):
    """A task of the kernel for the module whose queue it goes to, and the news that it is to look after."""

    task: str
    module: str
    arguments: tuple[str | int, ...]
    news: str = ""

    @property
    def flag(self) -> str:
        return ":".join(("nudge", self.task, *map(str, self.arguments)))

    @property
    def shelf(self) -> str:
        """Where its news lie until the task takes them."""
        return f"news:{self.flag}"


class Broker:
    """The way to Redis for nudges: short time-outs, and a rest after each failure."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._resting_until = 0.0
        self._lock = threading.Lock()

    def send(self, nudges: Iterable[Nudge]) -> int:
        """Lay the news out and send the tasks that are not on their way or at work already; returns how many.
        Never raises for the broker."""
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

    def take(self, nudge: Nudge) -> set[str]:
        """The news so far, for its task, which is at work from now on: more news need no other task."""
        return self._news(nudge, lambda pipe: pipe.set(nudge.flag, 1, px=AT_WORK_MILLISECONDS))

    def leave(self, nudge: Nudge) -> set[str]:
        """The last news, for its task, which ends unless there are any: more news send another."""
        return self._news(nudge, lambda pipe: pipe.delete(nudge.flag))

    def hand_on(self, nudge: Nudge, news: Iterable[str] = ("",)) -> None:
        """Let another task go on beside or after this one."""
        left = self.leave(nudge) | set(news)
        self.send(nudge._replace(news=each) for each in left)

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

    def _news(self, nudge: Nudge, flag: Callable[[Any], object]) -> set[str]:
        """The flag first, and `send` lays its news out before it raises one: none are left with a task that
        has just ended."""
        pipe = self.client.pipeline(transaction=False)
        flag(pipe)
        pipe.spop(nudge.shelf, MOST_NEWS)
        try:
            return {each.decode() for each in pipe.execute()[1]}
        except redis.RedisError as error:
            log.warning("news_unread", flag=nudge.flag, error=type(error).__name__)
            return set()  # the next sweep finds what they told

    def _raise_flags(self, nudges: list[Nudge]) -> list[Nudge]:
        news: dict[Nudge, set[str]] = {}
        for nudge in nudges:
            news.setdefault(nudge._replace(news=""), set()).add(nudge.news)
        pipe = self.client.pipeline(transaction=False)
        for nudge, told in news.items():
            pipe.sadd(nudge.shelf, *told)
            pipe.set(nudge.flag, 1, nx=True, ex=FLAG_SECONDS)
        return [nudge for nudge, raised in zip(news, pipe.execute()[1::2], strict=True) if raised]


broker = Broker()


class _Gathered:
    """The nudges of one transaction, sent together once it has committed."""

    def __init__(self) -> None:
        self.nudges: set[Nudge] = set()

    def __call__(self) -> None:
        broker.send(self.nudges)


def send_after_commit(nudges: Iterable[Nudge], *, owner: str) -> None:
    """Send the nudges once the open transaction of `owner` commits; at once when none is open."""
    wanted = set(nudges)
    if not wanted:
        return
    for _, function, *_ in connections[owner].run_on_commit:
        if isinstance(function, _Gathered):
            function.nudges |= wanted
            return
    gathered = _Gathered()
    gathered.nudges |= wanted
    on_commit(gathered, owner=owner)


def nudge_jobs(module: str) -> Nudge:
    """There is something due."""
    return Nudge(RUN_JOBS, module, (module,), "due")


def nudge_pump(subscriber: str, producer: str, lane: int) -> Nudge:
    """There is something to read in a lane of a producer's log."""
    module = subscriber.split(".", maxsplit=1)[0]
    return Nudge(MOVE, module, (module,), f"{subscriber}|{producer}|{lane}")


def lane_of_its_own(subscriber: str, producer: str, lane: int) -> Nudge:
    """There is so much to read in a lane that it takes a task of its own."""
    return Nudge(PUMP, subscriber.split(".", maxsplit=1)[0], (subscriber, producer, lane))


def read_news(told: str) -> tuple[str, str, int]:
    """Subscriber, producer and lane, as `nudge_pump` wrote them down."""
    subscriber, producer, lane = told.split("|")
    return subscriber, producer, int(lane)


def _publish(nudges: list[Nudge]) -> None:
    for nudge in nudges:
        send(nudge.task, nudge.arguments, queue=nudge.module)
