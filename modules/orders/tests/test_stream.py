"""The live stream: everything since the last event, then what happens, then the end."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from modules.orders.events import OrderMoved, TimelineMove
from modules.orders.interface import Status
from modules.orders.rest import stream
from modules.orders.states import START
from modules.orders.tests import scenes
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.log.tails import Tail
from tiffin.testing import settle, token
from tiffin.web import sse

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _tail_of_this_test(monkeypatch):
    """A tail of the test's own, which ends with it."""
    started: list[Tail] = []
    monkeypatch.setattr(stream, "_tails", started)
    yield
    for tail in started:
        tail.stop()
        tail.join()


def headers(customer: UUID, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token(Actor(kind=ActorKind.CUSTOMER, id=customer))}", **more}


def open_stream(order_id, **request):
    return async_to_sync(AsyncClient().get)(f"/api/v1/orders/{order_id}/stream", **request)


async def read(response, *, until) -> list[dict]:
    """The data of the events up to the one whose status is `until`, or the end."""
    events: list[dict] = []
    async for piece in response.streaming_content:
        for block in piece.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "data" in fields:
                events.append(json.loads(fields["data"]))
                assert fields["id"] == str(events[-1]["seq"])
                assert fields["event"] == "status"
                if events[-1]["status"] == until:
                    return events
    return events


def watch_until_it_is_offered(order, customer) -> list[dict]:
    """What a stream sends that is open before anything happens."""

    async def watch() -> list[dict]:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        assert response["Content-Type"].startswith("text/event-stream")
        watching = asyncio.create_task(read(response, until="waiting_for_restaurant"))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(settle)
        return await asyncio.wait_for(watching, 10)

    return async_to_sync(watch)()


def test_replay_then_live(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)

    events = watch_until_it_is_offered(order, customer)
    assert [event["status"] for event in events] == ["paying", "waiting_for_restaurant"]


def test_it_resumes_after_the_last_event_and_ends_with_the_order(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, method="pm_card_chargeDeclined")
    settle()

    async def watch(after: str):
        response = await AsyncClient().get(
            f"/api/v1/orders/{order.id}/stream", headers=headers(customer, **{"last-event-id": after})
        )
        return response.status_code, await read(response, until=None) if response.streaming else []

    _, everything = async_to_sync(watch)("")
    assert [event["status"] for event in everything][-1] == "cancelled"
    _, rest = async_to_sync(watch)("1")
    assert rest == everything[1:]
    assert async_to_sync(watch)(str(everything[-1]["seq"])) == (204, [])


def test_the_cookie_of_a_browser_opens_it_too(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    browser = AsyncClient()
    browser.cookies["tiffin_access"] = token(Actor(kind=ActorKind.CUSTOMER, id=customer))
    answer = async_to_sync(browser.get)(f"/api/v1/orders/{order.id}/stream")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (lambda customer: {}, 401, "not_authenticated"),
        (lambda customer: {"authorization": "Bearer x.y.z"}, 401, "token_invalid"),
        (lambda customer: headers(ids.new_id()), 404, "order_unknown"),
    ],
)
def test_nobody_else_may_watch(kitchen, customer, who, status, code) -> None:
    order = scenes.place(kitchen, customer)
    answer = open_stream(order.id, headers=who(customer))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)


def test_a_quiet_stream_says_that_it_is_still_here(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    monkeypatch.setattr(sse.Subscription.wait, "__defaults__", (0.05,))

    async def first_pieces() -> list[bytes]:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        pieces = aiter(response.streaming_content)
        return [await anext(pieces) for _ in range(3)]

    assert async_to_sync(first_pieces)()[1:] == [sse.HEARTBEAT, sse.HEARTBEAT]


def test_what_no_tail_woke_it_for_is_sent_when_the_heartbeat_is_due(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    monkeypatch.setattr(stream, "_follow_the_log", lambda: None)
    monkeypatch.setattr(sse.Subscription.wait, "__defaults__", (0.05,))

    events = watch_until_it_is_offered(order, customer)
    assert [event["status"] for event in events] == ["paying", "waiting_for_restaurant"]


def test_the_tail_begins_before_the_first_stream(kitchen, customer) -> None:
    """What happened between that stream's reading and the tail's first look wakes it too."""
    order = scenes.place(kitchen, customer)

    async def woken() -> bool:
        with stream.hub.subscribe(order.id) as changes:
            await asyncio.to_thread(stream._follow_the_log)
            return await changes.wait(5)

    assert async_to_sync(woken)()


def moved(*seqs: int, final: bool = False) -> OrderMoved:
    moves = tuple(
        TimelineMove(
            seq=seq,
            at=clock.now(),
            axis="order",
            from_state=None,
            to_state="placed",
            status=Status.PAYING,
            axes=START,
        )
        for seq in seqs
    )
    return OrderMoved(order_id=ids.new_id(), customer_id=ids.new_id(), moves=moves, final=final)


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ([moved(3)], ([3], False)),
        ([moved(3, 4), moved(5, final=True)], ([3, 4, 5], True)),
        ([moved(1, 2), moved(2, 3)], ([3], False)),  # some came before
        ([moved(4), moved(3)], ([3, 4], False)),
        ([moved(2)], ([], False)),
        ([moved(4)], None),  # one is missing: the database is asked
        ([moved(3), moved(5)], None),
        ([], None),
    ],
)
def test_what_the_log_tells_is_sent_where_it_goes_on(told, sent) -> None:
    news = stream._told(told, after=2)
    assert (news and ([entry.seq for entry in news.entries], news.final)) == sent


def test_what_happens_is_sent_without_asking_the_database_again(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    asked: list[int] = []
    read_news = stream._news
    monkeypatch.setattr(stream, "_news", lambda *given: asked.append(given[1]) or read_news(*given))

    assert watch_until_it_is_offered(order, customer)[0]["seq"] == 1
    assert asked == [0]
