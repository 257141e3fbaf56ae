"""Memberships are billed day by day and paid as invoiced, and each way in which they are not is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings

from config.audit import audit
from modules.subscriptions.tests.members import a_plan, do, joined, on

pytestmark = pytest.mark.database


def behind_its_back(module: str, statement: str) -> None:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(f"SET session_replication_role = replica; SET search_path = {module}")
        assert connection.execute(statement).rowcount > 0


def found() -> list[str]:
    checks = audit(acknowledged=None, tolerance=timedelta(0))
    return [
        f"{check.invariant}: {finding.problem}"
        for check in checks
        if check.invariant in {"rules", "charges", "invoices", "payments", "ledger", "shares"}
        for finding in check.findings
    ]


@pytest.fixture
def _members(database: object) -> Iterator[None]:
    """One of two months, one who took it back, one who was given up."""
    plan = a_plan()
    stays, leaves, fails = (joined(plan) for _ in range(3))
    day = stays.started_on
    with on(day + timedelta(days=2)):
        do("take_back", leaves)
        do("use_method", fails, method="pm_card_chargeDeclined")
    renewed = stays.renews_on
    assert renewed is not None
    for days in (0, 1, 3, 7, 14):
        with on(renewed + timedelta(days=days)):
            pass
    with on(renewed + timedelta(days=15)):
        yield


@pytest.mark.usefixtures("_members")
def test_what_was_billed_and_paid_is_whole() -> None:
    assert found() == []


@pytest.mark.usefixtures("_members")
@pytest.mark.parametrize(
    ("module", "statement", "problem"),
    [
        (
            "subscriptions",
            "UPDATE subscriptions_membership SET due_at = NULL WHERE state = 'active'",
            "rules: it is active, and next is due None",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_membership SET due_at = due_at - interval '60 days' WHERE state = 'active'",
            "rules: it is active, and was due",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_membership SET reason = 'held' WHERE state = 'active'",
            "rules: something is wrong with it, and it is held",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_membership SET due_at = now() WHERE state = 'canceled'",
            "rules: it is canceled, and next is due",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET begins = begins - 1 WHERE kind = 'renewal' AND state = 'paid'",
            "are billed twice",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET state = 'open' WHERE kind = 'renewal' AND state = 'paid'",
            "is open, and it owes None",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET number = NULL WHERE number = 2",
            "invoices are numbered 1 to",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_creditnote SET number = 7",
            "credit notes are numbered 7 to 7",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_creditnote SET total = total - 1",
            "are not owed, and",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET total = total + 1 WHERE state = 'paid'",
            "invoices: it is over 5.00 GBP, and 4.99 GBP were taken",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET payment_id = NULL WHERE state = 'paid'",
            "were taken by no payment",
        ),
        (
            "subscriptions",
            "UPDATE subscriptions_invoice SET refunded = 0 WHERE refunded > 0",
            "invoices: 0.00 GBP of it go back, and",
        ),
        (
            "subscriptions",
            "DELETE FROM subscriptions_attempt WHERE outcome = 'captured'",
            "charges: the charge over 4.99 GBP is for no invoice",
        ),
    ],
)
def test_what_is_not_whole_is_found(module: str, statement: str, problem: str) -> None:
    behind_its_back(module, statement)
    assert any(problem in each for each in found()), found()
