"""A vendor's own system, as it stands outside: an HTTP server that verifies what comes as Standard Webhooks
(specification 1.0.0) has it, by the specification's own library."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class VendorSystem:
    """`answers` are the statuses it gives, the last one from then on; `heard` is what it could verify;
    `meanwhile` is what it does before it answers."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    body: bytes = b""
    location: str = ""
    drips: bool = False
    meanwhile: Callable[[], object] = lambda: None
    heard: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.heard]

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        self.requests.append(headers)
        self.meanwhile()
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC)
        if abs(sent_at - datetime.now(tz=UTC)) > timedelta(minutes=4):
            # A test has moved the clock, and this system's own does not follow: the rest is verified.
            own = Webhook(self.secret).sign(headers["webhook-id"], sent_at, body.decode())
            assert own in headers["webhook-signature"].split()
            event = json.loads(body)
        else:
            event = Webhook(self.secret).verify(body, headers)
        if status < 300:
            self.heard.append(event)
        return status


@contextmanager
def vendor_system() -> Iterator[VendorSystem]:
    """One that listens on this machine within the block."""
    system = VendorSystem()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = system.hear({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if system.location:
                self.send_header("location", system.location)
            if status != 204:
                self.send_header("content-length", str(len(system.body)))
            self.end_headers()
            for byte in system.body if system.drips else ():
                time.sleep(0.2)
                self.wfile.write(bytes([byte]))
            if not system.drips:
                self.wfile.write(system.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}/orders"
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
