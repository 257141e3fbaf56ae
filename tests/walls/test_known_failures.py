"""The page of known failures names tests that are there, and those of each failure that must be named."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/known-failures.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
FAILURES = (
    "Paid, but no order",
    "A double click, in two tabs",
    "The webhook comes before the response",
    "The webhook comes twice, and late",
    "Events are fired before the commit",
    "A lock left by a dead worker",
    "A tip on what is fetched",
    "Totals differ between screens",
)


def rows(page: str) -> dict[str, list[tuple[str, str]]]:
    """The tests that each failure names."""
    lines = [line for line in page.splitlines() if line.startswith("| **")]
    return {line.partition("**")[2].partition(".**")[0]: NAMED.findall(line) for line in lines}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of its tests; none where there is no such file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    found = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in found if node.name.startswith("test_"))


def missing(page: str) -> list[str]:
    named = [each for tests in rows(page).values() for each in tests]
    return [f"{file}::{name}" for file, name in named if name not in names_in(file)]


@pytest.mark.parametrize("failure", FAILURES)
def test_each_known_failure_is_there_with_its_tests(failure: str) -> None:
    assert rows(PAGE.read_text())[failure]


def test_each_test_that_is_named_is_there() -> None:
    assert missing(PAGE.read_text()) == []


def test_a_test_that_is_gone_is_found() -> None:
    gone = ["tests/money/test_screens.py::test_that_was_renamed", "tests/gone.py::test_x"]
    assert missing(f"| **Paid, but no order.** | `{gone[0]}`, `{gone[1]}` |") == gone
