"""The estimate is a pure function: what it says at each stage, and what history does to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.orders.estimating import Delay, delay_of, expected, lateness, ride
from modules.orders.events import Course
from modules.orders.interface import (
    Axes,
    CourierState,
    Fulfilment,
    LateParty,
    LateStep,
    OrderState,
    VendorState,
)
from modules.orders.policies import Pace
from modules.orders.states import START

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
PACE = Pace(
    answer_minutes=3,
    metres_per_minute=200,
    door_minutes=4,
    collect_minutes=8,
    early_minutes=5,
    late_minutes=10,
)
PLACED = Course(region="xt", placed_at=NOON, asked_at=NOON, preparation_minutes=20, distance_m=2000)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def axes(**states: object) -> Axes:
    return msgspec.structs.replace(START, **states)


def course(**known: object) -> Course:
    return msgspec.structs.replace(PLACED, **known)


ASKED = axes(order=OrderState.CONFIRMED, vendor=VendorState.OFFERED)
COOKING = axes(order=OrderState.ACCEPTED, vendor=VendorState.ACCEPTED, courier=CourierState.ASSIGNED)
SEARCHING = axes(order=OrderState.ACCEPTED, vendor=VendorState.ACCEPTED, courier=CourierState.SEARCHING)
READY = axes(order=OrderState.ACCEPTED, vendor=VendorState.READY, courier=CourierState.ASSIGNED)
NOBODY = axes(order=OrderState.ACCEPTED, vendor=VendorState.READY, courier=CourierState.SEARCHING)
GONE = axes(order=OrderState.ACCEPTED, vendor=VendorState.COLLECTED, courier=CourierState.PICKED_UP)
ACCEPTED = {"ready_at": after(25)}
# 2 km are 10 minutes, the door is 4.


@pytest.mark.parametrize(
    ("known", "standing", "now", "early", "late"),
    [
        ({}, START, 0, 32, 47),  # 3 to answer, 20 to cook, 14 on the way; 5 before, 10 after
        ({}, ASKED, 10, 39, 54),  # it has still not answered: everything moves with the clock
        (ACCEPTED, SEARCHING, 5, 34, 49),
        (ACCEPTED, SEARCHING, 20, 37, 52),  # nobody would be there before 28
        (ACCEPTED, COOKING, 20, 34, 49),
        (ACCEPTED, COOKING, 30, 39, 54),  # the kitchen is late
        (ACCEPTED, READY, 20, 29, 44),  # ready before its time
        ({**ACCEPTED, "picked_up_at": after(26)}, GONE, 27, 37, 45),  # half of the margins
        ({**ACCEPTED, "picked_up_at": after(26)}, GONE, 60, 60, 65),
        ({**ACCEPTED, "usual_delay": 360, "seldom_delay": 1260}, COOKING, 20, 40, 60),
        ({"wanted_at": after(180), "asked_at": after(120)}, ASKED, 0, 175, 190),
        ({"fulfilment": Fulfilment.PICKUP, **ACCEPTED}, COOKING, 5, 25, 35),
        ({"fulfilment": Fulfilment.PICKUP, "wanted_at": after(90)}, START, 0, 90, 100),
    ],
)
def test_what_is_expected_at_each_stage(known, standing, now, early, late) -> None:
    assert expected(course(**known), standing, PACE, now=after(now)) == (after(early), after(late))


def test_nothing_is_expected_of_what_is_over() -> None:
    for order in (OrderState.COMPLETED, OrderState.CANCELLED):
        assert expected(PLACED, axes(order=order), PACE, now=NOON) is None


@pytest.mark.parametrize(
    ("known", "standing", "due", "step", "party"),
    [
        ({}, ASKED, 3, LateStep.ANSWER, LateParty.RESTAURANT),
        (ACCEPTED, SEARCHING, 25, LateStep.KITCHEN, LateParty.RESTAURANT),
        (ACCEPTED, COOKING, 25, LateStep.KITCHEN, LateParty.RESTAURANT),
        (ACCEPTED, NOBODY, 25, LateStep.COURIER_SEARCH, LateParty.PLATFORM),
        (ACCEPTED, READY, 33, LateStep.COLLECTION, LateParty.COURIER),
        ({**ACCEPTED, "picked_up_at": after(30)}, GONE, 44, LateStep.WAY, LateParty.COURIER),
    ],
)
def test_it_says_what_is_late_and_who(known, standing, due, step, party) -> None:
    found = lateness(course(**known), standing, PACE, now=after(due + 1))
    assert found is not None
    assert (found.step, found.party, found.since) == (step, party, after(due))
    assert lateness(course(**known), standing, PACE, now=after(due)) is None


def test_history_is_the_median_and_the_ninth_decile_of_enough_deliveries() -> None:
    late = [timedelta(minutes=minutes) for minutes in range(1, 11)]
    assert delay_of(late) == Delay(usual=5 * 60, seldom=9 * 60)
    assert delay_of(late[:7]) == Delay()
    assert delay_of([-each for each in late]) == Delay()


moments = st.integers(0, 300).map(after)


@given(
    known=st.fixed_dictionaries(
        {"distance_m": st.integers(0, 20_000), "usual_delay": st.integers(0, 3_600)},
        optional={"ready_at": moments, "picked_up_at": moments, "wanted_at": moments},
    ),
    more=st.integers(0, 3_600),
    standing=st.sampled_from([START, ASKED, SEARCHING, COOKING, READY, NOBODY, GONE]),
    now=st.integers(0, 18_000),
)
def test_an_estimate_is_never_past_and_never_upside_down(known, more, standing, now) -> None:
    at = NOON + timedelta(seconds=now)
    found = expected(course(**known, seldom_delay=known["usual_delay"] + more), standing, PACE, now=at)
    assert found is not None
    assert at - timedelta(minutes=1) < found.early <= found.late
    assert at < found.late


def test_farther_is_later() -> None:
    assert ride(3000, PACE) - ride(1000, PACE) == timedelta(minutes=10)
