"""Goodstack on this machine, over real HTTP: what https://docs.goodstack.io/docs/api (v1, read 2026-11) says
of *Create a donation*, *Get a donation*, *List donations* and their errors.

It forgets a key after 21 days, as it says. It also has bad days: it is down, answers too late to be heard,
does something and says nothing, refuses, or cancels what it had taken. Unconfirmed in its documents, and so
only played: `error.code` of an organisation that it does not know.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tiffin import clock
from tiffin.embedded.ports import LOOPBACK

SECRET_KEY = "sk_of_the_tests"
KEYS_KEPT = timedelta(days=21)
UNKNOWN_ORGANISATION = "organisation_unknown"
PAGE = 2  # smaller than theirs, so that a few donations are several pages


class LocalGoodstack:
    """What Goodstack knows."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer((LOOPBACK, 0), type("Front", (_Front,), {"goodstack": self}))
        self.server.daemon_threads = True
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.address = f"http://{LOOPBACK}:{self.server.server_port}/v1"
        self.donations: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self.faults: deque[str] = deque()
        self.asked: list[tuple[str, str]] = []
        self._numbers = count(1)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # What a test does -------------------------------------------------------------------------------------

    def be(self, *faults: str) -> None:
        """What happens to the next requests: `down`, `error`, `lost` (done, and not said), `slow`,
        `garbled`, `refuse`, `other` (it speaks of another amount), or `` for nothing."""
        self.faults.extend(faults)

    def now_is(self, status: str, *, reference: str = "") -> None:
        """All its donations, or one, are that far."""
        for name, donation in self.donations.items():
            if reference in ("", name):
                donation["status"] = status

    @property
    def only(self) -> dict[str, Any]:
        (donation,) = self.donations.values()
        return donation

    # What it does -----------------------------------------------------------------------------------------

    def create(self, key: str, wanted: dict[str, Any], *, refuse: bool) -> tuple[int, dict[str, Any]]:
        known = self.answers.get(key)
        if known is not None and clock.now() - known[0] < KEYS_KEPT:
            return 200, known[1]
        whole = isinstance(wanted.get("amount"), int) and wanted["amount"] > 0
        if refuse or not whole or wanted.get("organisationId") in (None, "", UNKNOWN_ORGANISATION):
            return 400, _error("bad_request", "Bad request", ["organisationId is invalid"])
        donation = {
            "id": f"donation_{next(self._numbers):029}",
            "userId": None,
            "organisationId": wanted["organisationId"],
            "amount": wanted["amount"],
            "currencyCode": wanted["currencyCode"],
            "createdAt": clock.now().isoformat(timespec="milliseconds"),
            "status": "ACTIVE",
            "anonymous": wanted.get("anonymous", "no"),
            "metadata": wanted.get("metadata"),
            "cancelledAt": None,
            "donationRequestId": None,
            "type": "direct",
        }
        self.donations[donation["id"]] = donation
        document = {"data": donation, "object": "donation"}
        self.answers[key] = (clock.now(), document)
        return 200, document

    def read(self, name: str) -> tuple[int, dict[str, Any]]:
        if name not in self.donations:
            return 404, _error("not_found", "Not found", [])
        return 200, {"data": self.donations[name], "object": "donation"}

    def list(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        since = datetime.fromisoformat(asked["startDate"])
        made = [
            each
            for each in self.donations.values()
            if each["organisationId"] == asked["organisationId"]
            and datetime.fromisoformat(each["createdAt"]) >= since
        ]
        begin = int(asked.get("cursor", "0"))
        links = (
            {"next": f"{self.address}/donations?cursor={begin + PAGE}"} if len(made) > begin + PAGE else {}
        )
        return 200, {"data": made[begin : begin + PAGE], "object": "donation", "_links": links}


def _error(code: str, title: str, reasons: list[str]) -> dict[str, Any]:
    return {"error": {"code": code, "title": title, "message": title, "reasons": reasons}}


class _Front(BaseHTTPRequestHandler):
    goodstack: LocalGoodstack
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(lambda fault: self._create(wanted, fault))

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        _, _, name = address.path.removeprefix("/v1/donations").partition("/")
        self._answer(lambda _: self.goodstack.read(name) if name else self.goodstack.list(asked))

    def _create(self, wanted: dict[str, Any], fault: str) -> tuple[int, dict[str, Any]]:
        key = self.headers["Idempotency-Key"]
        status, document = self.goodstack.create(key, wanted, refuse=fault == "refuse")
        if fault == "other":
            document = {**document, "data": {**document["data"], "amount": 1}}
        return status, document

    def _answer(self, act: Any) -> None:
        fault = self.goodstack.faults.popleft() if self.goodstack.faults else ""
        self.goodstack.asked.append((self.command, fault))
        if fault == "down":
            self.close_connection = True
            return
        if fault == "error":
            self._send(503, b"")
            return
        if self.headers["Authorization"] != SECRET_KEY:
            self._send(401, b"")
            return
        status, document = act(fault)
        if fault == "lost":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(0.6)
        self._send(status, b"<html>" if fault == "garbled" else json.dumps(document).encode())

    def _send(self, status: int, body: bytes) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # nobody waits for it any more
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
