"""What the modules promise each other is committed: who changes a promise sees it, and commits that too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from config.modules import MODULES
from tiffin.compatibility.releases import loaded
from tiffin.contract_files import contract_files, describe_events
from tiffin.dto import DTO
from tiffin.interfaces import describe
from tiffin.log import Event
from tiffin.log.events import event_classes
from tiffin.module_map import module_map

CONTRACTS = Path(__file__).parents[2] / "contracts"


class Dish(DTO):
    name: str


class DishCooked(Event, wire="kitchen.dish_cooked.v1"):
    """A dish is on the counter."""

    order_id: UUID
    dish: Dish
    note: str | None = None


def test_the_committed_contracts_are_what_the_code_says() -> None:
    try:
        call_command("contracts", "--check")
    except CommandError as difference:
        pytest.fail(f"{difference}\nRun `manage.py contracts`, look at the difference, and commit it.")


def test_every_interface_and_every_event_of_a_module_is_there() -> None:
    files = contract_files()
    for module in module_map():
        for offer in module.offers:
            kept = json.loads(files[f"{module.name}.v{offer.version}.json"])
            assert set(kept["methods"]) == {*offer.queries, *offer.commands, *offer.actions}
    told = {wire for name, text in files.items() if ".events." in name for wire in json.loads(text)["events"]}
    # Other tests declare events in a module's name; those are no promise of its.
    assert told == {wire for wire, event in event_classes().items() if _is_published(event)}
    assert {name.partition(".")[0] for name in files} <= set(MODULES)


def _is_published(event: type[Event]) -> bool:
    return event.__module__.startswith("modules.") and ".tests." not in event.__module__


def test_an_event_is_its_payload_and_the_types_in_it() -> None:
    assert describe_events([DishCooked]) == {
        "events": {
            "kitchen.dish_cooked.v1": {
                "title": "A dish is on the counter.",
                "payload": {
                    "properties": {
                        "order_id": {"type": "string", "format": "uuid"},
                        "dish": {"$ref": "#/types/Dish"},
                        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
                    },
                    "required": ["order_id", "dish"],
                },
            }
        },
        "types": {
            "Dish": {
                "title": "Dish",
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "required": ["name"],
            }
        },
    }


def test_the_check_names_every_file_that_differs_and_writes_nothing(tmp_path: Path) -> None:
    call_command("contracts", "--folder", str(tmp_path))
    (tmp_path / "orders.v1.json").write_text("{}\n")
    (tmp_path / "payments.v1.json").unlink()
    (tmp_path / "gone.v1.json").write_text("{}\n")

    with pytest.raises(CommandError) as difference:
        call_command("contracts", "--check", "--folder", str(tmp_path))

    named = {line.strip().partition("/")[2] for line in str(difference.value).splitlines()[1:]}
    assert named == {"gone.v1.json", "orders.v1.json", "payments.v1.json"}
    assert (tmp_path / "orders.v1.json").read_text() == "{}\n"


def test_writing_again_changes_nothing_and_removes_what_is_nobodys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone.v1.json").write_text("{}\n")
    call_command("contracts", "--folder", str(tmp_path))
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    capsys.readouterr()

    call_command("contracts", "--folder", str(tmp_path))

    assert capsys.readouterr().out == ""
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    assert first.keys() == contract_files().keys()
    assert {name: (CONTRACTS / name).read_bytes() for name in first} == first


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of contracts/ in which the last release had a method that is gone."""
    shutil.copytree(CONTRACTS, tmp_path, dirs_exist_ok=True)
    document = tmp_path / "last" / "payments.v1.json"
    promised = json.loads(document.read_text())
    promised["methods"]["charge_twice"] = promised["methods"]["methods"]
    document.write_text(json.dumps(promised))
    return tmp_path


@pytest.mark.parametrize("option", ["--check", "--release"])
def test_what_breaks_the_last_release_is_refused_in_words(broken: Path, option: str) -> None:
    before = {path: path.read_bytes() for path in broken.rglob("*") if path.is_file()}
    with pytest.raises(CommandError, match=r"payments\.v1: charge_twice is gone"):
        call_command("contracts", option, "--folder", str(broken))
    assert {path: path.read_bytes() for path in broken.rglob("*") if path.is_file()} == before


def test_a_release_keeps_documents_and_sources(tmp_path: Path) -> None:
    (tmp_path / "last" / "modules" / "former").mkdir(parents=True)
    (tmp_path / "last" / "modules" / "former" / "events.py").write_text("gone = True")

    call_command("contracts", "--release", "--folder", str(tmp_path))

    last = tmp_path / "last"
    kept = {path.name: path.read_bytes() for path in last.glob("*.json")}
    assert kept == {path.name: path.read_bytes() for path in tmp_path.glob("*.json")} == contract_files()
    with loaded(last / "modules") as release:
        assert {f"{wire}.json" for wire in release.interfaces} <= kept.keys()
        for wire, interface in release.interfaces.items():
            assert describe(interface) == json.loads(kept[f"{wire}.json"])
    assert not (last / "modules" / "former").exists()
