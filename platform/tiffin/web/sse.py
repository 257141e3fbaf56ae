"""Server-sent events (WHATWG HTML §9.2): their form, their headers, and how a stream is woken.

A stream holds no fact: it sends what it is told with a wake where that goes on from what it has sent, and
otherwise what the database says.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable, Iterator
from contextlib import aclosing, contextmanager, suppress
from functools import partial
from typing import Any

import msgspec
from django.http import StreamingHttpResponse

from tiffin import context

HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": still here\n\n"
_HEADERS = {
    "Cache-Control": "no-store, no-transform",
    # The proxies that buffer unless told otherwise.
    "X-Accel-Buffering": "no",
}


def event(data: object, *, name: str = "", id: str = "", retry_ms: int = 0) -> bytes:
    """One event; `data` goes as JSON on one line. `id` comes back as Last-Event-ID on reconnection."""
    lines = []
    if id:
        lines.append(f"id: {id}")
    if name:
        lines.append(f"event: {name}")
    if retry_ms:
        lines.append(f"retry: {retry_ms}")
    lines.append(f"data: {msgspec.json.encode(data).decode()}")
    return "\n".join(lines).encode() + b"\n\n"


def respond(events: AsyncGenerator[bytes, None]) -> StreamingHttpResponse:
    """The answer that sends `events` as they come: in the request's context, but without its deadline."""
    now = context.current()
    lasting = context.Context(
        actor=now.actor, region=now.region, correlation=now.correlation, causation=now.causation
    )
    return StreamingHttpResponse(
        _under(lasting, events), content_type="text/event-stream; charset=utf-8", headers=_HEADERS
    )


async def _under(lasting: context.Context, events: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    # The context is entered and left at each step: a server may run the steps in different tasks.
    async with aclosing(events):
        while True:
            with context.use(lasting):
                try:
                    piece = await anext(events)
                except StopAsyncIteration:
                    return
            yield piece


class Subscription:
    """One stream's interest in a key."""

    __slots__ = ("_is_woken", "_loop", "_told", "_waiter")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_woken = False
        self._waiter: asyncio.Future[bool] | None = None
        self._told: list[Any] = []

    def wake(self, told: Any = None) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # the loop has closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._hear, told)

    def take(self) -> list[Any]:
        """What the wakes since the last time have told, oldest first; some may be missing or come twice."""
        told, self._told = self._told, []
        return told

    def _hear(self, told: Any) -> None:
        if told is not None:
            self._told.append(told)
        self._is_woken = True
        self._answer(woken=True)

    def _answer(self, *, woken: bool) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(woken)

    async def wait(self, timeout_seconds: float = HEARTBEAT_SECONDS) -> bool:
        """True as soon as the key is woken (also when that was before the wait), False after the timeout."""
        if not self._is_woken:
            # A future and a timer: `wait_for` would keep a task for each of the streams that wait.
            self._waiter = self._loop.create_future()
            timer = self._loop.call_later(timeout_seconds, partial(self._answer, woken=False))
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        woken, self._is_woken = self._is_woken, False
        return woken


class Hub:
    """Who waits for which key in this process. Tails wake it from their threads; streams wait in their loop.

    async with a view's generator:

        with hub.subscribe(order_id) as changes:
            while True:
                yield news(changes.take())
                if not await changes.wait():
                    yield sse.HEARTBEAT  # and look again: a wake may have been lost
    """

    def __init__(self) -> None:
        self._subscriptions: dict[Hashable, set[Subscription]] = defaultdict(set)
        self._lock = threading.Lock()

    @contextmanager
    def subscribe(self, key: Hashable) -> Iterator[Subscription]:
        """Inside a running event loop. Subscribe before reading the state, or a change falls between."""
        subscription = Subscription()
        with self._lock:
            self._subscriptions[key].add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions[key].discard(subscription)
                if not self._subscriptions[key]:
                    del self._subscriptions[key]

    def wake(self, key: Hashable, tell: Callable[[], Any] = lambda: None) -> None:
        """Something happened to `key`; `tell` says what, and is asked only when somebody waits. From any
        thread."""
        with self._lock:
            waiting = tuple(self._subscriptions.get(key, ()))
        if waiting:
            told = tell()
            for subscription in waiting:
                subscription.wake(told)
