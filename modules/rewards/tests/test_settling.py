"""Settling with charities: what is gathered, how it comes there, and each trouble on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modules.payments.events import PayoutRejected
from modules.rewards import jobs, selectors, services
from modules.rewards.errors import NothingToSettle
from modules.rewards.interface import DonationState
from modules.rewards.models import Donation, SettlementBatch
from modules.rewards.states import AccountKind, BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    again,
    bank_says,
    done,
    failed,
    given,
    lies,
    opened,
    paid,
    payable,
    payouts_of,
    problems,
    refunded,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack
from tiffin import clock, db
from tiffin.models import Job

pytestmark = pytest.mark.database

B = BatchState
# A Monday: 6 o'clock is when Great Britain settles.
SUNDAY = datetime(2027, 1, 10, 12, tzinfo=UTC)
MONDAY = datetime(2027, 1, 11, 6, 1, tzinfo=UTC)


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

            def payouts(self, **wanted: Any) -> Any:
                return self.behind.payouts(**wanted)

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
