from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiffin.embedded.commands import remove
from tiffin.embedded.tests.house import House


@pytest.fixture
def house() -> Iterator[House]:
    # pytest's own folders are closed to the user that root's PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="tiffin-house-") as folder:
        Path(folder).chmod(0o711)
        house = House(Path(folder))
        yield house
        house.end()
        remove(house.home)
