"""A peer answers, is slow, is gone, or refuses: the caller knows whether the message may have arrived."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from tiffin.remote.breaker import FAILURES_THAT_OPEN
from tiffin.remote.peers import Peer, Unreached
from tiffin.remote.signing import HEADER, verify

KEY = "a key that both have"


class Other(BaseHTTPRequestHandler):
    """Another deployable: echoes what is signed, and does what the message says."""

    protocol_version = "HTTP/1.1"
    callers: ClassVar[set[tuple[str, int]]] = set()

    def do_POST(self) -> None:
        self.callers.add(self.client_address)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        verify(self.headers[HEADER], self.path, body, key=KEY)
        if body == b"slow":
            time.sleep(1)
        if body == b"die":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(int(body) if body.isdigit() else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def other(settings: Any) -> Iterator[Peer]:
    settings.TIFFIN_INTERNAL_KEY = KEY
    server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    server.daemon_threads = True
    Other.callers.clear()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield Peer("payments", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def ask(peer: Peer, body: bytes, *, seconds: float = 5.0) -> bytes:
    return peer.post("call", body, timeout_seconds=seconds)


def unreached(peer: Peer, body: bytes, *, seconds: float = 5.0) -> Unreached:
    with pytest.raises(Unreached) as caught:
        ask(peer, body, seconds=seconds)
    return caught.value


def test_a_signed_message_is_answered_over_a_connection_that_is_kept(other: Peer) -> None:
    assert [ask(other, b"hello") for _ in range(5)] == [b"hello"] * 5
    assert len(Other.callers) == 1


def test_an_answer_that_does_not_come_in_time_may_have_been_executed(other: Peer) -> None:
    began = time.monotonic()
    assert unreached(other, b"slow", seconds=0.1).sent
    assert time.monotonic() - began < 0.9


def test_a_connection_that_breaks_leaves_the_outcome_open(other: Peer) -> None:
    assert unreached(other, b"die").sent


@pytest.mark.parametrize(
    ("status", "sent"), [(b"401", False), (b"404", False), (b"500", True), (b"503", True)]
)
def test_a_refusal_before_anything_was_done_is_known_as_one(other: Peer, status: bytes, sent: bool) -> None:
    assert unreached(other, status).sent is sent


def test_nobody_there_is_known_at_once_and_soon_not_asked_any_more(settings: Any) -> None:
    settings.TIFFIN_INTERNAL_KEY = KEY
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = Peer("payments", f"http://127.0.0.1:{closed.getsockname()[1]}")
    for _ in range(FAILURES_THAT_OPEN):
        assert not unreached(gone, b"hello").sent
    assert "lately" in str(unreached(gone, b"hello"))
