"""Donations all the way to the charity: gathered, paid out in a bank file, answered by the bank, and told to
whoever gave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import audit_of_transfers as between_modules
from modules.payments.interface import Payments, PayoutState
from modules.payments.models import BankFile
from modules.payments.services import open_books, pay_out
from modules.payments.services.payouts import give_up
from modules.payments.tests.payouts import CUT_OFF, NOON, answer, elements, take
from modules.payments.tests.payouts import a_charity as a_payee
from modules.rewards import services
from modules.rewards.interface import DonationState
from modules.rewards.models import DonationReceipt, SettlementBatch
from modules.rewards.selectors import state_of
from modules.rewards.states import BatchState
from modules.rewards.tests.giving import (
    a_charity,
    account_told,
    given,
    payable,
    problems,
    rounded_up,
    settled_by_goodstack,
)
from modules.rewards.tests.localgoodstack import LocalGoodstack
from tests.audit.conftest import broken, by_hand
from tiffin import clock, ids
from tiffin.audit import Inspection, inspected
from tiffin.interfaces import call
from tiffin.money import Money
from tiffin.testing import settle

pytestmark = pytest.mark.database

EVERY_HOUR = timedelta(hours=1)
NEXT_DAY = timedelta(days=1, minutes=1)


def bank_file() -> BankFile:
    """What goes to the bank at the cut-off."""
    with clock.hold(CUT_OFF):
        settle()
    return BankFile.objects.get()


def again(batch: SettlementBatch) -> SettlementBatch:
    return SettlementBatch.get(batch.pk)


def wrong() -> dict[str, str]:
    """What does not fit between rewards and payments, by invariant."""
    looks = (between_modules.settlements_are_paid_out, between_modules.payouts_have_settlements)
    checks = [inspected(Inspection(look.__name__, "rewards"), look) for look in looks]
    return {finding.invariant: finding.problem for check in checks for finding in check.findings}


@pytest.fixture
def batch(database: object) -> SettlementBatch:
    """Of 17.50 in all, which payments is to pay out."""
    charity = a_charity()
    with clock.hold(NOON):
        open_books()
        account_told(charity)
        rounded_up(charity, 1_000, 250)
        given(charity, 1_000)
        made = services.settle_now(charity.pk)
        settle()
    batch = again(made)
    assert batch.state is BatchState.PAYING
    return batch


def paid_by_the_bank() -> None:
    with clock.hold(CUT_OFF + EVERY_HOUR):
        assert take(answer(bank_file(), group="ACSC"))[0] == 1
        settle()


def test_what_was_given_is_in_the_bank_file_and_arrives(batch: SettlementBatch):
    assert wrong() == {}
    content = bytes(bank_file().content)
    transfer = "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf"
    assert elements(content, f"{transfer}/Amt/InstdAmt") == [f"{batch.amount / 100:.2f}"]
    assert elements(content, f"{transfer}/Cdtr/Nm") == [batch.charity.name]
    donations = list(batch.charity.donations.all())
    assert {state_of(each) for each in donations} == {DonationState.ON_THE_WAY}

    paid_by_the_bank()

    assert again(batch).state is BatchState.DISBURSED
    assert {state_of(each) for each in batch.charity.donations.all()} == {DonationState.SETTLED}
    services.write_donation_receipts()
    assert DonationReceipt.objects.count() == len(donations) == 3
    assert (payable(batch.charity), problems(), wrong()) == (0, [], {})


def test_what_the_bank_refuses_for_good_is_payable_again(batch: SettlementBatch):
    file = bank_file()
    with clock.hold(CUT_OFF + EVERY_HOUR):
        take(answer(file, group="RJCT", reason="AC04"))
        settle()
        assert again(batch).reason == "the bank says AC04"
        give_up(batch.pk, note="the account is closed")
        settle()
    assert again(batch).state is BatchState.RETURNED
    assert (payable(batch.charity), problems(), wrong()) == (batch.amount, [], {})


def test_goodstack_is_paid_in_the_bank_file_when_it_asks(goodstack: LocalGoodstack):
    charity = settled_by_goodstack()
    with clock.hold(NOON):
        open_books()
        account_told(charity)
        rounded_up(charity, 1_000)
        made = services.settle_now(charity.pk)
        settle()
        assert again(made).state is BatchState.ACCEPTED
        goodstack.now_is("REQUESTED_PAYMENT")
    with clock.hold(NOON + EVERY_HOUR):
        settle()
        assert again(made).state is BatchState.PAYING
    paid_by_the_bank()
    assert again(made).state is BatchState.PAID
    goodstack.now_is("DISBURSED")
    with clock.hold(CUT_OFF + 3 * EVERY_HOUR):
        settle()
    assert again(made).state is BatchState.DISBURSED
    assert (payable(charity), problems(), wrong()) == (0, [], {})


@pytest.mark.parametrize("state", ["paid", "failed"])
def test_what_payments_said_and_nobody_heard_is_asked_for(batch: SettlementBatch, state: str):
    """News that was held and skipped, or lost with a log that was restored."""
    by_hand("payments", f"UPDATE payments_payout SET state = '{state}', reason = 'AC04'")
    settle()
    assert again(batch).state is BatchState.PAYING
    with clock.hold(NOON + NEXT_DAY):
        settle()
    assert again(batch).state is (BatchState.DISBURSED if state == "paid" else BatchState.RETURNED)
    assert wrong() == {}


_BATCH, _PAYOUT = ("rewards", "rewards_settlementbatch"), ("payments", "payments_payout")


@pytest.mark.parametrize(
    ("table", "statement", "said"),
    [
        (_BATCH, "UPDATE rewards_settlementbatch SET amount = amount + 1", "and paid out are"),
        (_PAYOUT, "UPDATE payments_payout SET amount = amount - 1", "and paid out are"),
        (_PAYOUT, "UPDATE payments_payout SET region = 'pl'", "in pl"),
        (_PAYOUT, "UPDATE payments_payout SET purpose = 'other'", "and paid out are"),
        (_PAYOUT, "UPDATE payments_payout SET state = 'failed'", "but the payout is failed"),
        (_PAYOUT, "DELETE FROM payments_payout", "no payout was ever wanted"),
        (_BATCH, "UPDATE rewards_settlementbatch SET payout_asked = false, paid_out = false", "never asked"),
    ],
)
def test_a_settlement_that_is_not_paid_as_it_is_is_found(
    batch: SettlementBatch, table: tuple[str, str], statement: str, said: str
):
    paid_by_the_bank()
    with broken(*table, statement):
        found = wrong()
    assert list(found) == ["settlements_are_paid_out"]
    assert said in found["settlements_are_paid_out"]
    assert wrong() == {}


def test_what_is_paid_out_for_donations_of_nobody_is_found(batch: SettlementBatch):
    for purpose in ("donations", "wages"):
        pay_out(
            payout_id=ids.new_id(), payee=a_payee(), amount=Money(amount=5, currency="GBP"), region="gb",
            purpose=purpose, reference="June",
        )  # fmt: skip
    assert list(wrong()) == ["payouts_have_settlements"]
    (payout,) = call(Payments).payouts(payout_ids=[batch.pk])
    assert payout.state is PayoutState.WANTED
