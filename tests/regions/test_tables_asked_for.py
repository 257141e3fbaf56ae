"""Modules ask regions only for tables that every region has."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from config.modules import ADOPTED_APPS
from tests.regions.shapes import OPTIONAL_ROWS, READ_TWICE, ROWS, SETTINGS
from tiffin.walls import SourceFile, read_modules
from tiffin.walls.source import literal

ROOT = Path(__file__).parents[2]
ASKING = {"rule": ROWS, "rules": {**ROWS, **OPTIONAL_ROWS}, "setting": SETTINGS}


@pytest.fixture(scope="module")
def tree() -> list[SourceFile]:
    return read_modules(ROOT, adopted=ADOPTED_APPS)


def read_twice(tree: list[SourceFile]) -> set[str]:
    """The tables of which more than one module asks for rows."""
    readers: defaultdict[str | None, set[str]] = defaultdict(set)
    for file in tree:
        for call in file.calls():
            if isinstance(call.func, ast.Attribute) and call.func.attr in {"rule", "rules"} and call.args:
                readers[literal(call.args[0])].add(file.module)
    return {table for table, modules in readers.items() if table and len(modules) > 1}


def test_whatever_two_modules_read_is_held_to_both_shapes(tree: list[SourceFile]) -> None:
    assert read_twice(tree) == set(READ_TWICE)


def asked_for(tree: list[SourceFile]) -> set[tuple[str, str]]:
    """Each way of asking with the table it names. A name that is put together is not seen."""
    return {
        (call.func.attr, table)
        for file in tree
        for call in file.calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr in ASKING and call.args
        for table in [literal(call.args[0])]
        if table is not None
    }


def test_every_table_that_a_module_asks_for_is_one_that_every_region_has(
    tree: list[SourceFile],
) -> None:
    found = asked_for(tree)
    assert found, "the questions are not found any more"
    assert [(way, table) for way, table in sorted(found) if table not in ASKING[way]] == []
