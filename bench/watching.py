"""Many live streams held open by one process, each a connection with next to nothing around it: what measures
must cost little."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from bench.actors import API
from tiffin.embedded.ports import LOOPBACK

OPENING_AT_ONCE = 32
OPENED_WITHIN_SECONDS = 30.0
LONGEST_PIECE = 64 * 1024
_EVENT = re.compile(rb"^event: (\w+)\r?$", re.MULTILINE)
_AT = re.compile(rb'"at":"([^"]+)"')
STATUS = "status"


class Watched(NamedTuple):
    """An order, and the access token of its customer."""

    order_id: str
    token: str


class Stream(asyncio.Protocol):
    """One open stream: when it was last told something, and the longest silence since the measuring began."""

    def __init__(self, watcher: Watcher, order: Watched) -> None:
        self._watcher, self._order = watcher, order
        self._piece = b""
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.is_open = False
        self.heard_at = 0.0
        self.longest_silence = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            f"GET {API}/orders/{self._order.order_id}/stream HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
            f"Authorization: Bearer {self._order.token}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        piece = self._piece + data
        whole, end, self._piece = piece.rpartition(b"\n\n")
        if not self.opened.done() and b"\r\n\r\n" in piece:
            self.is_open = piece.startswith(b"HTTP/1.1 200")
            self.opened.set_result(self.is_open)
        if end:
            self._hear(whole)
        elif len(piece) > LONGEST_PIECE:
            self.close()

    def _hear(self, whole: bytes) -> None:
        names = [found.decode() for found in _EVENT.findall(whole)]
        if names:
            now = time.monotonic()
            self.longest_silence = max(self.longest_silence, now - self.heard_at)
            self.heard_at = now
            self._watcher.heard(names, whole)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if not self.opened.done():
            self.opened.set_result(False)

    def close(self) -> None:
        self._transport.abort()


class Watcher:
    """Holds streams and counts what they are told, by the events' names; `milliseconds` is how long each
    status took from its moment to here."""

    def __init__(self, door: int | Path) -> None:
        """`door` is the origin's port, or the stream process's own socket."""
        self._door = door
        self._since: datetime | None = None
        self.streams: list[Stream] = []
        self.events: Counter[str] = Counter()
        self.milliseconds: list[float] = []

    async def open(self, orders: Sequence[Watched]) -> int:
        """Open a stream for each; how many were answered with one."""
        gate = asyncio.Semaphore(OPENING_AT_ONCE)
        return sum(await asyncio.gather(*(self._open(order, gate) for order in orders)))

    async def _open(self, order: Watched, gate: asyncio.Semaphore) -> bool:
        async with gate:
            loop = asyncio.get_running_loop()
            stream = Stream(self, order)
            if isinstance(self._door, Path):
                await loop.create_unix_connection(lambda: stream, str(self._door))
            else:
                await loop.create_connection(lambda: stream, LOOPBACK, self._door)
            self.streams.append(stream)
            return await asyncio.wait_for(stream.opened, OPENED_WITHIN_SECONDS)

    def begin(self) -> None:
        """From here on it counts."""
        now = time.monotonic()
        self._since = datetime.now().astimezone()
        self.events.clear()
        for stream in self.streams:
            stream.heard_at, stream.longest_silence = now, 0.0

    def held(self, silence_seconds: float) -> int:
        """How many are open and were never silent for longer than that since the measuring began."""
        now = time.monotonic()
        return sum(
            stream.is_open and max(stream.longest_silence, now - stream.heard_at) <= silence_seconds
            for stream in self.streams
        )

    def longest_silence(self) -> float:
        """Seconds, of any stream that is open."""
        now = time.monotonic()
        silences = (max(each.longest_silence, now - each.heard_at) for each in self.streams if each.is_open)
        return max(silences, default=0.0)

    def heard(self, names: list[str], whole: bytes) -> None:
        self.events.update(names)
        if self._since is None or STATUS not in names:
            return
        now = datetime.now().astimezone()
        for block in whole.split(b"\n\n"):
            if b"event: status" in block and (found := _AT.search(block)):
                at = datetime.fromisoformat(found[1].decode())
                if at >= self._since:
                    self.milliseconds.append((now - at).total_seconds() * 1000)

    def close(self) -> None:
        for stream in self.streams:
            stream.close()
