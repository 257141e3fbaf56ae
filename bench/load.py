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
    """Sends `work` to a port of this machine from so many `clients`; `answered` is told each body that came
    with `status`. With a `rate` that many pieces are begun a second, evenly."""

    def __init__(
        self,
        work: Iterator[Work],
        port: int,
        answered: Callable[[bytes], None],
        *,
        status: int = 201,
        clients: int = CLIENTS,
        rate: float | None = None,
    ) -> None:
        self._work, self._port, self._answered = work, port, answered
        self._status, self._clients, self._rate = status, clients, rate
        self._begun = 0
        self._lock = threading.Lock()
        self.milliseconds: list[float] = []
        self.errors: list[str] = []

    def run(self, seconds: float) -> float:
        """Work until the time is over or nothing is left; returns the seconds it took."""
        began = self._began = time.perf_counter()
        until = began + seconds
        clients = [threading.Thread(target=self._client, args=(until,)) for _ in range(self._clients)]
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
            if response.status != self._status:
                self.errors.append(f"{response.status} {body[:200].decode(errors='replace')}")
                continue
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            self._answered(body)
        connection.close()

    def _next(self) -> Work | None:
        with self._lock:
            work, due = next(self._work, None), self._began
            if self._rate is not None:
                due += self._begun / self._rate
                self._begun += 1
        time.sleep(max(0.0, due - time.perf_counter()))
        return work
