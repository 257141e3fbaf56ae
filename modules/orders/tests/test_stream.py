"""The live stream: everything since the last event, then what happens, then the end."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from modules.delivery.interface import CourierId, Delivery
from modules.delivery.interface import Point as Whereabouts
from modules.orders.events import Course, OrderMoved, TimelineMove
from modules.orders.interface import Status
from modules.orders.rest import stream, watching
from modules.orders.rest.progress import Standing
from modules.orders.states import START
from modules.orders.tests import scenes
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.log.tails import Tail
from tiffin.testing import api, settle, token

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
            if fields.get("event") == "status":
                events.append(json.loads(fields["data"]))
                assert fields["id"] == str(events[-1]["seq"])
                if events[-1]["status"] == until:
                    return events
    return events


async def progress(response, *, until) -> list[dict]:
    """What the stream says of the order's progress, up to the first for which `until` holds."""
    seen: list[dict] = []
    async for piece in response.streaming_content:
        for block in piece.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if fields.get("event") == "progress":
                assert "id" not in fields  # or what is replayed after it would be lost
                seen.append(json.loads(fields["data"]))
                if until(seen[-1]):
                    return seen
    return seen


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
    assert stream.PROGRESS_SECONDS <= 20
    monkeypatch.setattr(stream, "PROGRESS_SECONDS", 0.05)

    async def first_pieces() -> list[bytes]:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        pieces = aiter(response.streaming_content)
        return [await anext(pieces) for _ in range(4)]

    assert [piece.split(b"\n")[0] for piece in async_to_sync(first_pieces)()[1:]] == [b"event: progress"] * 3


def test_what_no_tail_woke_it_for_is_found_by_looking_at_all_streams(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    monkeypatch.setattr(stream, "_follow_the_log", lambda: None)
    monkeypatch.setattr(watching, "TICK_SECONDS", 0.05)

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


COURSE = Course(
    region="gb", placed_at=clock.now(), asked_at=clock.now(), preparation_minutes=20, distance_m=1000
)
STANDING = Standing(ids.new_id(), START, COURSE, restaurant=scenes.SOHO, door=scenes.NEAR_SOHO)


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
    return OrderMoved(
        order_id=ids.new_id(), customer_id=ids.new_id(), moves=moves, final=final, course=COURSE
    )


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
    news = stream._told(told, 2, STANDING)
    assert (news and ([entry.seq for entry in news.entries], news.final)) == sent


def test_what_happens_is_sent_without_asking_the_database_again(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    asked: list[int] = []
    read_news = stream._news
    monkeypatch.setattr(stream, "_news", lambda *given: asked.append(given[1]) or read_news(*given))

    assert watch_until_it_is_offered(order, customer)[0]["seq"] == 1
    assert asked == [0]


def on_the_way(kitchen, customer):
    """An order, and the courier who has it."""
    order = scenes.place(kitchen, customer)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    return order, courier


def is_at(courier: UUID, point) -> None:
    call(Delivery).report_position(
        courier_id=CourierId(courier), region="gb", point=Whereabouts(lat=point.lat, lon=point.lon)
    )


def test_it_says_where_the_courier_is_and_how_far_from_the_door(kitchen, customer, monkeypatch) -> None:
    order, courier = on_the_way(kitchen, customer)
    monkeypatch.setattr(watching, "TICK_SECONDS", 0.05)

    async def watch() -> list[dict]:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        there = asyncio.create_task(
            progress(response, until=lambda seen: seen["courier"] and seen["courier"]["distance_m"] < 10)
        )
        await asyncio.sleep(0.3)
        await asyncio.to_thread(is_at, courier, scenes.NEAR_SOHO)
        return await asyncio.wait_for(there, 10)

    seen = async_to_sync(watch)()
    far = next(each["courier"] for each in seen if each["courier"])
    assert (far["towards"], far["distance_m"] > 1000, far["minutes"]) == ("door", True, 5)
    assert (seen[-1]["courier"]["minutes"], seen[-1]["status"]) == (0, "on_the_way")
    assert seen[-1]["tracking"]["eta_by"]


def test_many_streams_ask_for_their_couriers_together(kitchen, customer, monkeypatch) -> None:
    """And only for orders to which a courier is coming."""
    order, _ = on_the_way(kitchen, customer)
    waiting = scenes.place(kitchen, customer)
    asked: list[list[UUID]] = []
    find = watching.positions_of
    monkeypatch.setattr(watching, "positions_of", lambda wanted: asked.append(list(wanted)) or find(wanted))
    monkeypatch.setattr(watching, "TICK_SECONDS", 0.1)

    async def watch() -> None:
        def open_one(order_id: UUID):
            return AsyncClient().get(f"/api/v1/orders/{order_id}/stream", headers=headers(customer))

        answers = [await open_one(each) for each in (order.id, order.id, order.id, waiting.id)]
        reads = [asyncio.create_task(progress(each, until=lambda seen: seen["courier"])) for each in answers]
        await asyncio.wait_for(asyncio.gather(*reads[:3]), 10)
        reads[3].cancel()

    async_to_sync(watch)()
    assert asked
    assert set(map(tuple, asked)) == {(order.id,)}


def test_a_stream_that_waits_asks_the_database_nothing(kitchen, customer, monkeypatch) -> None:
    order = scenes.place(kitchen, customer)
    monkeypatch.setattr(stream, "PROGRESS_SECONDS", 0.02)
    asked: list[int] = []
    read_news = stream._news
    monkeypatch.setattr(stream, "_news", lambda *given: asked.append(given[1]) or read_news(*given))

    async def watch() -> None:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        pieces = aiter(response.streaming_content)
        for _ in range(20):
            await anext(pieces)

    async_to_sync(watch)()
    assert asked == [0]


def test_nothing_is_kept_of_streams_that_have_ended(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)

    async def look() -> None:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        pieces = aiter(response.streaming_content)
        await anext(pieces)
        assert set(stream.watch.orders) == {order.id}
        await pieces.aclose()

    async_to_sync(look)()
    assert stream.watch.orders == {}


def test_polling_says_the_same_and_304_while_nothing_is_different(kitchen, customer) -> None:
    order, courier = on_the_way(kitchen, customer)
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    url = f"/api/v1/orders/{order.id}/progress"
    with clock.hold(clock.now()):
        is_at(courier, scenes.SOHO)
        first = client.get(url)
        same = client.get(url, headers={"If-None-Match": first["ETag"]})
        is_at(courier, scenes.NEAR_SOHO)
        moved_on = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert first.json()["courier"]["distance_m"] > 1000
    assert (same.status_code, same.content) == (304, b"")
    assert moved_on.json()["courier"]["distance_m"] < 10
    stranger = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    assert stranger.get(url).json()["code"] == "order_unknown"


def test_all_ways_say_what_is_late_and_whose_it_is(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)

    async def streamed() -> dict:
        response = await AsyncClient().get(f"/api/v1/orders/{order.id}/stream", headers=headers(customer))
        return (await asyncio.wait_for(progress(response, until=lambda _: True), 10))[-1]

    with clock.hold(clock.now() + timedelta(minutes=40)):
        client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
        told = [
            client.get(f"/api/v1/orders/{order.id}").json(),
            client.get(f"/api/v1/orders/{order.id}/progress").json(),
            async_to_sync(streamed)(),
        ]
    late = [each["tracking"]["late"] for each in told]
    assert [(each["step"], each["party"]) for each in late] == [("kitchen", "restaurant")] * 3


def test_the_order_is_different_when_it_is_expected_later(kitchen, customer) -> None:
    """Although nobody has written anything."""
    order = scenes.place(kitchen, customer)
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    url = f"/api/v1/orders/{order.id}"
    noon = clock.now()
    with clock.hold(noon):
        etag = client.get(url)["ETag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    with clock.hold(noon + timedelta(minutes=9)):
        later = client.get(url, headers={"If-None-Match": etag})
    assert later.status_code == 200
    assert later.json()["tracking"]["behind_minutes"] > 0
