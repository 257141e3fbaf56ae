"""Draws every state machine into docs/reference/state-machines.md: `python -m tests.walls.machines`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.apps import apps
from django.conf import settings
from django.db import models

from tiffin.states import Machine

PAGE = Path(__file__).parents[2] / "docs/reference/state-machines.md"
HEAD = """# State machines

Every state that something can be in, and which may follow which. What is not drawn is refused with 409, and
nothing changes. Drawn from the code by `python -m tests.walls.machines`; a test compares.

A model names the machines of its columns in `MACHINES`; a test refuses a column with a state that none
moves. These have no machine:

| column | why |
| --- | --- |
"""
# Columns by which nothing moves by itself.
TELLING = {
    "experiments.Experiment.phase": "counts how often it was begun anew",
    "experiments.Exposure.phase": "counts how often it was begun anew",
    "experiments.Analysis.phase": "counts how often it was begun anew",
    "orders.Order.status": "follows from the five axes (`states.status_of`)",
    "orders.TimelineEntry.from_state": "tells what was; never changed",
    "orders.TimelineEntry.to_state": "tells what was; never changed",
    "orders.TimelineEntry.status": "tells what was; never changed",
    "payments.Dispute.state": "is the bank's, and is written down as it tells: it may open any case again",
    "payments.SandboxCharge.outcome": "plays a system outside, which decides once",
    "restaurants.DeliverectMessage.status": "is Deliverect's code, kept as it came",
    "restaurants.DeliveryAttempt.status": "is what HTTP answered",
    "subscriptions.Attempt.outcome": "is what payments told, once",
}
NAMES = ("state", "status", "outcome", "rung", "standing", "phase")


class Moved(NamedTuple):
    """A column of a model that has states, and the machine by which it moves, if any."""

    model: type[models.Model]
    field: models.Field[Any, Any]
    machine: Machine[Any] | None

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.field.column}"


def moved() -> Iterator[Moved]:
    """Every column of the modules that has a machine, or is called as what has one."""
    for module in settings.TIFFIN_MODULES:
        for model in apps.get_app_config(module).get_models():
            if not model._meta.managed or not model.__module__.startswith("modules."):
                continue
            machines = getattr(model, "MACHINES", {})
            for field in model._meta.concrete_fields:
                machine = machines.get(field.attname)
                if machine is not None or _is_called_so(str(field.column)):
                    yield Moved(model, field, machine)


def _is_called_so(column: str) -> bool:
    return column in NAMES or column.endswith(tuple(f"_{name}" for name in NAMES))


def machines() -> list[Machine[Any]]:
    """All of them, those of orders first, which is what most come for."""
    found = {id(each.machine): each for each in moved() if each.machine is not None}
    ordered = sorted(found.values(), key=lambda each: each.model._meta.app_label != "orders")
    return [each.machine for each in ordered if each.machine is not None]


def drawing(machine: Machine[Any]) -> str:
    states = [state for state in machine.states if state.value != "unknown"]
    lines = [f"## {machine.what}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state.value}" for state in states if state in machine.starts]
    for state in states:
        following = [after for after in states if machine.allows(state, after)]
        lines += [f"    {state.value} --> {after.value}" for after in following]
        if not following:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join([*lines, "```", ""])


def page() -> str:
    rows = [f"| `{label}` | {why} |" for label, why in TELLING.items()]
    return "\n".join([HEAD + "\n".join(rows), "", *(drawing(machine) for machine in machines())])


if __name__ == "__main__":
    django.setup()
    PAGE.write_text(page())
