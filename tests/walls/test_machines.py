"""The page of state machines draws them as they are, and whatever moves moves by them."""

from __future__ import annotations

from itertools import product

import pytest

from modules.delivery.models import DeliveryTask
from modules.orders.interface import ClaimState
from modules.orders.models import Claim, Order
from modules.orders.states import MACHINES
from modules.payments.models import Payment
from modules.restaurants.models import Ticket
from tests.walls.machines import PAGE, Drawing, drawings, page
from tiffin.errors import DomainError

by_machine = pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.title)


def test_the_page_is_as_the_code_is() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.walls.machines"


@by_machine
def test_each_state_is_drawn_and_can_be_reached(drawing: Drawing) -> None:
    reached, edge = {drawing.start}, [drawing.start]
    while edge:
        more = set(drawing.drawn.get(edge.pop(), ())) - reached
        reached |= more
        edge.extend(more)
    assert {state.value for state in reached} == {state.value for state in type(drawing.start)} - {"unknown"}


def move(title: str, before: object, after: object) -> None:
    """As the code does it."""
    name = getattr(before, "value", "")
    if title.startswith("An order: "):
        (machine,) = (each for each in MACHINES if title.endswith(f": {each.axis}"))
        Order(**{f"{machine.axis}_state": name}).move(**{machine.axis: after})
    elif title == "A claim":
        assert isinstance(after, ClaimState)
        Claim(state_name=name).move(after)
    else:
        model = {"A payment": Payment, "A delivery": DeliveryTask}.get(title, Ticket)
        model(state_name=name).move_to(after)


@by_machine
def test_what_is_not_drawn_is_refused(drawing: Drawing) -> None:
    states = [state for state in type(drawing.start) if state.value != "unknown"]
    for before, after in product(states, repeat=2):
        if after in set(drawing.drawn.get(before, ())):
            move(drawing.title, before, after)
            continue
        with pytest.raises(DomainError) as refused:
            move(drawing.title, before, after)
        assert refused.value.status == 409
