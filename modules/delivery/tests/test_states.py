"""The table of states holds together, and distances are right."""

from __future__ import annotations

from modules.delivery.geography import metres
from modules.delivery.interface import DeliveryState, Point
from modules.delivery.states import TRANSITIONS

KNOWN = set(DeliveryState) - {DeliveryState.UNKNOWN}
ENDS = {DeliveryState.DELIVERED, DeliveryState.CANCELLED, DeliveryState.FAILED}


def test_every_state_has_its_row_and_can_be_reached():
    reached = {DeliveryState.SEARCHING}
    while more := {after for state in reached for after in TRANSITIONS[state]} - reached:
        reached |= more

    assert set(TRANSITIONS) == KNOWN
    assert reached == KNOWN
    assert {state for state, after in TRANSITIONS.items() if not after} == ENDS


def test_warsaw_is_1449_kilometres_from_london():
    warsaw, london = Point(lat=52.2297, lon=21.0122), Point(lat=51.5074, lon=-0.1278)

    assert abs(metres(warsaw, london) - 1_449_000) < 3_000
    assert metres(london, london) == 0
