"""The page that explains an order's way draws the machines as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from modules.orders.states import CLAIM, MACHINES

PAGE = Path(__file__).parents[3] / "docs/explanation/an-orders-way.md"


def drawn(machine) -> str:
    rows = [f"**{machine.axis.capitalize()}**", "", "| from | may become |", "| --- | --- |"]
    for state in machine.states:
        if state.value == "unknown":
            continue
        following = ", ".join(f"`{after.value}`" for after in machine.drawn.get(state, ()))
        rows.append(f"| `{state.value}` | {following or '*the end*'} |")
    return "\n".join(rows)


@pytest.mark.parametrize("machine", [*MACHINES, CLAIM], ids=lambda machine: machine.axis)
def test_each_machine_is_drawn(machine) -> None:
    assert drawn(machine) in PAGE.read_text()
