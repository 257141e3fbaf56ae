"""Payouts, bank files, answers and collections on the staff's pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modules.payments.interface import CollectionState, PayoutState
from modules.payments.models import BankAnswer, Collection, Payout
from modules.payments.services import mark_file_sent
from modules.payments.tests.payouts import NOON, a_payout, again, answer, batched, invoiced, take
from modules.payments.tests.test_staff_pages import person, table
from tiffin import clock, ids
from tiffin.models import StaffAction
from tiffin.testing import waiting

pytestmark = pytest.mark.database

PAYOUTS, FILES, ANSWERS, COLLECTIONS, LEDGER = (
    f"/admin/payments/{name}/" for name in ("payout", "bankfile", "bankanswer", "collection", "transferentry")
)


def do(client: Client, page: str, action: str, row: Any, note: str = "") -> str:
    chosen = {"action": action, "_selected_action": [str(row.pk)], "note": note}
    return client.post(page, chosen, follow=True).content.decode()


def upload(client: Client, content: bytes) -> str:
    file = SimpleUploadedFile("answer.xml", content, content_type="application/xml")
    return client.post(f"{ANSWERS}add/", {"answer": file}, follow=True).content.decode()


def test_finance_downloads_the_same_file_each_time_and_others_none():
    file, (payout,) = batched(1_250)
    address = f"{FILES}{file.pk}/file/"
    finance = person("finance", of="gb")
    first, second = finance.get(address), finance.get(address)
    assert (first.status_code, first.content) == (200, file.content) == (200, second.content)
    assert first["Content-Disposition"] == 'attachment; filename="payouts-gb-2027-07-05-1.xml"'
    assert payout.end_to_end_id.encode() in first.content
    assert StaffAction.objects.using("payments").filter(action="download").count() == 2
    assert person("operations").get(address).status_code == 403
    assert person("finance", of="pl").get(address).status_code == 404
    assert person("finance").get(f"{FILES}{ids.new_id()}/file/").status_code == 404


def test_a_file_is_sent_and_answered_on_the_pages():
    file, (paid, rejected) = batched(100, 200)
    finance = person("finance", of="gb")
    do(finance, FILES, "sent", file)
    assert again(paid).state is PayoutState.SENT
    content = answer(file, (paid.end_to_end_id, "ACSC"), (rejected.end_to_end_id, "RJCT", "AC04"))
    assert "2 lines applied, 0 known already, 0 left." in upload(finance, content)
    assert "2 lines applied" in upload(finance, content)
    assert (again(paid).state, again(rejected).state) == (PayoutState.PAID, PayoutState.REJECTED)
    assert BankAnswer.objects.count() == 1
    do(finance, PAYOUTS, "send_again", rejected)
    assert again(rejected).state is PayoutState.WANTED


def test_what_is_no_answer_is_said_and_nothing_changes():
    file, (payout,) = batched(100)
    finance = person("finance")
    assert "This is not taken for an answer of the bank: it is no XML" in upload(finance, b"hello")
    assert "it is about no file of ours" in upload(person("finance", of="pl"), answer(file, group="ACSC"))
    upload(person("operations"), answer(file, group="ACSC"))
    assert again(payout).state is PayoutState.BATCHED
    assert not BankAnswer.objects.exists()


def test_staff_without_the_role_move_no_money():
    file, (payout,) = batched(100)
    for role in ("support", "operations"):
        do(person(role), PAYOUTS, "paid", payout, "on the statement")
    do(person("finance", of="pl"), PAYOUTS, "paid", payout, "on the statement")
    assert again(payout).state is PayoutState.BATCHED
    assert "Say in the note why" in do(person("finance"), PAYOUTS, "paid", payout)
    assert "not marked as sent" in do(person("finance"), PAYOUTS, "paid", payout, "on the statement")
    mark_file_sent(file.pk)
    do(person("finance"), PAYOUTS, "paid", payout, "on the statement of 7 July")
    assert (again(payout).state, again(payout).note) == (PayoutState.PAID, "on the statement of 7 July")


def test_pages_show_no_account_but_its_ending():
    file, (payout,) = batched(100)
    take(answer(file, group="ACSC"))
    admin = person("admin")
    pages = [
        PAYOUTS, f"{PAYOUTS}{payout.pk}/change/", FILES, f"{FILES}{file.pk}/change/", ANSWERS,
        f"{ANSWERS}{BankAnswer.objects.get().pk}/change/", LEDGER,
    ]  # fmt: skip
    shown = [admin.get(page).content.decode() for page in pages]
    assert "Food for All (…6819)" in shown[0]
    assert not [page for page, text in zip(pages, shown, strict=True) if "31926819" in text]
    assert "CstmrPmtStsRpt" not in shown[5]


def test_collections_come_or_are_written_off_on_the_page():
    came, lost = invoiced(), invoiced()
    finance = person("finance", of="gb")
    do(finance, COLLECTIONS, "came", came)
    assert "Say in the note why" in do(finance, COLLECTIONS, "write_off", lost)
    do(finance, COLLECTIONS, "write_off", lost, "insolvent")
    assert [Collection.get(each.pk).state for each in (came, lost)] == [
        CollectionState.PAID, CollectionState.FAILED,
    ]  # fmt: skip
    rows = table(finance, f"{COLLECTIONS}export.csv?state_name=paid")
    assert [(row["invoice"], row["amount"], row["payer"]) for row in rows] == [
        ("GB-000001", "4000", "Oat & Co")
    ]


def test_lists_are_files_too():
    file, (payout,) = batched(100)
    take(answer(file, group="ACSC"))
    finance = person("finance", of="gb")
    (row,) = table(finance, f"{PAYOUTS}export.csv?state_name=paid")
    assert (row["id"], row["amount"], row["end_to_end_id"]) == (str(payout.pk), "100", payout.end_to_end_id)
    (row,) = table(finance, f"{LEDGER}export.csv?kind=paid_out")
    assert (row["payout_id"], row["amount"], row["reference"]) == (
        str(payout.pk), "100", payout.end_to_end_id,
    )  # fmt: skip
    (row,) = table(finance, f"{FILES}export.csv")
    assert (row["id"], row["count"], row["amount"]) == (str(file.pk), "1", "100")
    (row,) = table(finance, f"{ANSWERS}export.csv")
    assert (row["file_id"], row["applied"]) == (str(file.pk), "1")
    for page in (PAYOUTS, LEDGER, FILES, ANSWERS):
        assert table(person("finance", of="pl"), f"{page}export.csv") == []


def test_what_waits_for_somebody_who_settles_is_counted():
    file, (rejected, _) = batched(100, 200)
    take(answer(file, (rejected.end_to_end_id, "RJCT", "AC04"), (f"{ids.new_id().hex}-1", "ACSC")))
    batched(300)
    with clock.hold(NOON):
        Payout.objects.filter(pk=a_payout().pk).update(stuck=2)
    found = {
        name.removeprefix("payments: "): count for name, (count, _) in waiting(person("finance")).items()
    }
    assert {name: count for name, count in found.items() if count != "0"} == {
        "Bank files to send": "1",
        "Payouts rejected": "1",
        "Payouts that stand still": "1",
        "Bank answers with lines left": "1",
    }
    do(person("finance"), ANSWERS, "settled", BankAnswer.objects.get())
    assert waiting(person("finance"))["payments: Bank answers with lines left"][0] == "0"
