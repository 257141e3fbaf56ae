"""The other deployables, each with its pool of connections and its breaker."""

from __future__ import annotations

import threading
import time
from functools import cache
from http import HTTPStatus

import httpx
from django.conf import settings
from prometheus_client import Histogram

from tiffin import context
from tiffin.remote.breaker import Breaker
from tiffin.remote.homes import home_of
from tiffin.remote.signing import HEADER, sign

PREFIX = "/internal/v1/"
MEDIA_TYPE = "application/vnd.msgpack"
CONNECT_SECONDS = 1.0
CONNECTIONS = 50
# Below gunicorn's keep-alive, so that nobody writes into a connection that is just being closed.
IDLE_SECONDS = 30.0
# An answer may be on its way when the module's own deadline ends the work: it is waited for.
GRACE_SECONDS = 0.25

remote_seconds = Histogram(
    "tiffin_remote_seconds",
    "Time from sending a message to another deployable to its answer, in seconds",
    ["module", "what", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# What a deployable says before it has done anything: not signed well, not for it, not known.
_NOT_DONE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


class Unreached(Exception):
    """There is no answer. `sent` is whether the other side may have the message."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class Peer:
    """The deployable where a module runs."""

    def __init__(self, module: str, base_url: str) -> None:
        self.module = module
        self.breaker = Breaker()
        self._client = httpx.Client(
            base_url=base_url,
            limits=httpx.Limits(
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=IDLE_SECONDS,
            ),
            trust_env=False,
        )

    def post(self, what: str, body: bytes, *, timeout_seconds: float) -> bytes:
        """The answer to `body`, sent to `/internal/v1/{what}`. Raises Unreached."""
        if not self.breaker.allows():
            raise Unreached(f"{self.module} has not answered lately; it is asked again soon", sent=False)
        began = time.perf_counter()
        answered = False
        try:
            answer = self._send(what, body, timeout_seconds)
            answered = True
            return answer
        finally:
            # Whatever ends the call: a breaker that has let one try must hear of it.
            self.breaker.succeeded() if answered else self.breaker.failed()
            _series(self.module, what, answered).observe(time.perf_counter() - began)

    def _send(self, what: str, body: bytes, timeout_seconds: float) -> bytes:
        path = PREFIX + what
        headers = {
            HEADER: sign(path, body, key=settings.TIFFIN_INTERNAL_KEY),
            "Content-Type": MEDIA_TYPE,
            "traceparent": f"00-{context.current().trace_id}-{'0' * 15}1-01",
        }
        timeout = httpx.Timeout(
            timeout_seconds + GRACE_SECONDS, connect=min(CONNECT_SECONDS, timeout_seconds)
        )
        try:
            answer = self._client.post(path, content=body, headers=headers, timeout=timeout)
        except _NEVER_SENT as error:
            raise Unreached(_said(error), sent=False) from error
        except httpx.HTTPError as error:
            raise Unreached(_said(error), sent=True) from error
        if answer.status_code == HTTPStatus.OK:
            return answer.content
        raise Unreached(
            f"{self.module} answered {answer.status_code}", sent=answer.status_code not in _NOT_DONE
        )


_peers: dict[tuple[str, str], Peer] = {}
_lock = threading.Lock()


def peer_of(module: str) -> Peer:
    """The peer for a module that is elsewhere. Raises LookupError when it is here."""
    home = home_of(module)
    if home is None:
        raise LookupError(f"{module} is not elsewhere")
    with _lock:
        peer = _peers.get((module, home))
        if peer is None:
            peer = _peers[module, home] = Peer(module, home)
        return peer


@cache
def _series(module: str, what: str, answered: bool) -> Histogram:
    return remote_seconds.labels(module, what, "answered" if answered else "unreached")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip(": ")
