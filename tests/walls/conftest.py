"""The whole source, read once for all who look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.modules import ADOPTED_APPS
from tiffin.walls import SourceFile, read_modules
from tiffin.walls.source import read_package

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def tree() -> list[SourceFile]:
    """The modules."""
    return read_modules(ROOT, adopted=ADOPTED_APPS)


@pytest.fixture(scope="package")
def kernel() -> list[SourceFile]:
    return read_package(ROOT / "platform", "tiffin")
