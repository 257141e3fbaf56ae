"""Fixtures of the tests of experiments."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.experiments.tests.scenes import connected
from tiffin import context


@pytest.fixture
def process() -> Iterator[None]:
    """This process reads flags, and asks this module for them."""
    with context.use(context.current()), connected():
        yield
