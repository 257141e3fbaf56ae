"""Draws every state machine into docs/reference/state-machines.md: `python -m tests.walls.machines`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from modules.delivery.interface import DeliveryState
from modules.delivery.states import TRANSITIONS as DELIVERY
from modules.orders.states import CLAIM, MACHINES
from modules.payments.interface import PaymentState
from modules.payments.states import TRANSITIONS as PAYMENTS
from modules.restaurants.interface import TicketState
from modules.restaurants.states import TRANSITIONS as TICKETS

PAGE = Path(__file__).parents[2] / "docs/reference/state-machines.md"
HEAD = """# State machines

Every state that something can be in, and which may follow which. What is not drawn is refused with 409, and
nothing changes. Drawn from the code by `python -m tests.walls.machines`; a test compares.
"""


class Drawing(NamedTuple):
    """A machine: what it is of, where it starts, what may follow each state."""

    title: str
    start: Enum
    drawn: Mapping[Enum, Iterable[Enum]]

    @property
    def text(self) -> str:
        lines = [f"## {self.title}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {self.start.value}"]
        for state in type(self.start):
            following = set(self.drawn.get(state, ()))
            lines += [
                f"    {state.value} --> {after.value}" for after in type(self.start) if after in following
            ]
            if not following and state.value != "unknown":
                lines.append(f"    {state.value} --> [*]")
        return "\n".join([*lines, "```", ""])


def drawings() -> list[Drawing]:
    """Those of the order's five axes, then those of its claims and of the other modules."""
    axes = [Drawing(f"An order: {machine.axis}", machine.start, machine.drawn) for machine in MACHINES]
    return [
        *axes,
        Drawing("A claim", CLAIM.start, CLAIM.drawn),
        Drawing("A payment", PaymentState.PENDING, PAYMENTS),
        Drawing("A ticket on the restaurant's counter", TicketState.OFFERED, TICKETS),
        Drawing("A delivery", DeliveryState.SEARCHING, DELIVERY),
    ]


def page() -> str:
    return "\n".join([HEAD, *(drawing.text for drawing in drawings())])


if __name__ == "__main__":
    PAGE.write_text(page())
