"""Fixtures of the tests of payments."""

from __future__ import annotations

import pytest

from modules.payments.tests.ledger import FaultyProvider


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> FaultyProvider:
    """The line to the provider, which a test may disturb."""
    faulty = FaultyProvider()
    monkeypatch.setattr("modules.payments.jobs.provider", lambda region: faulty)
    return faulty
