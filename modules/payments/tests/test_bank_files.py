"""Bank files: for which day they are, who is left out of them, and how many payouts one may hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.payments import services
from modules.payments.interface import BankAccountInvalid, PayoutState
from modules.payments.models import BankFile
from modules.payments.policies import executed_on
from modules.payments.tests.payouts import (
    CUT_OFF,
    DAY,
    FR_IBAN,
    NOON,
    UK,
    BankAccount,
    a_charity,
    a_payout,
    again,
    answer,
    batched,
    elements,
    gathered,
    take,
)
from modules.payments.tests.test_staff_pages import person
from tiffin import clock
from tiffin.regions import discovery
from tiffin.testing import waiting

pytestmark = pytest.mark.database

# Testland's clocks are an hour behind London's in summer.
ITS_CUT_OFF = CUT_OFF + timedelta(hours=1)
DAY_OF_EXECUTION = "CstmrCdtTrfInitn/PmtInf/ReqdExctnDt/Dt"


@pytest.fixture
def _in_euro(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test region, which has the euro."""
    found = {**discovery.found(), "xt": discovery.load("xt", "tests.regions.xt")}
    monkeypatch.setattr(discovery, "found", lambda: found)


def executed(file: BankFile | None) -> list[str]:
    assert file is not None
    return elements(file.content, DAY_OF_EXECUTION)


# --- the day ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut_off", "today", "on"),
    [
        (date(2027, 7, 5), date(2027, 7, 5), date(2027, 7, 5)),
        (date(2027, 7, 5), date(2027, 7, 6), date(2027, 7, 6)),
        (date(2027, 7, 9), date(2027, 7, 10), date(2027, 7, 12)),
        (date(2027, 7, 10), date(2027, 7, 10), date(2027, 7, 12)),
        (date(2027, 7, 11), date(2027, 7, 11), date(2027, 7, 12)),
        (date(2027, 12, 31), date(2028, 1, 1), date(2028, 1, 3)),
    ],
)
def test_a_file_is_for_a_working_day_that_is_not_over(cut_off: date, today: date, on: date):
    assert executed_on(cut_off, today) == on


def test_what_is_sent_again_after_the_cut_off_is_not_for_yesterday():
    file, (payout,) = batched(100)
    take(answer(file, (payout.end_to_end_id, "RJCT", "AC04")))
    services.send_again(payout.pk)
    with clock.hold(CUT_OFF + timedelta(hours=18)):
        second = gathered()
    assert executed(file) == ["2027-07-05"]
    assert executed(second) == ["2027-07-06"]
    assert second is not None
    assert (str(second.day), second.number) == ("2027-07-05", 2)


def test_after_an_outage_over_the_weekend_the_bank_pays_on_monday():
    friday = datetime(2027, 7, 9, 12, 0, tzinfo=UTC)
    with clock.hold(friday):
        a_payout()
    with clock.hold(friday + timedelta(hours=20)):
        assert executed(gathered()) == ["2027-07-12"]


# --- who is left out -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("_in_euro")
def test_euros_for_an_account_without_an_iban_are_left_out_until_another_is_told():
    with clock.hold(NOON):
        payee = a_charity(region="xt")
        left_out, goes = a_payout(100, region="xt", payee=payee), a_payout(200, region="xt")
        with clock.hold(NOON + timedelta(minutes=1)):
            services.keep_payee(payee=a_charity(id=payee.id, account=UK))
    with clock.hold(ITS_CUT_OFF):
        file = gathered("xt")
        assert gathered("xt") is None
    assert file is not None
    assert (file.count, file.amount, again(goes).state) == (1, 200, PayoutState.BATCHED)
    stands = again(left_out)
    assert (stands.state, stands.reason, stands.attempt) == (PayoutState.WANTED, "euros go to an IBAN", 0)
    assert waiting(person("finance"))["payments: Payouts that stand still"][0] == "1"
    assert "euros go to an IBAN" in person("finance").get("/admin/payments/payout/").content.decode()
    with clock.hold(ITS_CUT_OFF + timedelta(hours=1)):
        services.keep_payee(payee=a_charity(id=payee.id, account=BankAccount(iban=FR_IBAN)))
    with clock.hold(ITS_CUT_OFF + DAY):
        assert gathered("xt") is not None
    goes = again(left_out)
    assert (goes.state, goes.reason, goes.stuck) == (PayoutState.BATCHED, "", 0)


@pytest.mark.usefixtures("_in_euro")
def test_as_many_that_cannot_go_as_fit_into_a_file_keep_nobody_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("modules.payments.services.bank_files.LINES", 1)
    with clock.hold(NOON):
        payee = a_charity(region="xt")
        a_payout(region="xt", payee=payee)
        goes = a_payout(region="xt")
    with clock.hold(NOON + timedelta(minutes=1)):
        services.keep_payee(payee=a_charity(id=payee.id, account=UK))
    with clock.hold(ITS_CUT_OFF):
        gathered("xt")
    assert again(goes).state is PayoutState.BATCHED


@pytest.mark.parametrize("name", ["Благодійність", "  ", "-", "…"])
def test_a_name_of_which_no_bank_takes_a_letter_is_refused(name: str):
    with pytest.raises(BankAccountInvalid, match="The name cannot be right"):
        services.keep_payee(payee=a_charity(name))


# --- how many ------------------------------------------------------------------------------------------


def test_the_answer_to_a_file_is_taken_by_as_many_statements_however_long_it_is():
    """The serving roles' transactions end after five seconds."""
    counts = []
    for many in (2, 40):
        file, payouts = batched(*range(1, many + 1))
        with CaptureQueriesContext(connections["payments"]) as statements:
            assert take(answer(file, group="ACSC")) == (many, 0, [])
        counts.append(len(statements))
        assert {again(payout).state for payout in payouts} == {PayoutState.PAID}
    assert counts[0] == counts[1]
