"""Deliverect as it stands outside: an HTTP server that gives tokens, takes orders and cancellations of its
channel API, and signs what it tells.

Source: Deliverect's developer documentation, "Get Access Token", "Create Order", "Cancel Order", "Order
Status Update", "Preparation Time Update", "Snooze / Unsnooze Products", "Busy mode", "Register Channel" and
"HMAC Authentication", read November 2026. That a known channelOrderId is answered with 400, and an order with
201 and its `_id`, is unconfirmed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rest_framework.test import APIClient

CHANNEL = "tiffin"
SECRET = "a secret that Deliverect gave this platform"
CLIENT = {"client_id": "platform", "client_secret": "of the platform"}


@dataclass
class Deliverect:
    """`orders` and `cancelled` are the documents it took, by channel link; `answers` are statuses that it
    gives instead of taking an order."""

    url: str = ""
    link: str = "649ad021949cfa36470f9ea9"
    orders: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    cancelled: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)

    def configure(self, settings: Any) -> None:
        """A platform that it has registered."""
        settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
        settings.TIFFIN_DELIVERECT_URL = settings.TIFFIN_DELIVERECT_AUDIENCE = self.url
        settings.TIFFIN_DELIVERECT_CHANNEL = CHANNEL
        settings.TIFFIN_DELIVERECT_CLIENT_ID = CLIENT["client_id"]
        settings.TIFFIN_DELIVERECT_CLIENT_SECRET = CLIENT["client_secret"]
        settings.TIFFIN_DELIVERECT_HMAC_SECRET = SECRET

    def tell(self, topic: str, document: Any, *, secret: str = SECRET) -> Any:
        """Post something to the platform, signed."""
        body = json.dumps(document).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return APIClient().post(
            f"/api/v1/deliverect/{topic}",
            body,
            content_type="application/json",
            headers={"X-Server-Authorization-HMAC-SHA256": signature},
        )

    def register(self, connection_id: Any, status: str = "active", **changes: Any) -> Any:
        named = {"channelLocationId": str(connection_id), "channelLinkId": self.link, "locationId": "61c3"}
        return self.tell("register", {"status": status, "channelLinkName": "Order Boss", **named, **changes})

    def status(self, order_id: Any, status: int | str, **more: Any) -> Any:
        return self.tell(
            "status",
            {
                "reason": "",
                "status": status,
                "orderId": "62b4",
                "location": "61c3",
                "receiptId": "",
                "timeStamp": "2026-11-26T12:00:00.000000Z",
                "channelLink": self.link,
                "channelOrderId": str(order_id),
                **more,
            },
        )

    def take(self, path: str, authorization: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/oauth/token":
            return self._token(document)
        if authorization not in [f"Bearer {token}" for token in self.tokens]:
            return 401, {"code": 401, "description": "Unauthorized"}
        if self.answers:
            return self.answers.pop(0), {"description": "not now"}
        _, channel, what, link = path.split("/")
        return self._order(link, document) if (channel, what) == (CHANNEL, "order") else (404, {})

    def _order(self, link: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if document.get("status") == 100:
            self.cancelled.append(document)
            return 200, {}
        if any(known["channelOrderId"] == document["channelOrderId"] for _, known in self.orders):
            return 400, {"description": "duplicate order"}
        self.orders.append((link, document))
        return 201, {"_id": f"62{len(self.orders)}"}

    def _token(self, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.accounts.append(document)
        wanted = {**CLIENT, "audience": self.url, "grant_type": "client_credentials"}
        if document != wanted:
            return 401, {"error": "access_denied"}
        self.tokens.append(f"token-{len(self.tokens)}")
        answer = {"access_token": self.tokens[-1], "expires_at": 4_000_000_000, "token_type": "Bearer"}
        return 200, answer | {"scope": f"genericChannel:{CHANNEL}"}


@contextmanager
def deliverect() -> Iterator[Deliverect]:
    """One that listens on this machine within the block."""
    system = Deliverect()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, answer = system.take(self.path, self.headers.get("authorization", ""), document)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
