"""The door for other deployables: signed messages are answered as calls within the process are.

The server of these tests is this process; that the modules are elsewhere is only its callers' belief.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from django.http import HttpResponseBase
from django.test import Client

from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed, tidying
from tiffin.log.pages import FeedUnavailable
from tiffin.log.publishing import SHARDS
from tiffin.log.pump import pump
from tiffin.log.readers import Reader, listening_elsewhere, readers
from tiffin.log.subscribers import Handler, Subscriber, _subscribers
from tiffin.models import LogReader
from tiffin.moving.nudges import nudge_pump
from tiffin.remote.peers import Peer
from tiffin.remote.signing import HEADER, sign
from tiffin.testing import things
from tiffin.testing.disturbing import page_twice

pytestmark = pytest.mark.database
KEY = "a key that both have"
EVERYWHERE = range(SHARDS)


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.TIFFIN_INTERNAL_KEY = KEY


@pytest.fixture
def reader(database: object) -> Iterator[Subscriber]:
    """A subscriber in `payments` that records each numbered thing of `orders`."""
    with things.tables():
        subscriber = things.reader()
        subscriber.add(Handler(things.record_effect, things.ThingNumbered, batched=False))
        cursors.ensure("payments")
        yield subscriber
        del _subscribers[subscriber.name]


class Server(ThreadedWSGIServer):
    """Answers from threads of this process, which give their connections back."""

    def process_request_thread(self, *request: Any) -> None:
        super().process_request_thread(*request)
        connections.close_all()


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def orders_elsewhere(settings: Any, database: object) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), Silent)
    server.set_app(WSGIHandler())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    settings.TIFFIN_ELSEWHERE = {"orders": url}
    yield url
    server.shutdown()
    server.server_close()


def signed(client: Client, what: str, body: bytes) -> HttpResponseBase:
    path = f"/internal/v1/{what}"
    headers = {HEADER: sign(path, body, key=KEY)}
    return client.post(path, body, content_type="application/vnd.msgpack", headers=headers)


def test_an_unsigned_message_is_refused_by_name(client: Client) -> None:
    answer = client.post("/internal/v1/call", b"x", content_type="application/vnd.msgpack")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


def test_a_message_that_cannot_be_read_is_a_problem_and_no_fault(client: Client) -> None:
    assert signed(client, "feed", b"\xff").status_code == 400


def test_there_is_no_other_door(client: Client) -> None:
    assert signed(client, "somewhere", b"").status_code == 404
    assert client.get("/internal/v1/call").status_code == 405


def test_a_log_elsewhere_is_read_as_one_that_is_here(reader: Subscriber, orders_elsewhere: str) -> None:
    thing = things.new_thing()
    things.number(thing, 1, 2)
    things.number(thing, 3)
    assert pump(reader, "orders", EVERYWHERE).moved == 3
    assert pump(reader, "orders", EVERYWHERE).moved == 0
    assert things.numbers_of(thing) == [1, 2, 3]


def test_a_late_commit_elsewhere_is_not_passed_over(
    reader: Subscriber, orders_elsewhere: str, services: object
) -> None:
    early, late = things.new_thing(), things.new_thing()
    with transaction(owner="orders"):
        things.number(early, 1)  # joins: not committed yet
        beside = feed.horizon("orders")
    things.number(late, 1)
    pump(reader, "orders", EVERYWHERE)
    assert feed.horizon("orders") > beside
    assert things.numbers_of(early) == things.numbers_of(late) == [1]


def test_a_page_that_comes_twice_has_its_effects_once(reader: Subscriber, orders_elsewhere: str) -> None:
    thing = things.new_thing()
    things.number(thing, *range(20))
    feed.disturb(page_twice)
    try:
        pump(reader, "orders", EVERYWHERE)
    finally:
        feed.disturb(None)
    assert things.numbers_of(thing) == list(range(20))


def test_a_log_that_cannot_be_reached_is_said_to_be_away_and_nothing_is_missed(
    reader: Subscriber, settings: Any
) -> None:
    thing = things.new_thing()
    things.number(thing, 1)
    settings.TIFFIN_ELSEWHERE = {"orders": "http://127.0.0.1:9"}
    with pytest.raises(FeedUnavailable):
        pump(reader, "orders", EVERYWHERE)
    settings.TIFFIN_ELSEWHERE = {}
    pump(reader, "orders", EVERYWHERE)
    assert things.numbers_of(thing) == [1]


def test_a_reader_elsewhere_is_known_nudged_and_waited_for(
    reader: Subscriber, orders_elsewhere: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiffin.log.readers.KNOWN_FOR_SECONDS", 0)
    # When the reader's deployable tidies, the producer knows it and from which day it may still read
    tidying.tidy("payments")
    known = LogReader.objects.using("orders").get(subscriber=reader.name)
    assert (known.kinds, known.day) == (["thing_numbered"], feed.horizon("orders").day - tidying.ONE_DAY)
    # And when payments is what is elsewhere, the producer's commit nudges it
    settings.TIFFIN_ELSEWHERE = {"payments": orders_elsewhere}
    assert readers("orders") == (Reader(reader.name, frozenset(known.kinds), known.day),)
    (listening,) = listening_elsewhere("orders", {"thing_numbered"})
    assert nudge_pump(listening.subscriber, "orders", 0).module == "payments"
    assert listening_elsewhere("orders", {"something_else"}) == []


def test_only_a_module_that_is_here_is_answered_for(client: Client, settings: Any) -> None:
    settings.TIFFIN_ELSEWHERE = {"orders": "http://127.0.0.1:9"}
    settings.TIFFIN_MODULES = ("payments",)
    body = b"\x82\xa8producer\xa6orders\xa5since\xc0"
    assert signed(client, "horizon", body).status_code == 404


def test_the_api_is_described_as_one_wherever_its_modules_run(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {
        "paths": {"/api/v1/payments/x": {"get": {"operationId": "x"}}},
        "components": {"schemas": {"PaymentsX": {}}},
    }
    monkeypatch.setattr(Peer, "post", lambda *_, **__: msgspec.json.encode(theirs))
    settings.TIFFIN_ELSEWHERE = {"payments": "http://10.0.0.7:8000"}
    joined = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/payments/x", "/api/v1/orders"} <= joined["paths"].keys()
    assert {"PaymentsX", "Problem"} <= joined["components"]["schemas"].keys()
    assert list(joined["paths"]) == sorted(joined["paths"])


def test_a_module_that_cannot_describe_itself_is_named(client: Client, settings: Any) -> None:
    settings.TIFFIN_ELSEWHERE = {"payments": "http://127.0.0.1:9"}
    assert client.get("/api/v1/openapi.json").json()["x-missing-modules"] == ["payments"]


def test_a_deployable_describes_what_it_answers_itself(client: Client, settings: Any) -> None:
    settings.TIFFIN_ELSEWHERE = {"payments": "http://127.0.0.1:9"}
    described = msgspec.json.decode(signed(client, "openapi", b"").content)
    assert "/api/v1/orders" in described["paths"]
    assert "x-missing-modules" not in described
