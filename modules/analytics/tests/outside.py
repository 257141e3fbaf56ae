"""Segment and PostHog as they are seen from here: a server on loopback that keeps every byte it is sent.

Segment answers `{"success": true}` to a batch (its HTTP Tracking API), PostHog `{"status": "Ok"}` (its
capture service); each test says when they do not.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

BATCHES = {"/v1/batch": "messageId", "/batch/": "uuid"}


class Heard(NamedTuple):
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def said(self) -> Any:
        packed = self.headers.get("Content-Encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b'{"success": true}'
    headers: dict[str, str] = {}


Judge = Callable[[Heard], Answer]


class World:
    """`judge` says what each request is answered; `heard` are all of them, `taken` the messages of those that
    were answered well, by path."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.taken: dict[str, list[Any]] = {path: [] for path in BATCHES}
        self.judge: Judge = lambda heard: Answer()
        self.url = ""

    def ids(self, path: str = "/v1/batch") -> list[str]:
        """Of the messages taken, in their order."""
        return [message[BATCHES[path]] for message in self.taken[path]]

    def answer(self, heard: Heard) -> Answer:
        self.heard.append(heard)
        answer = self.judge(heard)
        if heard.path in BATCHES and answer.status == 200:
            self.taken[heard.path] += heard.said["batch"]
        return answer


@contextmanager
def listening() -> Iterator[World]:
    world = World()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = world.answer(Heard(self.requestline, dict(self.headers.items()), body))
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def do_GET(self) -> None:
            """Where a redirect leads."""
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
