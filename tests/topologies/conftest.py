"""A platform with payments elsewhere: in a group of its own, on a database server of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import books, customer, places
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

__all__ = ["books", "customer", "places"]


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    with whole_platform("elsewhere", ("--elsewhere", "payments")) as running:
        yield running
