"""Payouts: each is paid once, in the file of its day, and moves as the bank says, whatever it says when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from modules.payments import services
from modules.payments.errors import BankAnswerInvalid, TransferNoteMissing
from modules.payments.interface import (
    BankAccount,
    BankAccountInvalid,
    BankAccountUnknown,
    Payments,
    PayoutDiffers,
    PayoutsNotOffered,
    PayoutState,
    TransferAmountInvalid,
)
from modules.payments.models import BankAnswer, BankFile, PayeeAccount, Payout, TransferEntry
from modules.payments.tests.ledger import deadline_of, published
from modules.payments.tests.payouts import (
    CUT_OFF,
    DAY,
    GB_IBAN,
    NOON,
    a_charity,
    a_payout,
    again,
    answer,
    batched,
    elements,
    gathered,
    take,
)
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.models import LogEvent
from tiffin.money import Money
from tiffin.states import StateConflict
from tiffin.testing import settle

pytestmark = pytest.mark.database

END_TO_END = "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/PmtId/EndToEndId"


def state(payout: Payout) -> PayoutState:
    return again(payout).state


def entries(payout: Payout) -> list[tuple[str, int]]:
    return list(TransferEntry.objects.filter(payout=payout).order_by("pk").values_list("kind", "amount"))


# --- wanting -------------------------------------------------------------------------------------------


def test_a_payout_is_asked_for_over_the_interface_and_known_by_its_id():
    payout_id, payee = ids.new_id(), a_charity()
    for _ in range(2):
        seen = call(Payments).pay_out(
            key=CommandKey(f"{payout_id}:pay"), payout_id=payout_id, payee=payee,
            amount=Money(amount=900, currency="GBP"), region="gb", purpose="donations", reference="June",
        )  # fmt: skip
        assert (seen.state, seen.amount.amount, seen.payee_id) == (PayoutState.WANTED, 900, payee.id)
    assert [each.id for each in call(Payments).payouts(payout_ids=[payout_id, ids.new_id()])] == [payout_id]
    assert [each.id for each in call(Payments).payouts_page()] == [payout_id]
    assert call(Payments).payouts_page(after=payout_id) == []


def test_the_same_payout_is_paid_once_and_on_other_terms_refused():
    payee = a_charity()
    first = a_payout(payee=payee)
    assert a_payout(payee=payee, payout_id=first.pk).pk == first.pk
    assert Payout.objects.count() == 1
    with pytest.raises(PayoutDiffers):
        a_payout(1_251, payee=payee, payout_id=first.pk)
    with pytest.raises(PayoutDiffers):
        a_payout(payout_id=first.pk)


def test_what_cannot_be_paid_is_refused():
    for money in (Money(amount=0, currency="GBP"), Money(amount=5, currency="PLN")):
        with pytest.raises(TransferAmountInvalid):
            services.pay_out(payout_id=ids.new_id(), payee=a_charity(), amount=money, region="gb",
                             purpose="donations", reference="")  # fmt: skip
    with pytest.raises(BankAccountUnknown):
        a_payout(payee=a_charity(account=None))
    with pytest.raises(BankAccountInvalid):
        a_payout(payee=a_charity(account=BankAccount(iban=GB_IBAN.replace("29", "28"))))
    assert not Payout.objects.exists()


def test_a_region_without_an_account_pays_nothing_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("modules.payments.services.payouts.own_account", lambda region, on: None)
    with pytest.raises(PayoutsNotOffered):
        a_payout()


def test_accounts_lie_sealed_and_are_in_no_event():
    file, (payout,) = batched(1_250)
    take(answer(file, group="ACSC"))
    account = PayeeAccount.objects.get()
    assert account.account == BankAccount(sort_code="601613", account_number="31926819")
    for sealed in (account.sealed, file.sealed, BankAnswer.objects.get().sealed):
        assert b"31926819" not in bytes(sealed)
    told = b"".join(bytes(row.payload) for row in LogEvent.objects.using("payments").filter(key=payout.pk))
    assert b"payout_id" in told
    assert b"31926819" not in told
    assert b"Food for All" not in told


def test_an_account_that_is_told_once_need_not_be_told_again():
    payee = a_charity()
    services.keep_payee(payee=payee)
    payout = a_payout(payee=a_charity(id=payee.id, account=None))
    assert payout.account.account == BankAccount(sort_code="601613", account_number="31926819")
    assert PayeeAccount.objects.count() == 1


# --- the file of the day ---------------------------------------------------------------------------------


def test_what_is_wanted_before_the_cut_off_goes_that_day_the_rest_the_next():
    with clock.hold(NOON):
        services.open_books()
        settle()
        early, polish = a_payout(), a_payout(region="pl")
    with clock.hold(CUT_OFF + timedelta(minutes=1)):
        late = a_payout(700)
        settle()
        assert (state(early), state(late)) == (PayoutState.BATCHED, PayoutState.WANTED)
    file = BankFile.objects.get(region="gb")
    assert (file.count, file.amount, str(file.day)) == (1, 1_250, "2027-07-05")
    assert again(polish).file.region == "pl"
    with clock.hold(CUT_OFF + DAY):
        settle()
    assert again(late).file != file
    assert str(again(late).file.day) == "2027-07-06"


def test_gathering_again_makes_no_second_file_and_changes_none():
    file, (payout,) = batched(1_250)
    content = file.content
    with clock.hold(CUT_OFF + timedelta(hours=1)):
        assert gathered() is None
    assert BankFile.objects.get().content == content
    assert elements(content, END_TO_END) == [payout.end_to_end_id]


def test_a_crash_while_gathering_leaves_no_half_file(monkeypatch: pytest.MonkeyPatch):
    with clock.hold(NOON):
        payout = a_payout()

    def die(*args: object, **options: object) -> None:
        raise ConnectionError("the power is gone")

    with clock.hold(CUT_OFF):
        with monkeypatch.context() as broken:
            broken.setattr("modules.payments.services.bank_files.wait", die)
            with pytest.raises(ConnectionError):
                gathered()
        assert (state(payout), BankFile.objects.count()) == (PayoutState.WANTED, 0)
        assert gathered() is not None
    assert state(payout) is PayoutState.BATCHED


def test_many_payouts_go_in_several_files(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("modules.payments.services.bank_files.LINES", 2)
    _, payouts = batched(1, 2, 3, 4, 5)
    files = BankFile.objects.order_by("number")
    assert [(file.number, file.count) for file in files] == [(1, 2), (2, 2), (3, 1)]
    sent = [reference for file in files for reference in elements(file.content, END_TO_END)]
    assert sorted(sent) == sorted(payout.end_to_end_id for payout in payouts)


def test_a_file_goes_to_the_account_that_is_known_by_then():
    with clock.hold(NOON):
        payee = a_charity()
        payout = a_payout(payee=payee)
    with clock.hold(NOON + timedelta(minutes=1)):
        services.keep_payee(payee=a_charity(id=payee.id, account=BankAccount(iban=GB_IBAN)))
    with clock.hold(CUT_OFF):
        file = gathered()
    assert file is not None
    assert elements(file.content, "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN") == [GB_IBAN]
    assert again(payout).account.account == BankAccount(iban=GB_IBAN)


# --- what the bank answers ---------------------------------------------------------------------------------


def test_a_payout_is_sent_then_paid_and_each_is_told_once():
    file, (payout,) = batched(1_250)
    services.mark_file_sent(file.pk)
    services.mark_file_sent(file.pk)
    assert state(payout) is PayoutState.SENT
    assert take(answer(file, (payout.end_to_end_id, "ACCP"))) == (0, 1, [])
    assert take(answer(file, (payout.end_to_end_id, "ACSC"))) == (1, 0, [])
    assert take(answer(file, (payout.end_to_end_id, "ACSC"))) == (0, 1, [])
    assert state(payout) is PayoutState.PAID
    assert published(again(payout)) == ["PayoutSent", "PayoutPaid"]
    assert entries(payout) == [("paid_out", 1_250)]
    assert deadline_of(payout) is None


def test_an_answer_about_all_of_a_file_that_nobody_marked_sent():
    file, payouts = batched(100, 200)
    assert take(answer(file, payment="ACSC")) == (2, 0, [])
    assert [published(again(payout)) for payout in payouts] == [["PayoutSent", "PayoutPaid"]] * 2
    assert BankFile.objects.get().sent_at is not None


def test_a_rejected_line_leaves_the_others():
    file, (good, bad, silent) = batched(100, 200, 300)
    outcome = take(
        answer(file, (good.end_to_end_id, "ACSC"), (bad.end_to_end_id, "RJCT", "AC04"), group="PART")
    )
    assert outcome == (2, 0, [])
    assert [state(each) for each in (good, bad, silent)] == [
        PayoutState.PAID, PayoutState.REJECTED, PayoutState.BATCHED,
    ]  # fmt: skip
    assert again(bad).reason == "AC04"
    assert published(again(bad)) == ["PayoutSent", "PayoutRejected"]
    assert entries(bad) == []


def test_a_file_that_the_bank_refuses_whole_pays_nothing():
    file, payouts = batched(100, 200)
    assert take(answer(file, group="RJCT", reason="FF01")) == (2, 0, [])
    assert {(state(each), again(each).reason) for each in payouts} == {(PayoutState.REJECTED, "FF01")}


def test_the_same_answer_is_taken_once():
    file, (payout,) = batched(100)
    content = answer(file, (payout.end_to_end_id, "RJCT", "AC04"))
    take(content)
    services.mark_paid(payout.pk, note="on the statement of 7 July after all")
    assert take(content) == (1, 0, [])
    assert state(payout) is PayoutState.PAID
    assert BankAnswer.objects.count() == 1


def test_what_the_bank_says_of_nobodys_transfer_is_left_for_staff():
    file, (payout,) = batched(100)
    _, (elsewhere,) = batched(50, region="pl")
    stranger = f"{ids.new_id().hex}-1"
    applied, known, left = take(
        answer(
            file,
            (stranger, "ACSC"),
            ("NOTPROVIDED", "ACSC"),
            (elsewhere.end_to_end_id, "ACSC"),
            (payout.end_to_end_id, "HUH?"),
        )
    )
    assert (applied, known, len(left)) == (0, 0, 4)
    assert (state(payout), state(elsewhere)) == (PayoutState.BATCHED, PayoutState.BATCHED)
    assert "no such transfer" in left[0]
    assert "in another file" in left[2]
    assert "nothing that we know" in left[3]


def test_what_was_rejected_is_sent_again_in_another_file_and_paid_once():
    file, (payout,) = batched(100)
    first = payout.end_to_end_id
    take(answer(file, (first, "RJCT", "AC04")))
    services.send_again(payout.pk)
    with clock.hold(CUT_OFF + DAY):
        second = gathered()
    assert second is not None
    payout = again(payout)
    assert elements(second.content, END_TO_END) == [payout.end_to_end_id] != [first]
    assert take(answer(file, (first, "RJCT", "AC04"))) == (0, 1, [])
    assert state(payout) is PayoutState.BATCHED
    take(answer(second, group="ACSC"))
    assert (state(payout), entries(payout)) == (PayoutState.PAID, [("paid_out", 100)])
    assert published(again(payout)) == ["PayoutSent", "PayoutRejected", "PayoutSent", "PayoutPaid"]


def test_a_payment_heard_of_late_keeps_it_from_being_sent_again():
    file, (payout,) = batched(100)
    take(answer(file, (payout.end_to_end_id, "RJCT", "MS03")))
    services.send_again(payout.pk)
    assert take(answer(file, (payout.end_to_end_id, "ACSC"))) == (1, 0, [])
    with clock.hold(CUT_OFF + DAY):
        assert gathered() is None
    assert entries(payout) == [("paid_out", 100)]


def test_a_payment_heard_of_when_it_is_sent_anew_is_for_staff():
    file, (payout,) = batched(100)
    first = payout.end_to_end_id
    take(answer(file, (first, "RJCT", "MS03")))
    services.send_again(payout.pk)
    with clock.hold(CUT_OFF + DAY):
        gathered()
    applied, known, left = take(answer(file, (first, "ACSC")))
    assert (applied, known) == (0, 0)
    assert "at attempt 2, in another file" in left[0]


def test_what_came_back_is_entered_again_and_told():
    file, (payout,) = batched(100)
    take(answer(file, group="ACSC"))
    take(answer(file, (payout.end_to_end_id, "RJCT", "AC04")))
    assert entries(payout) == [("paid_out", 100), ("came_back", 100)]
    services.give_up(payout.pk, note="the charity has dissolved")
    assert published(again(payout)) == ["PayoutSent", "PayoutPaid", "PayoutRejected", "PayoutFailed"]
    assert deadline_of(payout) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b"<Document/>", "about a message of ours"),
        (
            b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>',
            "declares a document type",
        ),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><Document/>', "declares a document type"),
        (b"<" * 5_000_001, "longer than"),
    ],
)
def test_what_is_no_answer_is_refused(content: bytes, why: str):
    with pytest.raises(BankAnswerInvalid, match=why):
        services.take_answer(content=content)


def test_an_answer_about_another_regions_file_is_refused_to_its_staff():
    file, _ = batched(100)
    with pytest.raises(BankAnswerInvalid, match="no file of ours"):
        services.take_answer(content=answer(file, group="ACSC"), of=("pl",))
    with pytest.raises(BankAnswerInvalid, match="no file of ours"):
        services.take_answer(content=answer(BankFile(), group="ACSC"))


# --- staff and time ------------------------------------------------------------------------------------


def test_staff_say_why_when_the_bank_said_nothing():
    file, (payout,) = batched(100)
    services.mark_file_sent(file.pk)
    for mark in (services.mark_paid, services.mark_rejected, services.give_up):
        with pytest.raises(TransferNoteMissing):
            mark(payout.pk, note=" ")
    with pytest.raises(StateConflict):
        services.give_up(payout.pk, note="it stands in a file")
    services.mark_rejected(payout.pk, note="the bank telephoned")
    assert (again(payout).reason, again(payout).note) == ("staff", "the bank telephoned")
    with pytest.raises(StateConflict):
        services.mark_rejected(payout.pk, note="again")


def test_what_was_wanted_in_error_is_given_up_before_it_goes():
    with clock.hold(NOON):
        payout = a_payout()
        services.give_up(payout.pk, note="wanted twice")
    with clock.hold(CUT_OFF):
        assert gathered() is None
    assert published(again(payout)) == ["PayoutFailed"]


def test_what_stands_still_is_counted_by_the_day():
    file, (payout,) = batched(100)
    assert deadline_of(payout) is not None
    with clock.hold(CUT_OFF + 3 * DAY):
        settle()
    assert again(payout).stuck >= 1
    services.mark_file_sent(file.pk)
    services.mark_paid(payout.pk, note="seen on the statement")
    assert (again(payout).stuck, deadline_of(payout)) == (0, None)


def test_an_entry_can_never_be_changed():
    file, _ = batched(100)
    take(answer(file, group="ACSC"))
    for change in (TransferEntry.objects.all().delete, lambda: TransferEntry.objects.update(amount=1)):
        with pytest.raises(DatabaseError, match="only ever added"):
            change()
