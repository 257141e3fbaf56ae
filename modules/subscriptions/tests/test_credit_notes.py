"""What is not owed after all is credited: the invoice stays as it was, and beside it stands why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from modules.subscriptions.interface import (
    CreditNoteView,
    CreditReason,
    InvoiceView,
    MembershipView,
    Subscriptions,
)
from modules.subscriptions.tests.members import DECLINED, JOINED, a_plan, days_later, do, joined, on
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.money import Money
from tiffin.testing import api

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

JUNE = date(2027, 6, 12)


def newest(member: MembershipView) -> InvoiceView:
    return call(Subscriptions).invoices(customer_id=member.customer_id)[0]


def pence(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def only_note(member: MembershipView) -> CreditNoteView:
    (note,) = newest(member).credits
    return note


def test_what_is_taken_back_is_credited_with_its_tax() -> None:
    member = joined(a_plan())
    number = newest(member).number
    with on(days_later(3)):
        do("take_back", member)
    invoice, note = newest(member), only_note(member)
    # 31 days, of which three are over: 28/31 of 4.99, and of the 0.83 of tax in it.
    assert (note.reason, note.total, note.tax) == (CreditReason.TAKEN_BACK, pence(451), pence(75))
    assert (invoice.number, invoice.total, invoice.refunded) == (number, pence(499), pence(451))
    assert note.number == "GB-C-1"


def test_what_is_never_paid_is_credited_whole_and_keeps_its_number() -> None:
    member = joined(a_plan(), method=DECLINED)
    number = newest(member).number
    with on(days_later(2)):
        pass
    invoice, note = newest(member), only_note(member)
    assert (note.reason, note.total, note.tax) == (CreditReason.VOID, invoice.total, invoice.tax)
    assert invoice.number == number != ""


def test_what_was_given_up_is_still_owed() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)
    for days in range(16):
        with on(JUNE + timedelta(days=days)):
            pass
    assert newest(member).credits == ()


def test_credit_notes_are_numbered_one_after_the_other() -> None:
    plan = a_plan()
    members = [joined(plan, day=JOINED + timedelta(days=day)) for day in range(3)]
    for days, member in enumerate(members):
        with on(days_later(4 + days)):
            do("take_back", member)
    assert [only_note(member).number for member in members] == ["GB-C-1", "GB-C-2", "GB-C-3"]


def test_customers_read_it() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("take_back", member)
    with on(days_later(4)):
        owner = Actor(kind=ActorKind.CUSTOMER, id=member.customer_id)
        (invoice,) = api(owner).get("/api/v1/memberships/invoices").json()["results"]
    (note,) = invoice["credits"]
    assert (note["number"], note["reason"], note["total"]["amount"]) == ("GB-C-1", "taken_back", 451)
