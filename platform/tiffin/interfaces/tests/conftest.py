from __future__ import annotations

from collections.abc import Iterator

import pytest

from tiffin.interfaces.tests import tally


@pytest.fixture
def effects(database: None) -> Iterator[None]:
    """A table for the effects of commands, in the schema of the module that the tests play."""
    with tally.effect_table():
        yield
