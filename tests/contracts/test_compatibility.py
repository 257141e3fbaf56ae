"""What breaks who knows the last release: each rule with a change that breaks it and one that does not; and
the same changes played between the two, so that the rules and what really happens say the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts import kitchen
from tests.contracts.talking import a_few, talk, tell
from tiffin.compatibility import breaking, breaking_events, breaking_interface
from tiffin.compatibility.releases import Release, loaded
from tiffin.contract_files import describe_events
from tiffin.interfaces import describe
from tiffin.interfaces.contracts import UndeclaredError
from tiffin.testing.agreeing import Disagreement

ROOT = Path(__file__).parents[2]
many = settings(a_few, max_examples=80)


class Change(NamedTuple):
    """Of the kitchen's source: every `before` becomes `after`; `problem` is what is said of it, if any."""

    name: str
    before: str
    after: str
    problem: str = ""
    is_heard: bool = True  # whether the two notice when they talk

    def __str__(self) -> str:
        return self.name


BREAKING = [
    Change("a method is gone", kitchen.COOK, "", "cook is gone"),
    Change("a method has another name", "def cook(", "def prepare(", "cook is gone"),
    Change(
        "an event has another name", "orders.dish_cooked.v1", "orders.dish_made.v1", "dish_cooked.v1 is gone"
    ),
    Change("a required field is gone", "    name: str\n    size", "    size", "Dish.name is gone"),
    Change("an optional field is gone", "    note: str | None = None\n", "", "Dish.note is gone"),
    Change("a field has another name", "    note: str |", "    remark: str |", "Dish.note is gone"),
    Change("a type has another name", "Dish", "Plate", "the type Dish is gone", is_heard=False),
    Change("an argument is gone", ", count: int | None = None", "", "cook.count is gone"),
    Change(
        "a required argument is new", "name: str, size", "name: str, spice: str, size", "cook.spice is new"
    ),
    Change(
        "an argument is narrowed", "count: int | None = None", "count: int = 1", "cook.count: nothing is not"
    ),
    Change(
        "an argument has another type", "most: int = 10", "most: float = 10", "dishes.most: whole number is"
    ),
    Change(
        "an answer's field is widened", "    grams: int | None", "    grams: int | str | None", "was widened"
    ),
    Change("an answer's field is narrowed", "    grams: int | None", "    grams: int", "was narrowed"),
    Change("an answer may be nothing", ") -> Dish: ...  # cook", ") -> Dish | None: ...", "cook: the answer"),
    Change(
        "an answer's field is new", "    grams:", "    spice: str\n    grams:", "Dish.spice is new and has no"
    ),
    Change(
        "a closed enumeration grows",
        '    LARGE = "large"',
        '    LARGE = "large"\n    HUGE = "huge"',
        "huge is new",
    ),
    Change("a closed enumeration shrinks", '    LARGE = "large"\n', "", "Size: the member large is gone"),
    Change("an open enumeration shrinks", '    HIGH = "high"\n', "", "Heat: the member high is gone"),
    Change(
        "a refusal is new", "errors=(SoldOut,)", "errors=(SoldOut, Closed)", "cook: the refusal closed is new"
    ),
    Change("a refusal is gone", "errors=(SoldOut,)", "errors=()", "cook: the refusal sold_out is gone"),
    Change("a refusal says less", "    dish: str\n", "", "the refusal sold_out.dish is gone"),
    Change(
        "a command becomes an action", kitchen.COOK, kitchen.COOK_AS_ACTION, "was a command and is an action"
    ),
    Change("an event says less", "    cooked_by: str\n", "", "dish_cooked.v1.cooked_by is gone"),
    Change(
        "an event says something else", "    cooked_by: str", "    cooked_by: int", "dish_cooked.v1.cooked_by"
    ),
    Change(
        "an event says more for sure",
        "    cooked_by: str",
        "    oven: str\n    cooked_by: str",
        "oven is new",
    ),
]
HARMLESS = [
    Change("nothing", "", ""),
    Change("an optional argument is new", "most: int = 10", "most: int = 10, spice: str | None = None"),
    Change("an argument is widened", "most: int = 10", "most: int | None = 10"),
    Change("an argument need not be said any more", "name: str, size", 'name: str = "ramen", size'),
    Change("an answer's field with a default is new", "    note:", "    spice: str | None = None\n    note:"),
    Change("a method is new", "    @command", kitchen.WASH + "    @command"),
    Change("an event is new", "class DishCooked", kitchen.BURNT + "class DishCooked"),
    Change(
        "an event says more, or nothing",
        "    cooked_by: str",
        "    cooked_by: str\n    oven: str | None = None",
    ),
    Change("an open enumeration grows", '    HIGH = "high"', '    HIGH = "high"\n    TORCH = "torch"'),
    Change("a deprecated method is gone", kitchen.DISH, ""),
    Change("a deprecated field is gone", kitchen.OLD_NOTE, ""),
    Change("a deprecated event is gone", kitchen.SERVED, ""),
    Change("a deprecated refusal is gone", "errors=(Burnt,)", "errors=()"),
    Change("another time limit", "timeout=1.0", "timeout=0.5"),
    Change("other words", "A dish.", "What is on a plate."),
]
each_change = pytest.mark.parametrize("change", [*BREAKING, *HARMLESS], ids=str)


@pytest.fixture
def released(tmp_path: Path) -> Callable[[Change], Path]:
    """The kitchen's sources with a change, as they would be kept."""

    def keep(change: Change) -> Path:
        folder = tmp_path / change.name.replace(" ", "_")
        (folder / "kitchen").mkdir(parents=True)
        for file, source in kitchen.SOURCES.items():
            changed = source.replace(change.before, change.after) if change.before else source
            (folder / "kitchen" / file).write_text(changed)
        return folder

    return keep


def documents(release: Release) -> tuple[dict, dict]:
    events = [event for _, event in sorted(release.events.items())]
    plain = msgspec.json.decode(msgspec.json.encode(describe_events(events)))
    return describe(release.interfaces["orders.v98"]), plain


@each_change
def test_a_change_breaks_or_does_not(released: Callable[[Change], Path], change: Change) -> None:
    assert change.before == "" or any(change.before in source for source in kitchen.SOURCES.values())
    with loaded(released(HARMLESS[0])) as last, loaded(released(replace_name(change))) as now:
        (interface, events), (interface_now, events_now) = documents(last), documents(now)
    problems = breaking_interface(interface, interface_now) + breaking_events(events, events_now)
    if change.problem:
        assert any(change.problem in problem for problem in problems), problems
    else:
        assert problems == []


@pytest.mark.database
@each_change
def test_who_talks_notices_what_breaks_and_nothing_else(
    released: Callable[[Change], Path], change: Change
) -> None:
    with loaded(released(HARMLESS[0])) as last, loaded(released(replace_name(change))) as now:
        breaks = bool(change.problem) and change.is_heard
        played = _conversation(last, now, many if breaks else a_few)
        if not breaks:
            played()
            return
        with pytest.raises((Disagreement, UndeclaredError, msgspec.MsgspecError, KeyError)):
            played()


def _conversation(last: Release, now: Release, how: settings) -> Callable[[], None]:
    """Everything that the last release names, but for what it calls deprecated and is gone."""
    interface, events = documents(last)
    interface_now, events_now = documents(now)
    methods = _kept(interface["methods"], interface_now["methods"])
    wires = _kept(events["events"], events_now["events"])

    @how
    @given(st.data())
    def conversation(data: st.DataObject) -> None:
        for name in methods:
            talk(last, now, "orders.v98", name, data.draw)
        for wire in wires:
            tell(last, now, wire, data.draw)

    return conversation


def _kept(last: dict, now: dict) -> list[str]:
    return [name for name, what in last.items() if name in now or not what.get("deprecated")]


def replace_name(change: Change) -> Change:
    return change._replace(name=f"now {change.name}")


def test_the_committed_contracts_break_nobody_who_knows_the_last_release() -> None:
    assert breaking(ROOT / "contracts" / "last", ROOT / "contracts") == []
