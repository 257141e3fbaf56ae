"""The last release's client against today's server, and the other way round, over the bytes that travel."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.talking import a_few, talk, tell
from tiffin.compatibility.releases import Release, loaded, today
from tiffin.interfaces import registry
from tiffin.interfaces.registry import contract_of
from tiffin.log.events import event_classes
from tiffin.testing.agreeing import Disagreement

LAST = Path(__file__).parents[2] / "contracts" / "last"


def methods(folder: Path) -> dict[tuple[str, str], dict]:
    documents = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.v*.json"))}
    return {(wire, name): each for wire, one in documents.items() for name, each in one["methods"].items()}


# What was deprecated may be gone.
METHODS = [
    key
    for key, method in methods(LAST).items()
    if key in methods(LAST.parent) or not method.get("deprecated")
]


@pytest.fixture(scope="module")
def last() -> Iterator[Release]:
    with loaded(LAST / "modules") as release:
        yield release


@pytest.fixture
def now() -> Release:
    return today(registry._interfaces, event_classes())


@pytest.mark.database
@pytest.mark.parametrize(("wire_name", "name"), METHODS)
def test_a_method_is_understood_both_ways(last: Release, now: Release, wire_name: str, name: str) -> None:
    @a_few
    @given(st.data())
    def talks(data: st.DataObject) -> None:
        talk(last, now, wire_name, name, data.draw)

    talks()


@pytest.mark.database
def test_a_broken_copy_of_an_interface_is_not_understood(now: Release, tmp_path: Path) -> None:
    shutil.copytree(LAST / "modules", tmp_path / "modules")
    source = tmp_path / "modules" / "payments" / "interface.py"
    told = source.read_text()
    assert told.count("    voided: Money\n") == 1
    source.write_text(told.replace("    voided: Money\n", "    voided: Money\n    fee: Money\n"))

    @a_few
    @given(st.data())
    def talks(data: st.DataObject) -> None:
        talk(broken, now, "payments.v1", "page", data.draw)

    with loaded(tmp_path / "modules") as broken, pytest.raises((Disagreement, msgspec.ValidationError)):
        talks()


def test_every_event_is_understood_both_ways(last: Release, now: Release) -> None:
    @a_few
    @given(st.data())
    def tells(data: st.DataObject) -> None:
        for wire in last.events:
            tell(last, now, wire, data.draw)

    tells()


def test_the_last_release_is_in_no_register(last: Release) -> None:
    assert last.interfaces
    assert last.events
    for wire_name, interface in last.interfaces.items():
        assert registry._interfaces.get(wire_name) is not interface
        assert contract_of(interface).declared_in.startswith("release_")
    assert not set(last.events.values()) & set(event_classes().values())
