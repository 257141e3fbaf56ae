"""Streams are woken from other threads, and carry the request's context."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest
from django.test import AsyncClient

from tiffin.web import sse

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")


def test_the_form_of_an_event() -> None:
    sent = sse.event({"text": "a\nb"}, name="status", id="7", retry_ms=2000)

    assert sent == b'id: 7\nevent: status\nretry: 2000\ndata: {"text":"a\\nb"}\n\n'


def test_a_stream_is_woken_from_another_thread() -> None:
    hub = sse.Hub()

    async def scenario() -> list[bool]:
        with hub.subscribe("k") as changes, hub.subscribe("other") as others:
            threading.Timer(0.01, hub.wake, ["k"]).start()
            return [await changes.wait(5), await changes.wait(0.01), await others.wait(0.01)]

    assert asyncio.run(scenario()) == [True, False, False]
    assert not hub._subscriptions


def test_what_a_wake_tells_is_kept_until_it_is_taken() -> None:
    hub = sse.Hub()

    async def scenario() -> list[list[Any]]:
        with hub.subscribe("k") as changes:
            hub.wake("k", lambda: "first")
            hub.wake("k")
            hub.wake("k", lambda: "second")
            hub.wake("nobody waits", lambda: pytest.fail("asked for nobody"))
            await changes.wait(5)
            return [changes.take(), changes.take()]

    assert asyncio.run(scenario()) == [["first", "second"], []]


def test_a_wake_before_the_wait_is_not_lost() -> None:
    hub = sse.Hub()

    async def scenario() -> bool:
        with hub.subscribe("k") as changes:
            hub.wake("k")
            await asyncio.sleep(0)
            return await changes.wait(0.5)

    assert asyncio.run(scenario())


def test_waking_after_the_loop_has_closed_does_no_harm() -> None:
    hub = sse.Hub()

    async def subscribe() -> Any:
        subscription = hub.subscribe("k")
        subscription.__enter__()
        return subscription

    kept = asyncio.run(subscribe())
    hub.wake("k")
    kept.__exit__(None, None, None)


def test_a_stream_keeps_the_trace_and_loses_the_deadline() -> None:
    async def read() -> tuple[Any, list[bytes]]:
        answer = await AsyncClient().get("/toy/stream")
        return answer, [piece async for piece in answer.streaming_content]

    answer, pieces = asyncio.run(read())

    assert answer["Content-Type"].startswith("text/event-stream")
    assert answer["X-Accel-Buffering"] == "no"
    assert pieces[1] == sse.HEARTBEAT
    data = json.loads(pieces[0].decode().split("data: ")[1])
    assert data == {"trace": answer["X-Trace-Id"], "deadline": None}
