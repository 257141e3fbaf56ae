"""What staff do for members, and what they give back."""

from __future__ import annotations

from datetime import date

import pytest

from modules.subscriptions.interface import CreditReason, MembershipState, MembershipView, Subscriptions
from modules.subscriptions.models import CreditNote
from modules.subscriptions.tests.members import (
    a_plan,
    days_later,
    do,
    invoices,
    joined,
    on,
    payments,
    seen,
    taken,
)
from modules.subscriptions.tests.test_catalogue_pages import person
from tiffin.interfaces import call

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]
MEMBERS, INVOICES = "/admin/subscriptions/membership/", "/admin/subscriptions/invoice/"
SUPPORT = ("support", "gb")


def acts(action: str, member: MembershipView, *, by: tuple[str, str] = SUPPORT, **beside: str) -> str:
    role, region = by
    client = person(role, region=region)
    form = {"action": action, "_selected_action": [str(member.id)], **beside}
    return str(client.post(MEMBERS, form, follow=True).content.decode())


def gives_back(member: MembershipView, *, by: tuple[str, str] = SUPPORT, **beside: str) -> str:
    role, region = by
    client = person(role, region=region)
    form = {"action": "give_back", "_selected_action": [str(invoices(member)[0].id)], **beside}
    return str(client.post(INVOICES, form, follow=True).content.decode())


def back(member: MembershipView) -> list[int]:
    return [view.refunded.amount for view in payments(member)]


def test_support_does_for_a_member_what_they_could_do() -> None:
    member = joined(a_plan())
    with on(days_later(1)):
        acts("cancel", member)
        assert seen(member).cancels
        acts("keep", member)
        assert not seen(member).cancels
        acts("pause", member, days="10")
        assert seen(member).paused_until == days_later(11)
        acts("resume", member)
        assert seen(member).state is MembershipState.ACTIVE
    with on(days_later(2)):
        acts("take_back", member)
    assert (seen(member).state, taken(member)) == (MembershipState.CANCELED, [499 - 467])


def test_what_a_member_could_not_do_support_cannot_either_and_is_told_why() -> None:
    member = joined(a_plan())
    with on(days_later(20)):
        assert "can be taken back until" in acts("take_back", member)
        assert "A pause is 1 to" in acts("pause", member, days="400")
        assert "cannot be resumed" in acts("resume", member)
    assert seen(member).state is MembershipState.ACTIVE


@pytest.mark.parametrize("staff", [("finance", "gb"), ("support", "pl")])
def test_neither_finance_nor_another_regions_support_changes_a_member(staff: tuple[str, str]) -> None:
    member = joined(a_plan())
    with on(days_later(1)):
        acts("cancel", member, by=staff)
        gives_back(member, by=staff, note="asked for")
    assert (seen(member).cancels, taken(member)) == (False, [499])


def test_what_is_given_back_is_credited_and_the_membership_goes_on() -> None:
    member = joined(a_plan())
    with on(days_later(20)):
        gives_back(member, amount="100", note="case 17: two late orders")
    assert (back(member), seen(member).state) == ([100], MembershipState.ACTIVE)

    with on(days_later(21)):
        gives_back(member, note="case 18")
    assert (back(member), taken(member)) == ([499], [])
    notes = CreditNote.objects.filter(invoice__membership_id=member.id).order_by("pk")
    assert [(note.total, note.note) for note in notes] == [
        (100, "case 17: two late orders"),
        (399, "case 18"),
    ]
    assert all(note.made_by and note.asked_at for note in notes)
    (first, _) = call(Subscriptions).invoices(customer_id=member.customer_id)[0].credits
    assert first.reason is CreditReason.GOODWILL
    with on(date(2027, 6, 12)):
        pass
    assert taken(member) == [499]


@pytest.mark.parametrize("beside", [{}, {"note": "x", "amount": "500"}])
def test_more_than_was_paid_or_without_a_reason_nothing_is_given_back(beside: dict[str, str]) -> None:
    member = joined(a_plan())
    with on(days_later(1)):
        assert "From 1 to 499 can be given back" in gives_back(member, **beside)
    assert taken(member) == [499]


def test_an_amount_that_is_none_gives_nothing_back() -> None:
    member = joined(a_plan())
    with on(days_later(1)):
        gives_back(member, note="x", amount="a lot")
    assert taken(member) == [499]


def test_what_was_given_back_is_not_given_back_again_when_the_rest_is_taken_back() -> None:
    member = joined(a_plan(price=3100))
    with on(days_later(1)):
        gives_back(member, amount="1000", note="case 19")
    with on(days_later(10)):
        do("take_back", member)
    assert back(member) == [1000 + 2100]
