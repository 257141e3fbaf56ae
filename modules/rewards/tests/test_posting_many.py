"""Thousands at once: as many statements as for one, and no row that everybody wants."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.rewards.interface import Flow, Posting, TooManyTransfers
from modules.rewards.models import Account
from modules.rewards.services import post_many
from modules.rewards.services.posting import LONGEST_BATCH
from modules.rewards.tests.points import granted, posted, transfer
from tiffin import ids

pytestmark = pytest.mark.database

MOST_STATEMENTS = 14  # the transaction, what is there, the locks, the entries


def test_a_thousand_take_as_many_statements_as_a_few() -> None:
    customers = [ids.new_id() for _ in range(150)]
    posted(*(transfer(Flow.GRANT, 100, each) for each in customers))
    held = [transfer(Flow.HOLD, 10, each) for each in customers]
    earned = [transfer(Flow.EARN, 10, each) for each in customers]
    posted(*held, *earned, *(transfer(Flow.DONATE, 1, each) for each in customers[:1]))
    mixed = [
        *(transfer(Flow.POST, 10, one.customer_id, hold_id=one.id) for one in held),
        *(transfer(Flow.CONFIRM, 10, one.customer_id, lot_id=one.id) for one in earned),
        *(transfer(flow, 5, each) for flow in (Flow.DONATE, Flow.EARN, Flow.HOLD) for each in customers),
        *(transfer(Flow.DONATE, 1_000, each) for each in customers[:5]),
    ]
    # Accounts that are touched for the first time are opened beforehand.
    posted(transfer(Flow.POST, 5, customers[0], hold_id=_held(customers[0])))
    with CaptureQueriesContext(connections["rewards"]) as statements:
        answer = post_many([Posting(transfers=(each,)) for each in mixed])
    assert len(answer.refused) == 5
    assert len(statements) <= 2 * MOST_STATEMENTS  # what is refused is looked at twice


def _held(customer_id):
    held = transfer(Flow.HOLD, 5, customer_id)
    posted(held)
    return held.id


def test_more_than_the_longest_batch_is_not_taken() -> None:
    customer = granted(1)
    gifts = tuple(Posting(transfers=(transfer(Flow.DONATE, 1, customer),)) for _ in range(LONGEST_BATCH + 1))
    with pytest.raises(TooManyTransfers):
        post_many(gifts)


def test_what_one_charity_gets_lies_in_many_rows() -> None:
    charity = ids.new_id()
    for _ in range(40):
        posted(transfer(Flow.PLEDGE, 1, party_id=charity, unit="GBP"))
    rows = Account.objects.filter(kind="payable", owner=charity, balance__gt=0)
    assert rows.count() > 5
    assert sum(row.balance for row in rows) == 40
