"""What the bank says too late, or of too much, and what staff say too early: no money is lost sight of."""

from __future__ import annotations

from typing import Any

import pytest

from modules.payments import audit as rules
from modules.payments import services
from modules.payments.errors import BankFileNotSent, TransferNotBesides, TransferNoteMissing
from modules.payments.interface import PayoutState
from modules.payments.models import BankFile, DayClose, Payout, TransferEntry
from modules.payments.tests.payouts import CUT_OFF, DAY, again, answer, batched, gathered, take
from modules.payments.tests.test_payout_pages import PAYOUTS
from modules.payments.tests.test_staff_pages import person
from tiffin import clock
from tiffin.audit import Inspection, inspected
from tiffin.testing import settle

pytestmark = pytest.mark.database


def entries(payout: Payout) -> list[tuple[str, str]]:
    found = TransferEntry.objects.filter(payout=payout).order_by("pk")
    return [(entry.kind, entry.reference.partition("-")[2]) for entry in found]


def sent_anew() -> tuple[BankFile, Payout, str]:
    """The first file of a payout that the bank rejected, which is in another by now; and its first name."""
    file, (payout,) = batched(100)
    first = payout.end_to_end_id
    take(answer(file, (first, "RJCT", "MS03")))
    services.send_again(payout.pk)
    with clock.hold(CUT_OFF + DAY):
        gathered()
    return file, again(payout), first


def broken() -> int:
    checked = (rules.payouts_are_entered, rules.transfers_are_paid_once)
    return sum(inspected(Inspection(rule.__name__, "payments"), rule).broken for rule in checked)


# --- files that are not sent -----------------------------------------------------------------------------


def test_what_stands_in_a_file_that_may_still_be_given_to_the_bank_is_not_rejected_by_staff():
    file, (payout,) = batched(100)
    with pytest.raises(BankFileNotSent, match=r"payouts-gb-2027-07-05-1\.xml, which is not marked as sent"):
        services.mark_rejected(payout.pk, note="the account is wrong")
    assert again(payout).state is PayoutState.BATCHED
    services.mark_file_sent(file.pk)
    services.mark_rejected(payout.pk, note="the bank telephoned")
    assert again(payout).state is PayoutState.REJECTED


def test_nor_was_it_paid_which_is_a_former_attempt():
    file, (payout,) = batched(100)
    with pytest.raises(BankFileNotSent, match="entered as paid besides"):
        services.mark_paid(payout.pk, note="on the statement, it seemed")
    services.mark_file_sent(file.pk)
    services.mark_paid(payout.pk, note="on the statement, it seemed")
    services.mark_rejected(payout.pk, note="it was another")
    assert entries(payout) == [("paid_out", "1"), ("came_back", "1")]


@pytest.mark.parametrize("status", ["ACSC", "RJCT", "ACCP"])
def test_a_file_that_the_bank_answers_to_was_sent(status: str):
    file, (payout, _) = batched(100, 200)
    with clock.hold(CUT_OFF + DAY):
        take(answer(file, (payout.end_to_end_id, status)))
    assert BankFile.objects.get().sent_at == CUT_OFF + DAY
    with clock.hold(CUT_OFF + 2 * DAY):
        take(answer(file, group="ACSC"))
    assert BankFile.objects.get().sent_at == CUT_OFF + DAY


# --- what is said of the whole ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, "no status of the whole"),
        ({"group": "PART"}, "PART of the whole"),
        ({"payment": "PART", "group": "ACSC"}, "PART of the whole"),
        ({"group": "HUH?"}, "HUH? of the whole"),
    ],
)
def test_an_answer_that_says_nothing_we_know_and_names_no_line_is_left_for_staff(said: Any, left: str):
    file, (payout,) = batched(100)
    applied, known, words = take(answer(file, **said))
    assert (applied, known, len(words)) == (0, 0, 1)
    assert left in words[0]
    assert again(payout).state is PayoutState.BATCHED


def test_a_status_of_the_whole_that_we_do_not_know_is_left_beside_its_lines():
    file, (payout, _) = batched(100, 200)
    applied, known, words = take(answer(file, (payout.end_to_end_id, "ACSC"), group="HUH?"))
    assert (applied, known, len(words)) == (1, 0, 1)


def test_a_whole_file_that_is_paid_names_those_of_its_payouts_that_stand_elsewhere():
    file, payouts = batched(100, 200)
    first, elsewhere = payouts
    take(answer(file, (elsewhere.end_to_end_id, "RJCT", "AC04")))
    services.send_again(elsewhere.pk)
    with clock.hold(CUT_OFF + DAY):
        gathered()
    applied, known, words = take(answer(file, group="ACSC"))
    assert (applied, known, len(words)) == (1, 0, 1)
    assert words[0].startswith(f"{elsewhere.end_to_end_id}: ACSC, but its payout is batched at attempt 2")
    assert again(first).state is PayoutState.PAID


# --- what moved besides ------------------------------------------------------------------------------------


def test_a_former_attempt_that_was_paid_after_all_is_entered_and_counted():
    file, payout, first = sent_anew()
    assert take(answer(file, (first, "ACSC")))[:2] == (0, 0)
    with clock.hold(CUT_OFF + DAY):
        services.enter_paid_besides(payout.pk, reference=f" {first} ", note="on the statement of 6 July")
        with pytest.raises(TransferNotBesides, match="paid already"):
            services.enter_paid_besides(payout.pk, reference=first, note="again")
        assert payout.file is not None
        services.mark_file_sent(payout.file.pk)
        services.mark_paid(payout.pk, note="and so is the other")
        services.enter_back_besides(payout.pk, reference=first, note="the charity sent it back")
        with pytest.raises(TransferNotBesides, match="not entered as paid besides"):
            services.enter_back_besides(payout.pk, reference=first, note="again")
    assert entries(payout) == [("paid_besides", "1"), ("paid_out", "2"), ("back_besides", "1")]
    assert TransferEntry.objects.order_by("pk")[0].note == "on the statement of 6 July"
    assert (again(payout).state, broken()) == (PayoutState.PAID, 0)
    with clock.hold(CUT_OFF + 2 * DAY):
        settle()
    rows = DayClose.objects.filter(region="gb", count__gt=0).values_list("kind", "count", "amount")
    assert sorted(rows) == [("back_besides", 1, 100), ("paid_besides", 1, 100), ("paid_out", 1, 100)]


def test_a_bank_that_rejects_what_is_entered_as_paid_besides_is_told_to_staff():
    file, payout, first = sent_anew()
    services.enter_paid_besides(payout.pk, reference=first, note="on the statement of 6 July")
    _, known, words = take(answer(file, (first, "CANC")))
    assert (known, words) == (0, [f"{first}: CANC, but it is entered as paid besides"])
    services.enter_back_besides(payout.pk, reference=first, note="it is back")
    assert take(answer(file, (first, "CANC")))[1:] == (1, [])


def test_what_was_given_up_and_then_paid_is_entered_and_stays_given_up():
    file, (payout,) = batched(100)
    take(answer(file, (payout.end_to_end_id, "RJCT", "AC04")))
    services.give_up(payout.pk, note="the charity has dissolved")
    assert "was given up" in take(answer(file, (payout.end_to_end_id, "ACSC")))[2][0]
    services.enter_paid_besides(payout.pk, reference=payout.end_to_end_id, note="it had not")
    assert entries(payout) == [("paid_besides", "1")]
    assert (again(payout).state, broken()) == (PayoutState.FAILED, 0)


def test_what_a_state_can_tell_is_not_entered_besides():
    _, (payout, other) = batched(100, 200)
    for reference in (other.end_to_end_id, payout.name_of(2), payout.name_of(0), "NOTPROVIDED", ""):
        with pytest.raises(TransferNotBesides, match="no transfer of this payout"):
            services.enter_paid_besides(payout.pk, reference=reference, note="seen")
    with pytest.raises(TransferNotBesides, match="choose Paid"):
        services.enter_paid_besides(payout.pk, reference=payout.end_to_end_id, note="seen")
    with pytest.raises(TransferNoteMissing):
        services.enter_paid_besides(payout.pk, reference=payout.end_to_end_id, note=" ")
    assert entries(payout) == []


def test_an_attempt_that_is_entered_twice_is_found():
    _, payout, first = sent_anew()
    services.enter_paid_besides(payout.pk, reference=first, note="seen")
    entry = TransferEntry.objects.get()
    entry.pk = None
    entry.save(force_insert=True)
    assert broken() == 1


def test_finance_enters_it_on_the_page():
    _, payout, first = sent_anew()
    form = {"_selected_action": [str(payout.pk)], "note": "on the statement", "end_to_end_id": first}
    person("operations").post(PAYOUTS, {"action": "paid_besides", **form})
    person("finance", of="pl").post(PAYOUTS, {"action": "paid_besides", **form})
    assert entries(payout) == []
    finance = person("finance", of="gb")
    unnamed = {"action": "paid_besides", **form, "end_to_end_id": ""}
    assert "no transfer of this payout" in finance.post(PAYOUTS, unnamed, follow=True).content.decode()
    for action in ("paid_besides", "back_besides"):
        finance.post(PAYOUTS, {"action": action, **form})
    assert entries(payout) == [("paid_besides", "1"), ("back_besides", "1")]
