"""The feed, for vendors' systems that come and fetch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from modules.restaurants import services
from modules.restaurants.interface import ConnectionUnknown, RejectReason
from modules.restaurants.models import Restaurant, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import ChannelName, EventState
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.services.feed import FeedPage
from modules.restaurants.tests.scenes import acting_as, cook_of, open_restaurant, order_for
from tiffin import clock, db
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def connection(restaurant: Restaurant) -> VendorConnection:
    return polling(restaurant)


def polling(*restaurants: Restaurant, **changes: Any) -> VendorConnection:
    own = tuple(each.id for each in restaurants)
    wanted = WantedConnection(name="Till", channel=ChannelName.POLL, restaurant_ids=own, **changes)
    return services.connect(wanted=wanted)[0]


def offer(restaurant: Restaurant) -> Any:
    order = order_for(restaurant)
    services.offer_order(order=order)
    settle()
    return order


def read(connection: VendorConnection, after: int | None = None, limit: int = 100) -> FeedPage:
    return services.read_feed(connection_id=connection.id, after=after, limit=limit)


def kinds(page: FeedPage) -> list[str]:
    return [message.kind for _, message in page.messages]


def test_a_feed_is_read_by_pages_and_begins_after_what_is_acknowledged(restaurant, connection) -> None:
    order = offer(restaurant)
    services.accept(order_id=order.order_id, ready_in_minutes=20)
    services.mark_ready(order_id=order.order_id)

    first = read(connection, limit=2)
    assert (kinds(first), first.more) == (["order.offered", "order.accepted"], True)
    assert kinds(read(connection, limit=2)) == kinds(first), "nothing is passed by reading alone"
    second = read(connection, after=first.last)
    assert (kinds(second), second.more) == (["order.ready"], False)

    services.acknowledge(connection_id=connection.id, through=first.last)
    assert kinds(read(connection)) == ["order.ready"]
    assert read(connection, after=second.last).messages == ()
    assert kinds(read(connection, after=0)) == ["order.offered", "order.accepted", "order.ready"]


def test_what_is_acknowledged_counts_as_taken_and_nothing_else(restaurant, connection) -> None:
    order = offer(restaurant)
    read(connection)
    services.acknowledge(connection_id=connection.id, through=99)
    services.reject(order_id=order.order_id, reason=RejectReason.CLOSING)
    services.acknowledge(connection_id=connection.id, through=0)

    assert kinds(read(connection)) == ["order.rejected"]
    states = VendorEvent.objects.order_by("seq").values_list("state_name", flat=True)
    assert states[0] == EventState.DELIVERED.value
    assert states[1] != EventState.DELIVERED.value


def test_an_event_that_commits_late_is_not_passed_over(restaurant, connection) -> None:
    """Its transaction began first, and a reader came in between."""
    began, read_meanwhile = threading.Event(), threading.Event()

    def slow() -> None:
        with db.transaction(owner="restaurants"):
            services.offer_order(order=order_for(restaurant))
            began.set()
            assert read_meanwhile.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(10)
    services.offer_order(order=order_for(restaurant))
    page = read(connection)
    read_meanwhile.set()
    thread.join()

    assert len(page.messages) == 1
    assert len(read(connection, after=page.last).messages) == 1


def test_many_readers_at_once_give_every_event_one_place(restaurant, connection) -> None:
    for _ in range(20):
        services.offer_order(order=order_for(restaurant))
    pages: list[FeedPage] = []

    def reads() -> None:
        pages.append(read(connection))
        connections.close_all()

    threads = [threading.Thread(target=reads) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [place for place, _ in read(connection).messages] == list(range(1, 21))
    assert all(page.messages == pages[0].messages for page in pages)


def test_what_is_older_than_the_regions_hours_is_not_in_the_feed(restaurant, connection) -> None:
    offer(restaurant)
    with clock.shift(timedelta(hours=7)):
        assert kinds(read(connection))[:1] == ["order.offered"]
    with clock.shift(timedelta(hours=9)):
        assert "order.offered" not in kinds(read(connection))


def test_only_what_is_wanted_is_in_the_feed(restaurant) -> None:
    connection = polling(restaurant, events=("order.rejected",))
    order = offer(restaurant)
    services.reject(order_id=order.order_id, reason=RejectReason.CLOSING)

    assert kinds(read(connection)) == ["order.rejected"]


def test_what_is_replayed_comes_again_at_the_end(restaurant, connection) -> None:
    offer(restaurant)
    page = read(connection)
    services.acknowledge(connection_id=connection.id, through=page.last)
    services.replay(connection_id=connection.id, event_id=page.messages[0][1].id)

    again = read(connection)
    assert again.messages[0][1].id == page.messages[0][1].id
    assert again.last > page.last


def test_others_read_nothing(restaurant, connection) -> None:
    with acting_as(cook_of(open_restaurant("other"))), pytest.raises(ConnectionUnknown):
        read(connection)


@pytest.fixture
def till(restaurant: Restaurant, connection: VendorConnection) -> Iterator[Any]:
    return api(cook_of(restaurant))


def test_polling_for_nothing_new_is_answered_304(restaurant, connection, till) -> None:
    url = f"/api/v1/restaurant/connections/{connection.id}/events"
    offer(restaurant)
    first = till.get(url)
    (event,) = first.json()["events"]
    assert (event["type"], event["data"]["order"]["note"]) == ("order.offered", "No lid, please")

    asked = {"HTTP_IF_NONE_MATCH": till.get(url)["ETag"]}
    assert till.get(url, **asked).status_code == 304
    offer(restaurant)
    assert len(till.get(url, **asked).json()["events"]) == 2

    through = till.get(url).json()["last"]
    answer = till.post(f"/api/v1/restaurant/connections/{connection.id}/acknowledge", {"through": through})
    assert answer.json()["acknowledged"] == through
    assert till.get(url).json()["events"] == []
