"""A simulated day of points closes, and one whose books do not close is not let pass."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from bench import points_day
from config.audit import audit
from modules.rewards.interface import AccountTotal, Flow
from modules.rewards.selectors import report
from modules.rewards.services.figures import make_figures
from modules.rewards.tests.auditing import found
from tiffin import regions

POINTS = 60_000


@pytest.mark.database
def test_the_books_of_a_day_close() -> None:
    told = points_day.play(POINTS, seed=1)

    assert (told["refused"], told["differences"], found()) == (0, [], [])
    assert told["moved"] >= POINTS
    names = ("issued", "redeemed", "donated", "expired", "refunded", "liability")
    assert min(told[name] for name in names) > 0
    assert told["liability"] == told["issued"] - told["redeemed"] - told["donated"] - told["expired"]
    assert told["breakage"] == told["expired"]
    assert set(told["payable"]) >= {"GBP", "PLN"}
    assert min(told["payable"].values()) > 0
    assert staff_see() == {name: told[name] for name in ("liability", "breakage", "payable")}


@pytest.mark.database
def test_the_whole_audit_misses_the_orders_and_donations_that_there_never_were_and_nothing_else() -> None:
    """As the page on simulating says."""
    points_day.play(20_000, seed=2)
    checks = audit(acknowledged=None, tolerance=timedelta(0))
    broken = {check.invariant: check for check in checks if check.broken}
    assert broken.keys() == {"holds", "rules"}
    for invariant, said in (("holds", "which is lost"), ("rules", "to a charity that is not there")):
        assert broken[invariant].module == "rewards"
        assert all(finding.problem.endswith(said) for finding in broken[invariant].findings)


def staff_see() -> dict[str, Any]:
    """What the report of liability and breakage says, of all regions together."""
    make_figures()
    payable: Counter[str] = Counter()
    for region in regions.all():
        for each in report.payables(region):
            payable[each.amount.currency] += each.amount.amount
    return {
        "liability": sum(report.outstanding(region).points for region in regions.all()),
        "breakage": sum(each.expired for region in regions.all() for each in report.breakage(region)),
        "payable": dict(payable),
    }


def total(kind: str, balance: int) -> AccountTotal:
    return AccountTotal(kind=kind, unit="PTS", region="gb", balance=balance)


def test_an_account_that_moved_otherwise_is_told() -> None:
    tally: points_day.Tally = Counter({(Flow.EXPIRE, "PTS", ""): 5})
    before = [total("available", 9), total("issuance", -9)]

    assert (
        points_day.differences(tally, before, [total("available", 4), total("expired", 5), before[1]]) == []
    )
    (less, gone) = points_day.differences(
        tally, before, [total("available", 4), total("expired", 4), before[1]]
    )
    assert "moved by 4, and its entries come to 5" in less
    assert "together have -1" in gone
