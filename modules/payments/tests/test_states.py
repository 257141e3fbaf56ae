"""The table of states holds together."""

from __future__ import annotations

from modules.payments.interface import PaymentState
from modules.payments.states import AT_REST, IN_FLIGHT, TRANSITIONS

KNOWN = set(PaymentState) - {PaymentState.UNKNOWN}


def test_every_state_has_its_row_and_can_be_reached():
    reached = {PaymentState.PENDING}
    while more := {after for state in reached for after in TRANSITIONS[state]} - reached:
        reached |= more

    assert set(TRANSITIONS) == KNOWN
    assert reached == KNOWN


def test_a_payment_is_waiting_for_somebody_or_at_rest():
    waits_for_people = {PaymentState.REQUIRES_ACTION, PaymentState.AUTHORISED}

    assert IN_FLIGHT | AT_REST | waits_for_people == KNOWN
    assert not IN_FLIGHT & AT_REST


def test_every_waiting_comes_to_rest():
    def comes_to_rest(state, seen=frozenset()):
        return state in AT_REST or any(
            comes_to_rest(after, seen | {state}) for after in TRANSITIONS[state] - seen
        )

    assert all(comes_to_rest(state) for state in KNOWN)
