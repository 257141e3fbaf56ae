"""The page of state machines draws them as they are, whatever moves moves by them, and nothing has states
that no machine knows."""

from __future__ import annotations

from enum import Enum
from itertools import product
from typing import Any

import pytest

from modules.delivery.models import Offer, OfferState
from modules.orders.models import Order
from tests.walls.machines import PAGE, TELLING, Moved, moved, page
from tiffin.errors import DomainError
from tiffin.states import Machine, StateConflict
from tiffin.web.problems import problem_of

MOVED = [each for each in moved() if each.machine is not None]
by_machine = pytest.mark.parametrize("each", MOVED, ids=lambda each: each.label)


def test_the_page_is_as_the_code_is() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.walls.machines"


def unknown_states() -> set[str]:
    return {each.label for each in moved() if each.machine is None} - set(TELLING)


def test_whatever_has_states_has_a_machine() -> None:
    assert unknown_states() == set(), "name its machine in MACHINES, or say in TELLING why it has none"
    assert set(TELLING) <= {each.label for each in moved()}, "TELLING names what has no state"


def test_a_state_that_no_machine_knows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Offer, "MACHINES", {})
    assert unknown_states() == {"delivery.Offer.state"}


def states_of(machine: Machine[Any]) -> list[Enum]:
    return [state for state in machine.states if state.value != "unknown"]


@by_machine
def test_each_state_is_drawn_and_can_be_reached(each: Moved) -> None:
    assert each.machine is not None
    assert each.machine.reachable() == set(states_of(each.machine))


def move(each: Moved, before: Enum, after: Enum) -> object:
    """As the code does it; what it is in afterwards."""
    row = each.model(**{each.field.attname: before.value})
    match each.field.attname:
        case axis if isinstance(row, Order):
            row.move(**{axis.removesuffix("_state"): after})
        case "rung_name":
            row.climb(after)
        case _:
            (row.move_to if hasattr(row, "move_to") else row.move)(after)
    return getattr(row, each.field.attname)


@by_machine
def test_what_is_not_drawn_is_refused(each: Moved) -> None:
    machine = each.machine
    assert machine is not None
    for before, after in product(states_of(machine), repeat=2):
        if machine.allows(before, after):
            assert move(each, before, after) == after.value
            continue
        with pytest.raises(DomainError) as refused:
            move(each, before, after)
        assert problem_of(refused.value).status == 409


def test_a_machine_says_who_may_come_before() -> None:
    offers = Machine("An offer", OfferState.OPEN, {OfferState.OPEN: (OfferState.PASSED,)})
    assert offers.before(OfferState.PASSED) == ["open"]
    assert offers.before(OfferState.OPEN) == []
    with pytest.raises(StateConflict, match="An offer cannot go from passed to open"):
        offers.check(OfferState.PASSED, OfferState.OPEN)
