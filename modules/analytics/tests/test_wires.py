"""What goes over the wire to Segment and PostHog, byte for byte, and that it is what they publish."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.ads.events import AdClicked, AdsShown, ShownAd
from modules.ads.interface import Placement
from modules.analytics.kinds import Tracked
from modules.analytics.sinks import SINKS
from modules.analytics.sinks.port import numbers
from modules.analytics.tests import published, scenes
from modules.analytics.tests.outside import Heard, World
from modules.analytics.tests.scenes import pence
from modules.analytics.tracking import track
from modules.experiments.events import ExposureRecorded
from modules.experiments.interface import Unit
from modules.orders.events import OrderDelivered, OrderedItem, OrderRefunded
from modules.rewards.events import TierChanged
from modules.subscriptions.events import MembershipChanged, Why
from modules.subscriptions.interface import MembershipState
from tiffin import ids
from tiffin.flags import Definitions, Flag, Subject
from tiffin.flags.evaluating import Reader
from tiffin.log import Event
from tiffin.money import Money

PERSON = UUID("4f5d2c1e-8a3b-4c6d-9e7f-0a1b2c3d4e5f")
CUSTOMER = UUID("01900000-0000-7000-8000-000000000001")
ORDER = UUID("01900000-0000-7000-8000-000000000002")
ITEM = UUID("01900000-0000-7000-8000-000000000003")
EVENT = UUID("01900000-0000-7000-8000-000000000004")
AT = datetime(2026, 3, 2, 18, 40, 0, 123456, tzinfo=UTC)
SENT = "2026-03-02T18:40:05.000000+00:00"

# A `batch` of one `track` call: segment.com/docs/connections/sources/catalog/libraries/server/http-api,
# "Track" and "Batch"; the properties those of segment.com/docs/connections/spec/ecommerce/v2, "Order
# Completed".
SEGMENT_BODY = (
    b'{"batch": [{"type": "track", "messageId": "01900000-0000-7000-8000-000000000004", '
    b'"userId": "4f5d2c1e-8a3b-4c6d-9e7f-0a1b2c3d4e5f", "event": "Order Completed", '
    b'"properties": {"order_id": "01900000-0000-7000-8000-000000000002", '
    b'"affiliation": "01900000-0000-7000-8000-00000000000a", "total": 23.5, "currency": "GBP", '
    b'"products": [{"product_id": "01900000-0000-7000-8000-000000000003", '
    b'"name": "Ramen \\u017cur", "price": 10.5, "quantity": 2}], "region": "gb"}, '
    b'"timestamp": "2026-03-02T18:40:00.123+00:00", "context": {"library": {"name": "tiffin", '
    b'"version": "1"}}}], "sentAt": "2026-03-02T18:40:05.000000+00:00", "writeKey": "write-key"}'
)
# posthog.com/docs/api/capture, "Batch events".
POSTHOG_BODY = (
    b'{"batch": [{"uuid": "01900000-0000-7000-8000-000000000004", "event": "Order Completed", '
    b'"distinct_id": "4f5d2c1e-8a3b-4c6d-9e7f-0a1b2c3d4e5f", '
    b'"properties": {"order_id": "01900000-0000-7000-8000-000000000002", '
    b'"affiliation": "01900000-0000-7000-8000-00000000000a", "total": 23.5, "currency": "GBP", '
    b'"products": [{"product_id": "01900000-0000-7000-8000-000000000003", '
    b'"name": "Ramen \\u017cur", "price": 10.5, "quantity": 2}], "region": "gb", '
    b'"$lib": "tiffin", "$geoip_disable": true}, "timestamp": "2026-03-02T18:40:00.123+00:00"}], '
    b'"sent_at": "2026-03-02T18:40:05.000000+00:00", "api_key": "phc_key"}'
)


def order_completed() -> Tracked:
    item = OrderedItem(item_id=ITEM, title="Ramen żur", quantity=2, total=pence(2100))
    event = scenes.placed(CUSTOMER, order_id=ORDER, items=(item,))
    (message,) = track(scenes.record(event, event_id=EVENT, occurred_at=AT))
    return message


def send(sink: str, *messages: Tracked) -> None:
    SINKS[sink].send([SINKS[sink].render(message, PERSON) for message in messages])


def unpacked(heard: Heard) -> bytes:
    """The body with the time at which the SDK sent it, which is a time, as it is in the fixtures."""
    packed = heard.headers.get("Content-Encoding") == "gzip"
    body = gzip.decompress(heard.body) if packed else heard.body
    fixed, found = re.subn(
        rb'("sent_?[aA]t": ")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00"',
        rb"\g<1>" + SENT.encode() + b'"',
        body,
    )
    assert found == 1
    return fixed


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_segment_byte_for_byte(configured: World, settings: Any, packed: bool) -> None:
    settings.TIFFIN_SEGMENT_GZIP = packed
    send("segment", order_completed())
    (heard,) = configured.heard
    assert heard.line == "POST /v1/batch HTTP/1.1"
    # "Basic authentication": the write key, a colon and no password.
    assert heard.headers["Authorization"] == "Basic d3JpdGUta2V5Og=="
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert int(heard.headers["Content-Length"]) == len(heard.body)
    assert unpacked(heard) == SEGMENT_BODY
    jsonschema.validate(heard.said, published.SEGMENT_BATCH)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_posthog_byte_for_byte(configured: World, settings: Any, packed: bool) -> None:
    settings.TIFFIN_POSTHOG_GZIP = packed
    send("posthog", order_completed())
    (heard,) = configured.heard
    assert heard.line == "POST /batch/ HTTP/1.1"
    assert "Authorization" not in heard.headers
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert int(heard.headers["Content-Length"]) == len(heard.body)
    assert unpacked(heard) == POSTHOG_BODY
    jsonschema.validate(heard.said, published.POSTHOG_BATCH)


def an_ad(slot: int) -> ShownAd:
    return ShownAd(
        slot=slot,
        placement=Placement.HOME_CAROUSEL,
        campaign_id=ORDER,
        flight_id=ITEM,
        creative_id=ITEM,
        advertiser_id=ITEM,
    )


def membership(why: Why, total: Money | None = None) -> MembershipChanged:
    return MembershipChanged(
        membership_id=ORDER,
        customer_id=CUSTOMER,
        plan_code="plus",
        title="Plus",
        state=MembershipState.ACTIVE,
        why=why,
        benefits=(),
        valid_in=(),
        total=total,
    )


ADS = {"decision_id": ORDER, "viewer_id": CUSTOMER, "is_customer": True}
# What happened, under which names it is told, and what of it.
EVENTS: list[tuple[Event, list[str], dict[str, Any]]] = [
    (scenes.placed(CUSTOMER), ["Order Completed"], {"total": Decimal("23.50"), "currency": "GBP"}),
    (
        OrderDelivered(
            order_id=ORDER,
            customer_id=CUSTOMER,
            restaurant_id=scenes.RESTAURANT,
            courier_id=ITEM,
            total=pence(2350),
            delivered_at=AT,
            goods=pence(2100),
            points=120,
        ),
        ["Order Delivered"],
        {"total": Decimal("23.50"), "goods": Decimal("21.00"), "points": 120},
    ),
    (scenes.cancelled(CUSTOMER), ["Order Cancelled"], {"reason": "customer", "cancelled_by": "customer"}),
    (
        OrderRefunded(order_id=ORDER, customer_id=CUSTOMER, amount=pence(577), reason="missing_items"),
        ["Order Refunded"],
        {"order_id": str(ORDER), "total": Decimal("5.77"), "reason": "missing_items"},
    ),
    (OrderRefunded(order_id=ORDER, customer_id=CUSTOMER, amount=pence(0), reason="unpaid"), [], {}),
    (membership(Why.JOINED, pence(999)), ["Membership Started"], {"plan": "plus", "total": Decimal("9.99")}),
    (membership(Why.RENEWED), ["Membership Renewed"], {"plan": "plus", "reason": "renewed"}),
    (membership(Why.ENDED), ["Membership Ended"], {"reason": "ended"}),
    (membership(Why.RENEWS_SOON), [], {}),
    (
        TierChanged(customer_id=CUSTOMER, tier="gold", before="", until=AT, benefits=()),
        ["Tier Changed"],
        {"tier": "gold"},
    ),
    (
        AdsShown(**ADS, ads=(an_ad(0), an_ad(1))),
        ["Promotion Viewed", "Promotion Viewed"],
        {"promotion_id": str(ORDER), "creative": str(ITEM), "position": "home_carousel"},
    ),
    (AdClicked(**ADS, ad=an_ad(1)), ["Promotion Clicked"], {"promotion_id": str(ORDER), "slot": 1}),
    (AdsShown(decision_id=ORDER, viewer_id=CUSTOMER, is_customer=False, ads=(an_ad(0),)), [], {}),
    (AdClicked(decision_id=ORDER, viewer_id=None, is_customer=True, ad=an_ad(0)), [], {}),
]


@pytest.mark.parametrize(("event", "names", "facts"), EVENTS, ids=lambda each: type(each).__name__)
def test_what_is_told_of_each_event(event: Event, names: list[str], facts: dict[str, Any]) -> None:
    record = scenes.record(event)
    messages = track(record)
    assert [message.name for message in messages] == names
    assert len({message.message_id for message in messages}) == len(messages)
    assert messages == track(record)
    for message in messages:
        assert message.customer_id == CUSTOMER
        assert facts.items() <= message.properties.items()


def test_all_of_it_is_what_is_published(configured: World) -> None:
    told = [message for event, _, _ in EVENTS for message in track(scenes.record(event))]
    told.append(experiment())
    send("segment", *told)
    send("posthog", *told)
    segment, posthog = (heard.said for heard in configured.heard)
    jsonschema.validate(segment, published.SEGMENT_BATCH)
    jsonschema.validate(posthog, published.POSTHOG_BATCH)
    for message in segment["batch"]:
        jsonschema.validate(message["properties"], published.BY_NAME.get(message["event"], True))


def test_nobody_can_tell_who_it_was(configured: World) -> None:
    told = [message for event, _, _ in EVENTS for message in track(scenes.record(event))]
    send("segment", *told)
    send("posthog", *told)
    for heard in configured.heard:
        assert str(CUSTOMER).encode() not in heard.body


def experiment() -> Tracked:
    (told,) = track(scenes.record(exposed(Unit.CUSTOMER, CUSTOMER)))
    return told


def exposed(attribute: Unit, unit: UUID) -> ExposureRecorded:
    return ExposureRecorded(
        experiment="new-menu",
        name="New menu",
        phase=0,
        variation="b",
        variation_name="Larger",
        attribute=attribute.value,
        unit=str(unit),
        at=AT,
    )


def test_of_the_exposure_of_a_browser_nothing_is_told() -> None:
    assert track(scenes.record(exposed(Unit.DEVICE, CUSTOMER))) == []


def test_an_exposure_by_either_id_is_told_where_it_was_a_customers() -> None:
    """What a GrowthBook server tries goes by `id` unless it says otherwise."""
    # Given such an experiment
    rule = {"key": "new-menu", "variations": [False, True], "meta": [{"key": "a"}, {"key": "b"}]}
    world = Definitions(1, {"shop.menu": {"defaultValue": False, "rules": [rule]}})
    menu = Flag("shop.menu", default=False, allowed=(), says="whether it is the new menu")
    told = []
    for subject in (Subject("pl", CUSTOMER, ids.new_id()), Subject("pl", None, CUSTOMER)):
        # When a customer and a stranger become part of it
        _, ((key, phase, variation, attribute, unit, _, at),) = Reader(world, subject, {}).read(menu)
        event = ExposureRecorded(
            experiment=key, name="", phase=phase, variation=variation, variation_name="",
            attribute=attribute, unit=unit, at=at,
        )  # fmt: skip
        told.append([message.customer_id for message in track(scenes.record(event))])
    # Then it is told of the customer
    assert told == [[CUSTOMER], []]


def test_an_exposure_is_said_as_each_wire_has_it(configured: World) -> None:
    send("segment", experiment())
    send("posthog", experiment())
    segment, posthog = (heard.said["batch"][0] for heard in configured.heard)
    assert (segment["event"], segment["properties"]["variation_id"]) == ("Experiment Viewed", "b")
    # posthog.com/docs/experiments/running-experiments-without-feature-flags
    assert posthog["event"] == "$feature_flag_called"
    flag = {"$feature_flag": "new-menu", "$feature_flag_response": "b", "$feature/new-menu": "b"}
    assert flag.items() <= posthog["properties"].items()


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 2, 3]))
def test_amounts_are_written_with_the_digits_they_have(minor: int, places: int) -> None:
    amount = Decimal(minor).scaleb(-places)
    written = numbers({"total": amount})["total"]
    assert Decimal(repr(written)) == amount
