"""What vendors' systems are told by signed webhooks, and what becomes of those that do not listen."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from modules.restaurants import selectors, services
from modules.restaurants.events import VendorDisconnected
from modules.restaurants.interface import (
    AlreadyConnected,
    ConnectionDisabled,
    ConnectionRefused,
    ConnectionUnknown,
    DeliveryUnknown,
    OfferedOrder,
    RejectReason,
)
from modules.restaurants.models import Restaurant, SigningSecret, Ticket, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import ChannelName, EventState
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.tests.scenes import (
    acting_as,
    cook_of,
    last,
    open_restaurant,
    order_for,
    order_for_two,
)
from modules.restaurants.tests.vendor_system import VendorSystem, vendor_system
from tiffin import clock, ids, outside
from tiffin.models import Job
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def system(database: object, settings: Any) -> Iterator[VendorSystem]:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        yield system


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


def wanted(system: VendorSystem, *restaurants: Restaurant, **changes: Any) -> WantedConnection:
    plain = {"name": "Till", "channel": ChannelName.WEBHOOK, "url": system.url}
    own = tuple(each.id for each in restaurants)
    return WantedConnection(**{**plain, "restaurant_ids": own, **changes})


def connect(system: VendorSystem, *restaurants: Restaurant, **changes: Any) -> VendorConnection:
    connection, system.secret = services.connect(wanted=wanted(system, *restaurants, **changes))
    return connection


def offer(restaurant: Restaurant) -> OfferedOrder:
    order = order_for(restaurant)
    services.offer_order(order=order)
    settle()
    return order


def later(**by: float) -> None:
    with clock.shift(timedelta(**by)):
        settle()


def told(order_id: UUID) -> list[VendorEvent]:
    return list(VendorEvent.objects.filter(ticket_id=order_id).order_by("step"))


def test_a_vendors_system_hears_signed_and_in_order_what_happens(system, restaurant) -> None:
    connect(system, restaurant)
    order = offer(restaurant)
    services.accept(order_id=order.order_id, ready_in_minutes=20)
    settle()
    services.withdraw_order(order_id=order.order_id, reason="customer")
    settle()

    assert system.kinds == ["order.offered", "order.accepted", "order.withdrawn"]
    offered, accepted, withdrawn = (event["data"] for event in system.heard)
    (line,) = offered["order"]["lines"]
    assert (line["title"], line["count"], line["options"]) == ("Coffee", 2, ["Oat"])
    assert offered["order"]["note"] == "No lid, please"
    assert accepted["ready_in_minutes"] == 20
    assert (withdrawn["reason"], withdrawn["order"]["state"]) == ("customer", "withdrawn")
    assert [data["step"] for data in (offered, accepted, withdrawn)] == [1, 2, 3]
    assert [event.state for event in told(order.order_id)] == [EventState.DELIVERED] * 3


def test_a_vendors_system_hears_whom_a_dish_is_for_and_keeps_it_nowhere_here(system, restaurant) -> None:
    connect(system, restaurant)
    order = order_for_two(order_for(restaurant), "Zofia Wawrzyniec", "Jurek")
    services.offer_order(order=order)
    settle()

    (offered,) = (event["data"]["order"] for event in system.heard)
    lines = [(line["person"], line["for_person"], line["note"]) for line in offered["lines"]]
    assert lines == [(1, "Zofia Wawrzyniec", "Extra hot"), (2, "Jurek", "")]
    assert "names" not in offered
    (event,) = told(order.order_id)
    kept = [Ticket.get(order.order_id).lines, event.facts, list(event.tries.values())]
    assert "Wawrzyniec" not in repr(kept)

    services.withdraw_order(order_id=order.order_id, reason="customer")
    settle()
    withdrawn = system.heard[-1]["data"]["order"]
    assert [(line["person"], line["for_person"], line["note"]) for line in withdrawn["lines"]] == [
        (1, "", ""),
        (2, "", ""),
    ]


def test_what_is_kept_of_a_message_holds_no_note(system, restaurant) -> None:
    connect(system, restaurant)
    order = offer(restaurant)

    (event,) = told(order.order_id)
    assert "No lid" not in repr([event.facts, list(event.tries.values())])


def test_what_is_not_taken_comes_again_under_its_id_and_in_order(system, restaurant) -> None:
    connect(system, restaurant)
    system.answers = [500, 503, 204]
    order = offer(restaurant)
    services.reject(order_id=order.order_id, reason=RejectReason.CLOSING)
    settle()
    later(seconds=5)

    assert system.kinds == ["order.offered", "order.rejected"]
    assert len({request["webhook-id"] for request in system.requests[:3]}) == 1
    tries = [(each.status, each.taken) for each in told(order.order_id)[0].tries.all()]
    assert tries == [(500, False), (503, False), (204, True)]


def test_what_its_feed_gave_out_meanwhile_stays_taken(system, restaurant) -> None:
    connection = connect(system, restaurant)
    system.answers = [500]

    def poll() -> None:
        services.read_feed(connection_id=connection.id, after=None, limit=10)
        services.acknowledge(connection_id=connection.id, through=1)
        connections.close_all()

    system.meanwhile = poll
    order = offer(restaurant)
    later(minutes=1)

    (event,) = told(order.order_id)
    assert (event.state, event.attempts, len(system.requests)) == (EventState.DELIVERED, 1, 1)
    assert event.taken_at is not None
    assert VendorConnection.get(connection.id).failures == 1


def test_after_eight_tries_a_message_has_failed_and_can_be_replayed(system, restaurant) -> None:
    connection = connect(system, restaurant)
    system.answers = [500]
    order = offer(restaurant)
    for seconds in (2, 4, 8, 16, 32, 64, 128, 256):
        later(seconds=seconds)
    (event,) = told(order.order_id)
    assert (event.state, event.attempts) == (EventState.FAILED, 8)
    assert len(system.requests) == 8

    system.answers = [200]
    services.replay(connection_id=connection.id, event_id=event.id)
    settle()

    assert system.kinds == ["order.offered"]
    assert system.heard[0]["id"] == str(event.id)
    with pytest.raises(DeliveryUnknown):
        services.replay(connection_id=connection.id, event_id=ids.new_id())


def test_each_try_waits_twice_as_long_as_the_one_before(system, restaurant) -> None:
    connect(system, restaurant)
    system.answers = [500]
    waited, now = [], clock.now()
    with clock.hold(now):
        order = offer(restaurant)
    while again := Job.objects.using("restaurants").filter(key=order.order_id, name="tell_vendor").first():
        waited.append((again.due - now).total_seconds())
        now = again.due
        with clock.hold(now):
            settle()
    assert waited == [1, 2, 4, 8, 16, 32, 64]
    assert len(system.requests) == 8


def test_an_address_that_fails_for_a_day_is_disabled_and_its_owner_is_told(system, restaurant) -> None:
    connection = connect(system, restaurant)
    system.answers = [500]
    offer(restaurant)
    assert VendorConnection.get(connection.id).pushes
    with clock.shift(timedelta(hours=25)):
        offer(restaurant)

    assert VendorConnection.get(connection.id).disabled_because == "failing"
    event = last(connection.id, VendorDisconnected)
    assert (event.because, event.restaurant_ids) == ("failing", (restaurant.id,))
    with clock.shift(timedelta(hours=26)):
        order, before = offer(restaurant), len(system.requests)
        assert len(system.requests) == before
    assert [each.state for each in told(order.order_id)] == [EventState.KEPT]
    with pytest.raises(ConnectionDisabled):
        services.send_test(connection_id=connection.id)


def test_one_good_answer_forgets_the_failures(system, restaurant) -> None:
    connection = connect(system, restaurant)
    system.answers = [500, 204]
    offer(restaurant)
    later(seconds=3)
    system.answers = [500]
    with clock.shift(timedelta(hours=25)):
        offer(restaurant)

    assert VendorConnection.get(connection.id).pushes


def test_whoever_says_gone_is_sent_nothing_more_until_enabled_again(system, restaurant) -> None:
    connection = connect(system, restaurant)
    system.answers = [410]
    offer(restaurant)
    assert VendorConnection.get(connection.id).disabled_because == "gone"

    system.answers = [204]
    services.change_connection(connection_id=connection.id, wanted=wanted(system, restaurant))
    offer(restaurant)

    assert system.kinds == ["order.offered"]


def test_only_the_events_that_are_wanted_are_sent(system, restaurant) -> None:
    connect(system, restaurant, events=("order.withdrawn",))
    order = offer(restaurant)
    services.withdraw_order(order_id=order.order_id, reason="customer")
    settle()

    assert system.kinds == ["order.withdrawn"]


def test_a_new_secret_and_the_former_are_both_good_for_a_day(system, restaurant) -> None:
    connection = connect(system, restaurant)
    former = system.secret
    new = services.rotate_secret(connection_id=connection.id)
    assert new != former

    offer(restaurant)
    system.secret = new
    offer(restaurant)
    assert len(system.heard) == 2

    with clock.shift(timedelta(hours=25)):
        assert len(selectors.good_secrets(connection.id)) == 1


def test_a_secret_lies_sealed(system, restaurant) -> None:
    connect(system, restaurant)
    plain = base64.b64decode(system.secret.removeprefix("whsec_"))
    assert plain not in bytes(SigningSecret.objects.get().sealed)


def test_a_test_event_is_about_no_order(system, restaurant) -> None:
    connection = connect(system, restaurant)
    services.send_test(connection_id=connection.id)
    settle()

    assert system.kinds == ["connection.test"]
    assert system.heard[0]["data"]["order"] is None


def test_a_restaurant_has_one_connection_and_a_connection_may_have_several(system, restaurant) -> None:
    other = open_restaurant("other")
    connection = connect(system, restaurant, other)
    offer(restaurant)
    offer(other)
    assert {event["data"]["restaurant_id"] for event in system.heard} == {str(restaurant.id), str(other.id)}

    with pytest.raises(AlreadyConnected):
        services.connect(wanted=wanted(system, other))
    services.change_connection(connection_id=connection.id, wanted=wanted(system, restaurant))
    services.connect(wanted=wanted(system, other))


def test_whoever_acts_for_one_restaurant_of_a_group_does_not_change_it_for_all(system, restaurant) -> None:
    other = open_restaurant("other")
    connection = connect(system, restaurant, other)

    with acting_as(cook_of(restaurant)), pytest.raises(ConnectionUnknown):
        services.rotate_secret(connection_id=connection.id)
    with acting_as(cook_of(restaurant, other)):
        assert services.rotate_secret(connection_id=connection.id)


def test_what_was_told_is_forgotten_after_the_regions_days(system, restaurant) -> None:
    connect(system, restaurant)
    order = offer(restaurant)
    services.reject(order_id=order.order_id, reason=RejectReason.CLOSING)
    settle()
    later(days=10)
    assert told(order.order_id)
    later(days=15)
    assert not told(order.order_id)


def test_an_address_that_may_be_meant_to_do_harm_is_refused(database) -> None:
    inside = WantedConnection(
        name="Till",
        channel=ChannelName.WEBHOOK,
        url="https://10.1.2.3/",
        restaurant_ids=(open_restaurant().id,),
    )
    with pytest.raises(ConnectionRefused, match="not a public address"):
        services.connect(wanted=inside)


def test_a_redirect_is_an_answer_like_another(system, restaurant) -> None:
    connect(system, restaurant)
    system.answers, system.location = [307], "http://127.0.0.1:9/elsewhere"
    order = offer(restaurant)

    assert [each.status for each in told(order.order_id)[0].tries.all()] == [307]


def test_of_a_long_answer_the_beginning_is_kept(system, restaurant) -> None:
    connect(system, restaurant)
    system.answers, system.body = [500], b"x\x00" + b"y" * 1_000_000
    order = offer(restaurant)

    (event,) = told(order.order_id)
    assert event.tries.get().answer == "x\ufffd" + "y" * 498


def test_whoever_drips_gets_no_more_than_the_time_there_is(system, restaurant, monkeypatch) -> None:
    monkeypatch.setattr(outside, "SECONDS", 0.5)
    connect(system, restaurant)
    system.answers, system.body, system.drips = [200], b"drop by drop, for ever", True
    order = offer(restaurant)

    attempt = told(order.order_id)[0].tries.get()
    assert (attempt.taken, attempt.status) == (False, None)
    assert attempt.milliseconds < 1_500


def test_nobody_at_the_address_is_written_down(system, restaurant) -> None:
    connect(system, restaurant, url="http://127.0.0.1:9/")
    order = offer(restaurant)

    attempt = told(order.order_id)[0].tries.get()
    assert (attempt.taken, attempt.status) == (False, None)
    assert "refused" in attempt.answer
