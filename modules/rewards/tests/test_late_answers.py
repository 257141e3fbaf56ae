"""What is said of a settlement's payout after something else has happened to it."""

from __future__ import annotations

import pytest

from modules.rewards import services
from modules.rewards.models import Charity, SettlementBatch
from modules.rewards.states import BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    done,
    failed,
    opened,
    paid,
    payable,
    problems,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack

pytestmark = pytest.mark.database

B = BatchState


def held(charity: Charity) -> str:
    return Charity.objects.get(pk=charity.pk).held


def test_a_late_refusal_says_nothing_of_the_next_attempt(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    rounded_up(charity, 1000)
    batch = done(opened(charity), "send_batch")
    goodstack.now_is("REQUESTED_PAYMENT")
    batch = done(batch, "look_at_batch", "pay_batch")
    assert (batch.attempt, batch.payout_asked) == (1, False)
    account_told(charity)
    batch = done(batch, "pay_batch")
    services.record_unpayable(batch.pk, "bank_account_unknown", attempt=0)
    batch = SettlementBatch.get(batch.pk)
    assert (batch.attempt, batch.payout_asked) == (1, True)
    goodstack.now_is("CANCELLED")
    assert done(batch, "look_at_batch").state is B.DISPUTED
    assert payable(charity) == 0


def test_a_bank_that_paid_after_all_is_heard(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    account_told(charity)
    rounded_up(charity, 1000)
    batch = done(opened(charity), "send_batch")
    goodstack.now_is("REQUESTED_PAYMENT")
    batch = done(batch, "look_at_batch", "pay_batch")
    services.record_unpayable(batch.pk, "an_outage", attempt=0)
    batch = paid(batch)
    assert (batch.state, batch.payout_asked) == (B.PAID, True)


@pytest.mark.parametrize("given_back", [False, True])
def test_what_is_paid_and_given_back_is_held_for_staff(given_back: bool) -> None:
    charity = a_charity()
    account_told(charity)
    rounded_up(charity, 1234)
    batch = failed(done(opened(charity), "send_batch", "pay_batch"))
    if given_back:
        batch = done(batch, "give_back")
    Charity.objects.filter(pk=charity.pk).update(held="")
    batch = paid(batch)
    assert (batch.paid_out, batch.reason) == (True, "the bank paid it, and it was given back")
    assert held(charity) == batch.reason
    batch = done(batch, "give_back")
    assert (batch.state, payable(charity), problems()) == (B.RETURNED, 1234, [])
