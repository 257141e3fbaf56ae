"""Settling with charities: what is gathered, how it comes there, and each trouble on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modules.payments.events import PayoutRejected
from modules.payments.interface import Payments
from modules.rewards import jobs, selectors, services
from modules.rewards.charities.goodstack import GoodstackMisled
from modules.rewards.errors import NothingToSettle, PayoutUnderWay, SettlementNoteMissing
from modules.rewards.interface import DonationState
from modules.rewards.models import Charity, Donation, SettlementBatch, SettlesBy
from modules.rewards.states import AccountKind, BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    bank_says,
    done,
    failed,
    given,
    lies,
    opened,
    paid,
    payable,
    problems,
    refunded,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack
from tiffin import clock, db
from tiffin.jobs import Later
from tiffin.models import Job
from tiffin.states import StateConflict

pytestmark = pytest.mark.database

B = BatchState
# A Monday: 6 o'clock is when Great Britain settles.
SUNDAY = datetime(2027, 1, 10, 12, tzinfo=UTC)
MONDAY = datetime(2027, 1, 11, 6, 1, tzinfo=UTC)


def again(charity: Charity) -> Charity:
    return Charity.objects.get(pk=charity.pk)


def payouts_of(batch: SettlementBatch) -> list[Any]:
    from tiffin.interfaces import call

    return call(Payments).payouts(payout_ids=[batch.pk])


# --- when and how much ------------------------------------------------------------------------------------


def test_a_charity_is_settled_with_once_a_week_and_when_enough_lies_there() -> None:
    with clock.hold(SUNDAY):
        rich, poor = a_charity(name="Rich"), a_charity(name="Poor")
        rounded_up(rich, 600, 400)
        rounded_up(poor, 999)
        assert services.open_due_batches() == 0
    with clock.hold(MONDAY):
        assert services.open_due_batches() == 1
        assert services.open_due_batches() == 0
    (batch,) = SettlementBatch.objects.all()
    assert (batch.charity, batch.state) == (rich, B.GATHERING)
    with clock.hold(MONDAY + timedelta(days=6)):
        rounded_up(poor, 1)
        assert services.open_due_batches() == 0
    with clock.hold(MONDAY + timedelta(days=7)):
        assert services.open_due_batches() == 1


def test_donations_are_gathered_a_part_after_the_other() -> None:
    charity = a_charity()
    rounded_up(charity, 10, 20, 30, 40, 50)
    given(charity, 100)
    batch = services.settle_now(charity.pk)
    with clock.shift(timedelta(seconds=1)):
        late = rounded_up(charity, 7)[0]
    while services.gather(batch.pk, at_once=4):
        pass
    batch = SettlementBatch.get(batch.pk)
    assert (batch.state, batch.amount, batch.count, batch.pieces) == (B.SENDING, 210, 6, 2)
    assert (payable(charity), lies(AccountKind.PAID)) == (7, 210)
    assert Donation.objects.get(pk=late.pk).batch is None
    assert problems() == []


def test_a_batch_that_refunds_have_emptied_ends() -> None:
    charity = a_charity()
    (donation,) = rounded_up(charity, 50)
    batch = services.settle_now(charity.pk)
    refunded(donation, 50)
    batch = done(batch, "gather_donations", "give_back")
    assert (batch.state, batch.amount, again(charity).held) == (B.RETURNED, 0, "")


def test_there_is_nothing_to_settle_twice() -> None:
    charity = a_charity()
    with pytest.raises(NothingToSettle):
        services.settle_now(charity.pk)
    rounded_up(charity, 50)
    services.settle_now(charity.pk)
    with pytest.raises(NothingToSettle):
        services.settle_now(charity.pk)


def test_what_is_refunded_after_it_was_settled_is_borne_by_the_platform() -> None:
    charity = a_charity()
    (donation,) = rounded_up(charity, 50)
    opened(charity)
    donation = refunded(donation, 50)
    assert (donation.left, donation.borne, donation.taken_back) == (50, 50, 0)
    assert (payable(charity), lies(AccountKind.PAID)) == (0, 50)
    assert problems() == []


# --- by bank transfer -------------------------------------------------------------------------------------


def test_a_bank_transfer_pays_the_charity_itself() -> None:
    charity = a_charity()
    account_told(charity)
    (donation,) = rounded_up(charity, 1234)
    batch = done(opened(charity), "send_batch", "pay_batch")
    (payout,) = payouts_of(batch)
    assert (payout.amount.amount, payout.payee_id) == (1234, charity.pk)
    assert payout.reference == "Tiffin donations"
    assert selectors.donations(donation.customer_id, after=None, size=1).donations[0].state is (
        DonationState.ON_THE_WAY
    )
    batch = paid(batch)
    assert batch.state is B.DISBURSED
    assert selectors.donations(donation.customer_id, after=None, size=1).donations[0].state is (
        DonationState.SETTLED
    )
    assert not Job.objects.using("rewards").filter(key=batch.pk, slot="deadline").exists()


def test_without_an_account_nothing_is_lost_and_staff_settle_again() -> None:
    charity = a_charity()
    rounded_up(charity, 1234)
    batch = done(opened(charity), "send_batch", "pay_batch", "give_back")
    assert (batch.state, batch.reason) == (B.RETURNED, "bank_account_unknown")
    assert (payable(charity), again(charity).held) == (1234, "bank_account_unknown")
    assert problems() == []
    with clock.shift(timedelta(days=30)):
        assert services.open_due_batches() == 0
    account_told(charity)
    batch = done(opened(charity), "send_batch", "pay_batch")
    assert paid(batch).state is B.DISBURSED
    assert again(charity).held == ""


def test_a_payout_that_failed_or_came_back_is_payable_again() -> None:
    charity = a_charity()
    account_told(charity)
    rounded_up(charity, 1234)
    batch = done(opened(charity), "send_batch", "pay_batch")
    bank_says(PayoutRejected(payout_id=batch.pk, amount=batch.money, purpose="donations", reason="AC04"))
    assert (SettlementBatch.get(batch.pk).state, SettlementBatch.get(batch.pk).reason) == (
        B.PAYING,
        "the bank says AC04",
    )
    assert paid(batch).state is B.DISBURSED
    batch = done(failed(batch), "give_back")
    assert (batch.state, payable(charity)) == (B.RETURNED, 1234)
    assert problems() == []


# --- by Goodstack -----------------------------------------------------------------------------------------


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


# --- a worker dies between two steps ----------------------------------------------------------------------


class Died(BaseException):
    """The process is gone: what it had asked for is done, and what it was about to write down is not."""


@pytest.mark.parametrize("step", ["record_answer", "gather", "give_back", "pay_out"])
def test_a_worker_that_dies_loses_nothing_and_does_nothing_twice(
    goodstack: LocalGoodstack, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    charity = settled_by_goodstack()
    account_told(charity)
    rounded_up(charity, 700, 300)
    batch = services.settle_now(charity.pk)
    dies_once(monkeypatch, step)
    for names in (("gather_donations",), ("send_batch",)):
        batch = twice_if_it_dies(batch, *names)
    goodstack.now_is("REQUESTED_PAYMENT")
    batch = twice_if_it_dies(batch, "look_at_batch")
    batch = twice_if_it_dies(batch, "pay_batch")
    assert (len(goodstack.donations), len(payouts_of(batch)), problems()) == (1, 1, [])
    batch = twice_if_it_dies(failed(batch), "give_back")
    assert (batch.state, payable(charity), problems()) == (B.RETURNED, 1000, [])


def dies_once(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Inside the step's transaction as it ends, or, for the call, right after it."""
    deaths = [True]

    def die() -> None:
        if deaths:
            deaths.pop()
            raise Died()

    if step == "pay_out":
        real_call = jobs.call

        class DyingPayments:
            def __init__(self, behind: Any) -> None:
                self.behind = behind

            def pay_out(self, **wanted: Any) -> None:
                self.behind.pay_out(**wanted)
                die()

        monkeypatch.setattr(jobs, "call", lambda interface: DyingPayments(real_call(interface)))
        return
    real = getattr(services, step)

    def dying(*arguments: Any, **named: Any) -> Any:
        with db.transaction(owner="rewards"):
            answer = real(*arguments, **named)
            die()
        return answer

    monkeypatch.setattr(services, step, dying)


def twice_if_it_dies(batch: SettlementBatch, *names: str) -> SettlementBatch:
    steps: list[Callable[[], SettlementBatch]] = [lambda name=name: done(batch, name) for name in names]
    for step in steps:
        try:
            batch = step()
        except Died:
            batch = step()
    return batch
