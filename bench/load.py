"""Work over HTTP from a few clients, each on one kept connection and with the next piece as soon as it is
answered. Threads and the standard library's client: what measures must cost little."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from tiffin.embedded.ports import LOOPBACK

CLIENTS = 8
PATIENCE_SECONDS = 15


class Work(NamedTuple):
    """A POST of JSON."""

    path: str
    body: bytes
    headers: dict[str, str]


class Load:
    """Sends `work` to a port of this machine; `answered` is told each body that came with 201."""

    def __init__(self, work: Iterator[Work], port: int, answered: Callable[[bytes], None]) -> None:
        self._work, self._port, self._answered = work, port, answered
        self._lock = threading.Lock()
        self.milliseconds: list[float] = []
        self.errors: list[str] = []

    def run(self, seconds: float) -> float:
        """Work until the time is over or nothing is left; returns the seconds it took."""
        began = time.perf_counter()
        clients = [threading.Thread(target=self._client, args=(began + seconds,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return time.perf_counter() - began

    def _client(self, until: float) -> None:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=PATIENCE_SECONDS)
        while time.perf_counter() < until and (work := self._next()) is not None:
            began = time.perf_counter()
            try:
                connection.request("POST", work.path, body=work.body, headers=work.headers)
                response = connection.getresponse()
                body = response.read()
            except (OSError, HTTPException) as error:
                connection.close()
                self.errors.append(repr(error))
                continue
            if response.status != 201:
                self.errors.append(f"{response.status} {body[:200].decode(errors='replace')}")
                continue
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            self._answered(body)
        connection.close()

    def _next(self) -> Work | None:
        with self._lock:
            return next(self._work, None)
