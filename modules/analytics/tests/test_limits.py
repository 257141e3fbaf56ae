"""No body is larger than its wire takes, and nothing gets lost where one ends and the next begins."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.analytics import selectors
from modules.analytics.selectors import Known
from modules.analytics.services.packing import Packed, pack
from modules.analytics.sinks import SINKS, Sink
from modules.analytics.tests import scenes
from tiffin import clock, ids
from tiffin.log import Recorded

CUSTOMER = ids.new_id()
SEGMENT, POSTHOG = SINKS["segment"], SINKS["posthog"]
LARGEST = 40_000


@pytest.fixture(autouse=True)
def _everybody_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    person, since = uuid4(), clock.now()

    def agree(customer_ids: set[UUID]) -> dict[UUID, Known]:
        return {each: Known(person, since) for each in customer_ids}

    monkeypatch.setattr(selectors, "people_who_agree", agree)


def records(*sizes: int) -> list[Recorded]:
    """Events of which messages of about so many bytes are made."""
    return [scenes.record(scenes.cancelled(CUSTOMER, "x" * size)) for size in sizes]


def all_of(sink: Sink, left: list[Recorded]) -> list[Packed]:
    bodies = []
    while left:
        bodies.append(pack(sink, left))
        assert bodies[-1].events
        left = left[bodies[-1].events :]
    return bodies


def body_bytes(packed: Packed) -> int:
    """As the SDK writes it, with a long key."""
    rendered = [entry.rendered for entry in packed.entries]
    return len(json.dumps({"batch": rendered, "sentAt": clock.now().isoformat(), "writeKey": "k" * 100}))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, LARGEST), min_size=1, max_size=60))
def test_segment_takes_every_body_and_every_message_of_it(sizes: list[int]) -> None:
    told = records(*sizes)
    bodies = all_of(SEGMENT, told)
    for packed in bodies:
        assert body_bytes(packed) <= 500_000
        assert len(packed.entries) <= 2_500
        assert all(len(json.dumps(entry.rendered)) <= 32_000 for entry in packed.entries)
    sent = [entry.record.event_id for packed in bodies for entry in packed.entries]
    held = [each.record.event_id for packed in bodies for each in packed.poison]
    assert sent == [each.event_id for each in told if each.event_id not in held]
    assert len(sent) + len(held) == len(told)
    assert all("32000" in each.cause for packed in bodies for each in packed.poison)


def test_2501_small_ones_are_two_bodies() -> None:
    bodies = all_of(SEGMENT, records(*[3] * 2_501))
    assert sum(len(packed.entries) for packed in bodies) == 2_501
    assert max(len(packed.entries) for packed in bodies) <= 2_500
    # Each has some 400 bytes: it is their sum that ends the first body.
    assert body_bytes(bodies[0]) > 499_000


def test_where_bytes_are_no_matter_the_number_is() -> None:
    bodies = all_of(POSTHOG, records(*[3] * 2_501))
    assert [len(packed.entries) for packed in bodies] == [2_500, 1]


def test_a_message_just_within_the_limit_is_sent_and_the_next_larger_held() -> None:
    (one,) = pack(SEGMENT, records(0)).entries
    room = 32_000 - len(json.dumps(one.rendered)) - 2
    fits, held = pack(SEGMENT, records(room)), pack(SEGMENT, records(room + 1))
    assert (len(fits.entries), len(fits.poison)) == (1, 0)
    assert (len(held.entries), len(held.poison)) == (0, 1)
    assert len(pack(POSTHOG, records(room + 1)).entries) == 1
