"""Definitions from a GrowthBook server, asked over HTTP as its SDK endpoint speaks: GET /api/features/{key}
is answered with `features`, `savedGroups`, `dateUpdated` and an ETag, as GrowthBook's SDK 4.0 reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from modules.experiments.models import Catalogue
from modules.experiments.services import fetching
from modules.experiments.tests import scenes

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]

KEY = "sdk-abc123"


class GrowthBook(BaseHTTPRequestHandler):
    """What it is asked and answers is the class's: there is one at a time."""

    features: ClassVar[dict[str, Any]] = {}
    status: ClassVar[int] = 200
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        body = json.dumps(
            {"status": 200, "features": self.features, "dateUpdated": "2026-11-28T10:00:00.000Z"}
        ).encode()
        etag = f'"{hash(body)}"'
        known = self.headers.get("If-None-Match")
        self.asked.append((self.path, known))
        if self.status != 200:
            self.send_response(self.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if known == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(settings: Any) -> Iterator[type[GrowthBook]]:
    GrowthBook.features, GrowthBook.status, GrowthBook.asked = {}, 200, []
    listening = ThreadingHTTPServer(("127.0.0.1", 0), GrowthBook)
    Thread(target=listening.serve_forever, daemon=True).start()
    settings.TIFFIN_GROWTHBOOK_URL = f"http://127.0.0.1:{listening.server_port}"
    settings.TIFFIN_GROWTHBOOK_KEY = KEY
    yield GrowthBook
    listening.shutdown()
    listening.server_close()


def test_what_the_server_says_holds_and_is_asked_for_by_its_tag(server: type[GrowthBook]) -> None:
    server.features = {"shop.colour": {"defaultValue": "blue"}}
    fetching.fetch()
    assert scenes.colour() == "blue"
    first = Catalogue.objects.get().revision

    fetching.fetch()
    assert Catalogue.objects.get().revision == first

    server.features = {"shop.colour": {"defaultValue": "green"}}
    fetching.fetch()
    assert scenes.colour() == "green"
    assert [path for path, _ in server.asked] == [f"/api/features/{KEY}"] * 3
    assert [known is not None for _, known in server.asked] == [False, True, True]


def test_what_our_staff_decide_goes_before_it(server: type[GrowthBook]) -> None:
    server.features = {"shop.colour": {"defaultValue": "blue"}, "shop.size": {"defaultValue": "large"}}
    scenes.flag(value="red")

    fetching.fetch()

    published = Catalogue.objects.get().payload["features"]
    assert (published["shop.colour"]["defaultValue"], published["shop.size"]["defaultValue"]) == (
        "red",
        "large",
    )


@pytest.mark.parametrize("status", [500, 404])
def test_while_it_does_not_answer_what_it_last_said_stands_and_staff_see_it(
    server: type[GrowthBook], status: int
) -> None:
    server.features = {"shop.colour": {"defaultValue": "blue"}}
    fetching.fetch()
    server.status = status

    fetching.fetch()
    assert scenes.colour() == "blue"
    assert Catalogue.objects.get().remote_note

    server.status = 200
    fetching.fetch()
    assert not Catalogue.objects.get().remote_note


def test_without_a_server_nobody_is_asked() -> None:
    fetching.fetch()

    assert not Catalogue.objects.exists()
