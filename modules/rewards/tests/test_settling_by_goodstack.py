"""Settling with charities by way of Goodstack: what it is told, what it says, and each trouble on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from modules.rewards import jobs, services
from modules.rewards.charities.goodstack import GoodstackMisled
from modules.rewards.errors import PayoutUnderWay, SettlementNoteMissing
from modules.rewards.models import Charity, SettlementBatch, SettlesBy
from modules.rewards.states import BatchState
from modules.rewards.tests.giving import (
    account_told,
    again,
    done,
    failed,
    opened,
    paid,
    payable,
    payouts_of,
    problems,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack
from tiffin import clock, db
from tiffin.jobs import Later
from tiffin.states import StateConflict

pytestmark = pytest.mark.database

B = BatchState


def sent(charity: Charity) -> SettlementBatch:
    account_told(charity)
    rounded_up(charity, 700, 300)
    return done(opened(charity), "send_batch")


def wanted(batch: SettlementBatch, goodstack: LocalGoodstack) -> SettlementBatch:
    """Goodstack wants the money, and payments is told."""
    goodstack.now_is("REQUESTED_PAYMENT")
    return done(batch, "look_at_batch", "pay_batch")


def test_goodstack_is_told_of_the_sum_and_paid_when_it_asks(goodstack: LocalGoodstack) -> None:
    batch = sent(settled_by_goodstack())
    assert (batch.state, batch.provider_id) == (B.ACCEPTED, goodstack.only["id"])
    told = goodstack.only
    assert (told["amount"], told["currencyCode"], told["organisationId"], told["anonymous"]) == (
        1000,
        "GBP",
        "organisation_trees",
        "yes",
    )
    assert told["metadata"] == {"batch": str(batch.pk), "region": "gb"}
    assert payouts_of(done(batch, "look_at_batch")) == []
    batch = wanted(batch, goodstack)
    (payout,) = payouts_of(batch)
    assert (payout.payee_kind.value, payout.reference) == ("provider", batch.provider_id)
    batch = paid(batch)
    assert batch.state is B.PAID
    goodstack.now_is("RECEIVED_PAYMENT")
    assert done(batch, "look_at_batch").state is B.PAID
    goodstack.now_is("DISBURSED")
    assert done(batch, "look_at_batch").state is B.DISBURSED
    assert problems() == []


def test_it_may_say_disbursed_before_the_bank_says_paid(goodstack: LocalGoodstack) -> None:
    batch = wanted(sent(settled_by_goodstack()), goodstack)
    goodstack.now_is("DISBURSED")
    assert done(batch, "look_at_batch").state is B.PAYING
    assert paid(batch).state is B.DISBURSED


@pytest.mark.parametrize(
    "trouble", [("down",), ("error",), ("lost",), ("slow",), ("garbled",), ("lost", "down", "slow", "error")]
)
def test_a_bad_line_gives_once(goodstack: LocalGoodstack, trouble: tuple[str, ...]) -> None:
    goodstack.be(*trouble)
    batch = sent(settled_by_goodstack())
    assert batch.state is B.SENDING
    for _ in trouble:
        batch = done(batch, "send_batch") if batch.state is B.SENDING else batch
    assert (batch.state, len(goodstack.donations)) == (B.ACCEPTED, 1)
    assert problems() == []


def test_an_outage_puts_off_and_uses_up_no_attempts(goodstack: LocalGoodstack) -> None:
    goodstack.be("down")
    batch = sent(settled_by_goodstack())
    goodstack.be("down")
    with pytest.raises(Later):
        jobs.send_batch(batch.pk)


def test_a_key_that_is_forgotten_is_looked_up_first(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    for _ in range(2):
        assert done(opened_with(charity, 5), "send_batch").state is B.ACCEPTED
    goodstack.be("lost")
    batch = done(opened_with(charity, 9), "send_batch")
    assert (batch.state, len(goodstack.donations)) == (B.SENDING, 3)
    with clock.shift(timedelta(days=40)):
        batch = done(batch, "send_batch")
    assert (batch.state, len(goodstack.donations)) == (B.ACCEPTED, 3)
    assert goodstack.donations[batch.provider_id]["amount"] == 9


def opened_with(charity: Charity, amount: int) -> SettlementBatch:
    rounded_up(charity, amount)
    return opened(charity)


def test_a_key_that_was_never_heard_of_is_given_late(goodstack: LocalGoodstack) -> None:
    goodstack.be("down")
    batch = sent(settled_by_goodstack())
    with clock.shift(timedelta(days=40)):
        assert done(batch, "send_batch").state is B.ACCEPTED
    assert len(goodstack.donations) == 1


def test_a_donation_that_is_rejected_is_settled_another_way(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    goodstack.be("refuse")
    batch = done(sent(charity), "give_back")
    assert (batch.state, batch.reason) == (B.RETURNED, "bad_request: organisationId is invalid")
    assert (payable(charity), goodstack.donations) == (1000, {})
    assert problems() == []
    charity = again(charity)
    charity.settles_by = SettlesBy.BANK_TRANSFER.value
    charity.save()
    account_told(charity)
    batch = done(opened(charity), "send_batch", "pay_batch")
    assert paid(batch).state is B.DISBURSED


def test_what_it_cancels_before_it_was_paid_is_payable_again(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    batch = sent(charity)
    goodstack.now_is("CANCELLED")
    batch = done(batch, "look_at_batch", "give_back")
    assert (batch.state, batch.reason, payable(charity)) == (B.RETURNED, "it was cancelled", 1000)


def test_what_it_cancels_once_it_is_being_paid_is_for_staff(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    batch = wanted(sent(charity), goodstack)
    goodstack.now_is("CANCELLED")
    batch = done(batch, "look_at_batch")
    assert (batch.state, payable(charity)) == (B.DISPUTED, 0)
    with pytest.raises(SettlementNoteMissing):
        services.say_it_came_back(batch.pk, note=" ")
    with pytest.raises(PayoutUnderWay):
        services.say_it_came_back(batch.pk, note="p. 3")
    assert done(batch, "find_payout").payout_asked, "there is one"
    assert paid(batch).state is B.DISPUTED
    services.say_it_came_back(batch.pk, note="statement of 3 May")
    assert (done(batch, "give_back").state, payable(charity)) == (B.RETURNED, 1000)
    assert problems() == []


def test_a_payout_that_fails_after_it_was_cancelled_needs_nobody(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    batch = wanted(sent(charity), goodstack)
    goodstack.now_is("CANCELLED")
    batch = failed(done(batch, "look_at_batch"))
    assert (done(batch, "give_back").state, payable(charity)) == (B.RETURNED, 1000)


def test_who_died_before_the_payout_was_made_leaves_none_behind(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    batch = sent(charity)
    goodstack.now_is("REQUESTED_PAYMENT")
    batch = done(batch, "look_at_batch")
    services.begin_paying(batch.pk)  # and then the machine stops
    goodstack.now_is("CANCELLED")
    batch = done(batch, "look_at_batch", "pay_batch", "find_payout", "give_back")
    assert (batch.state, payable(charity), payouts_of(batch)) == (B.RETURNED, 1000, [])


def test_what_it_says_to_be_paid_and_is_not_is_for_staff(goodstack: LocalGoodstack) -> None:
    batch = sent(settled_by_goodstack())
    goodstack.now_is("RECEIVED_PAYMENT")
    batch = done(batch, "look_at_batch")
    assert batch.state is B.DISPUTED
    services.say_it_arrived(batch.pk, note="paid by hand, see their page")
    assert SettlementBatch.get(batch.pk).state is B.DISBURSED
    with pytest.raises(StateConflict):
        services.try_again(batch.pk)
    with pytest.raises(StateConflict):
        services.say_it_arrived(batch.pk, note="again")


def test_a_failed_payout_of_what_it_says_to_have_is_for_staff(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    batch = paid(wanted(sent(charity), goodstack))
    goodstack.now_is("RECEIVED_PAYMENT")
    batch = failed(done(batch, "look_at_batch"))
    assert (batch.state, payable(charity)) == (B.DISPUTED, 0)


def test_what_payments_cannot_pay_yet_is_tried_again_under_another_key(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    rounded_up(charity, 1000)
    batch = done(opened(charity), "send_batch")
    batch = wanted(batch, goodstack)
    assert (batch.state, batch.reason, batch.payout_asked) == (B.PAYING, "bank_account_unknown", False)
    account_told(charity)
    with db.transaction(owner="rewards"):
        services.stand_still(batch.pk)
    batch = done(batch, "pay_batch")
    assert (len(payouts_of(batch)), batch.stuck) == (1, 1)


def test_an_answer_about_something_else_stops_for_staff(goodstack: LocalGoodstack) -> None:
    charity = settled_by_goodstack()
    rounded_up(charity, 1000)
    batch = opened(charity)
    goodstack.be("other")
    with pytest.raises(GoodstackMisled):
        jobs.send_batch(batch.pk)
    assert SettlementBatch.get(batch.pk).state is B.SENDING


def test_a_key_of_ours_that_is_not_taken_stops_for_staff(goodstack: LocalGoodstack, settings: Any) -> None:
    charity = settled_by_goodstack()
    rounded_up(charity, 1000)
    batch = opened(charity)
    for key in ("sk_wrong", ""):
        settings.TIFFIN_GOODSTACK_SECRET_KEY = key
        with pytest.raises(GoodstackMisled):
            jobs.send_batch(batch.pk)
    assert goodstack.donations == {}
