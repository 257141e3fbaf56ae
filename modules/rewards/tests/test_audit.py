"""The audit finds what no use case can do: rows changed behind the ledger's back."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings

from modules.rewards.interface import Flow
from modules.rewards.services import hold, post_hold
from modules.rewards.tests.auditing import found
from modules.rewards.tests.points import REGION, granted, posted, transfer
from tiffin import ids

pytestmark = pytest.mark.database


@pytest.fixture
def busy_ledger() -> None:
    """Points of all kinds, somewhere in the middle of things."""
    customer, charity = granted(100), ids.new_id()
    earn = transfer(Flow.EARN, 50, customer)
    posted(earn, transfer(Flow.CONFIRM, 20, customer, lot_id=earn.id), transfer(Flow.DONATE, 5, customer))
    posted(transfer(Flow.PLEDGE, 5, unit="GBP", party_id=charity))
    for points in (30, 40):
        held = hold(
            hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=points, region=REGION
        )
    post_hold(hold_id=held.id, points=25)


def behind_its_back(statement: str) -> None:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute("SET session_replication_role = replica; SET search_path = rewards")
        assert connection.execute(statement).rowcount > 0


def test_a_ledger_that_only_its_entries_changed_is_whole(busy_ledger: None) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE rewards_account SET balance = 1 WHERE kind = 'pending'", "1 are pending, and its entries"),
        ("UPDATE rewards_account SET balance = 9 WHERE kind = 'payable' AND balance > 0", "has 9"),
        ("UPDATE rewards_lot SET available = available - 1 WHERE available > 0", "in lots"),
        ("UPDATE rewards_lot SET pending = pending - 1, held = held + 1 WHERE pending > 0", "of the lot"),
        ("UPDATE rewards_hold SET ended_at = now() WHERE ended_at IS NULL", "holds or the statement say 0"),
        ("UPDATE rewards_hold SET posted = 26 WHERE posted = 25", "the hold is not what its entries say"),
        ("UPDATE rewards_hold SET lapses_at = now() - interval '1 day'", "should have lapsed"),
        ("UPDATE rewards_entry SET amount = amount + 1 WHERE flow = 'donate'", "its entries come to"),
        ("DELETE FROM rewards_entry WHERE flow = 'pledge'", "its entries come to 0"),
        ("DELETE FROM rewards_lot WHERE pending > 0", "of the lot are left (None, None, None)"),
        ("UPDATE rewards_entry SET after = 1", "holds or the statement say 1"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(busy_ledger: None, statement: str, problem: str) -> None:
    behind_its_back(statement)
    assert any(problem in each for each in found())
