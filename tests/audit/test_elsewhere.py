"""A module that is elsewhere is looked at where it is, and says the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.audit import audit
from tests.audit.conftest import Evening, by_hand
from tiffin.audit import INVARIANTS, Check, check
from tiffin.web.tests.test_internal import _key, orders_elsewhere

__all__ = ["_key", "orders_elsewhere"]
pytestmark = pytest.mark.database
NONE = timedelta(0)


def test_it_says_what_it_would_say_here(evening: Evening, request: pytest.FixtureRequest) -> None:
    by_hand("orders", "DELETE FROM log_event WHERE key = %s AND seq = 2", given=[evening.delivered.id])
    by_hand("orders", "UPDATE orders_knownrestaurant SET name = 'Another'")
    here = list(check("orders", tolerance=NONE))

    request.getfixturevalue("orders_elsewhere")
    there = list(check("orders", tolerance=NONE))

    assert there == here
    assert {finding.invariant for one in there for finding in one.findings} == {"sequences", "projections"}


def test_everything_is_looked_at_once(evening: Evening, orders_elsewhere: str) -> None:
    checks = list(audit(acknowledged=None, tolerance=NONE))
    assert sum(one.broken for one in checks) == 0, _broken(checks)
    looked_at = [(one.invariant, one.module) for one in checks]
    assert len(set(looked_at)) == len(looked_at)
    assert ("projections", "orders") in looked_at


def test_one_that_cannot_be_reached_is_a_finding(evening: Evening, settings) -> None:
    settings.TIFFIN_ELSEWHERE = {"orders": "http://127.0.0.1:9"}
    checks = list(audit(acknowledged=None, tolerance=NONE))
    unreached = {one.invariant for one in checks if one.module == "orders" and one.broken}
    assert unreached == {"quotes", "money", "reserved", "points", *INVARIANTS}
    assert all("could not be looked at" in finding.problem for finding in _broken(checks))


def _broken(checks: list[Check]) -> list:
    return [finding for one in checks for finding in one.findings]
