"""A membership from joining to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from modules.payments.interface import Charge, Payments, PaymentState
from modules.subscriptions import jobs
from modules.subscriptions.interface import (
    AlreadyMember,
    InvoiceState,
    MembershipState,
    MembershipStateConflict,
    MembershipUnknown,
    MembershipView,
    NothingOwed,
    PlanUnknown,
    Subscriptions,
)
from modules.subscriptions.models import Attempt, BillingRun, Invoice, Membership
from modules.subscriptions.services import due as due_service
from modules.subscriptions.services.writing import Writing
from modules.subscriptions.states import RunState
from modules.subscriptions.tests.members import (
    ASKS,
    DECLINED,
    JOINED,
    LOST,
    VISA,
    a_plan,
    days_later,
    do,
    invoices,
    join,
    joined,
    key,
    move,
    on,
    payments,
    seen,
    states,
    taken,
)
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.money import Money
from tiffin.testing import settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

PAID, OPEN, VOID, GIVEN_UP = (
    InvoiceState.PAID,
    InvoiceState.OPEN,
    InvoiceState.VOID,
    InvoiceState.UNCOLLECTIBLE,
)
JUNE, JULY, AUGUST = date(2027, 6, 12), date(2027, 7, 12), date(2027, 8, 12)


def confirm(member: MembershipView) -> None:
    """On the page of the sandbox, where the customer is sent."""
    page = seen(member).action_url
    assert page is not None
    Client().post(page, {"answer": "approve"})


def test_joining_charges_the_first_period_and_every_month_another() -> None:
    member = joined(a_plan())

    assert (member.state, member.renews_on, taken(member)) == (MembershipState.ACTIVE, JUNE, [499])
    assert member.access_until == datetime(2027, 6, 18, 23, tzinfo=UTC)  # a week longer, while it is renewed
    for day in (JUNE, JULY):
        with on(day):
            pass

    assert states(member) == [(JOINED, PAID), (JUNE, PAID), (JULY, PAID)]
    assert taken(member) == [499, 499, 499]
    assert seen(member).renews_on == AUGUST


def test_a_period_begins_at_midnight_of_the_region() -> None:
    member = joined(a_plan())

    with clock.hold(datetime(2027, 6, 11, 22, 59, 59, tzinfo=UTC)):  # summer time: an hour ahead of UTC
        move()
        assert len(invoices(member)) == 1
    with clock.hold(datetime(2027, 6, 11, 23, tzinfo=UTC)):
        move()
        assert states(member) == [(JOINED, PAID), (JUNE, PAID)]


def test_a_trial_costs_nothing_and_becomes_a_membership() -> None:
    member = joined(a_plan(trial_days=14))

    assert (member.state, member.renews_on, taken(member)) == (MembershipState.TRIALING, days_later(14), [])
    with on(days_later(14)):
        pass
    assert (seen(member).state, taken(member)) == (MembershipState.ACTIVE, [499])


def test_an_introduction_is_less_for_some_periods() -> None:
    member = joined(a_plan(intro_price=250, intro_periods=2))
    for day in (JUNE, JULY):
        with on(day):
            pass
    assert [invoice.total for invoice in invoices(member)] == [250, 250, 499]


def test_what_costs_nothing_is_charged_to_nobody() -> None:
    member = joined(a_plan(intro_price=0, intro_periods=1))

    assert (member.state, taken(member), states(member)) == (MembershipState.ACTIVE, [], [(JOINED, PAID)])
    with on(JUNE):
        pass
    assert taken(member) == [499]


def test_a_yearly_plan_is_paid_by_the_year() -> None:
    member = joined(a_plan(months=12, price=4990))
    with on(date(2028, 5, 11)):
        assert len(invoices(member)) == 1
    with on(date(2028, 5, 12)):
        pass
    assert taken(member) == [4990, 4990]


def test_nobody_has_two_memberships_in_a_region() -> None:
    plan, customer = a_plan(), ids.new_id()
    joined(plan, customer=customer)
    with on(JOINED), pytest.raises(AlreadyMember):
        join(plan, customer=customer)
    abroad = joined(a_plan(region="pl", price=1999), customer=customer)
    assert abroad.state is MembershipState.ACTIVE


def test_a_plan_that_is_not_offered_cannot_be_joined() -> None:
    plan = a_plan(offered=False)
    with on(JOINED), pytest.raises(PlanUnknown):
        join(plan)


# --- the first payment ---------------------------------------------------------------------------------


def test_a_first_payment_that_is_declined_leaves_time_for_another_card() -> None:
    member = joined(a_plan(), method=DECLINED)
    assert (member.state, member.access_until) == (MembershipState.INCOMPLETE, None)

    with on(JOINED):
        do("pay", member, method=VISA)

    assert (seen(member).state, taken(member)) == (MembershipState.ACTIVE, [499])
    with on(JUNE):
        pass
    assert taken(member) == [499, 499]


def test_what_is_never_paid_expires_and_is_never_charged() -> None:
    member = joined(a_plan(), method=DECLINED)
    with on(days_later(1), hour=11):
        pass
    assert seen(member).state is MembershipState.INCOMPLETE_EXPIRED
    assert (states(member), taken(member)) == ([(JOINED, VOID)], [])
    with on(days_later(2)), pytest.raises(NothingOwed):
        do("pay", member, method=VISA)


def test_a_customer_whose_bank_asks_confirms_on_its_page() -> None:
    with on(JOINED):
        member = join(a_plan(), method=ASKS)
        settle()
        waiting = seen(member)
        assert (waiting.state, bool(waiting.action_url)) == (MembershipState.INCOMPLETE, True)
        confirm(member)
    assert (seen(member).state, seen(member).action_url) == (MembershipState.ACTIVE, None)


def test_a_first_payment_whose_answer_is_lost_is_found() -> None:
    member = joined(a_plan(), method=LOST)
    assert member.state is MembershipState.INCOMPLETE
    with on(JOINED, hour=13):
        pass
    assert (seen(member).state, taken(member)) == (MembershipState.ACTIVE, [499])


# --- dunning -------------------------------------------------------------------------------------------


def test_a_renewal_that_is_declined_is_tried_again_on_the_days_of_the_region_and_then_it_ends() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)

    with on(JUNE):
        pass
    late = seen(member)
    assert (late.state, late.owed and late.owed.amount) == (MembershipState.PAST_DUE, 499)
    assert late.access_until == datetime(2027, 6, 18, 23, tzinfo=UTC)
    for days, attempts in ((1, 2), (2, 2), (3, 3), (7, 4), (13, 4), (14, 5)):
        with on(JUNE + timedelta(days=days)):
            pass
        assert Attempt.objects.filter(invoice__membership_id=member.id).count() == 1 + attempts

    over = seen(member)
    assert (over.state, over.access_until) == (MembershipState.CANCELED, None)
    assert (states(member), taken(member)) == ([(JOINED, PAID), (JUNE, GIVEN_UP)], [499])
    with on(AUGUST):
        pass
    assert len(payments(member)) == 6


def test_a_card_that_is_good_again_recovers_it_and_the_next_period_begins_when_it_would_have() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)
    with on(JUNE):
        pass
    with on(JUNE + timedelta(days=2)):
        do("pay", member, method=VISA)

    recovered = seen(member)
    assert (recovered.state, recovered.renews_on) == (MembershipState.ACTIVE, JULY)
    assert taken(member) == [499, 499]


def test_a_card_that_refused_for_good_is_never_tried_again() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method="pm_card_nobody_knows")
    for day in (JUNE, *(JUNE + timedelta(days=days) for days in (1, 3, 7, 14))):
        with on(day):
            pass
    (first, refused) = payments(member)
    assert (first.state, refused.state) == (PaymentState.CAPTURED, PaymentState.DECLINED)
    assert seen(member).state is MembershipState.CANCELED


def test_a_bank_that_asks_at_a_renewal_is_answered_within_23_hours_or_it_is_tried_again() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=ASKS)
    with on(JUNE, hour=0):
        pass
    asked = seen(member)
    assert (asked.state, bool(asked.action_url)) == (MembershipState.PAST_DUE, True)

    with on(JUNE + timedelta(days=1), hour=0):
        pass  # 23 hours are over
    assert [payment.state for payment in payments(member)][1] is PaymentState.VOIDED
    with on(JUNE + timedelta(days=2), hour=1):
        settle()
        confirm(member)
    assert (seen(member).state, taken(member)) == (MembershipState.ACTIVE, [499, 499])


# --- leaving -------------------------------------------------------------------------------------------


def test_a_membership_that_is_canceled_lasts_until_what_is_paid_is_over() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("cancel", member)

    leaving = seen(member)
    assert (leaving.state, leaving.cancels, leaving.renews_on) == (MembershipState.ACTIVE, True, None)
    assert leaving.access_until == datetime(2027, 6, 11, 23, tzinfo=UTC)
    with on(JUNE):
        pass
    assert (seen(member).state, taken(member)) == (MembershipState.CANCELED, [499])


def test_who_stays_after_all_is_charged_as_ever() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("cancel", member)
        do("keep", member)
        with pytest.raises(MembershipStateConflict):
            do("keep", member)
    with on(JUNE):
        pass
    assert taken(member) == [499, 499]


def test_a_charge_that_was_under_way_when_it_was_canceled_is_given_back() -> None:
    """I cancelled, why was I charged?"""
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=LOST)
    with on(JUNE):
        do("cancel", member)  # the answer is out
    with on(JUNE, hour=14):
        pass

    assert (seen(member).state, taken(member)) == (MembershipState.CANCELED, [499])
    assert states(member) == [(JOINED, PAID), (JUNE, VOID)]
    assert payments(member)[1].state in {PaymentState.VOIDED, PaymentState.REFUNDED}


def test_a_membership_can_end_at_once_and_be_joined_again() -> None:
    plan, customer = a_plan(), ids.new_id()
    member = joined(plan, customer=customer)
    with on(days_later(3)):
        assert do("cancel", member, now=True).state is MembershipState.CANCELED
        with pytest.raises(MembershipStateConflict):
            do("cancel", member)
    assert joined(plan, customer=customer, day=days_later(4)).state is MembershipState.ACTIVE


def test_nobody_sees_or_changes_anothers() -> None:
    member = joined(a_plan())
    other = member.__class__(
        **{name: getattr(member, name) for name in member.__struct_fields__} | {"customer_id": ids.new_id()}
    )
    for name in ("cancel", "keep", "resume", "take_back"):
        with on(JOINED), pytest.raises(MembershipUnknown):
            do(name, other)


# --- time ----------------------------------------------------------------------------------------------


def test_what_was_missed_while_nothing_ran_is_made_up_for_period_by_period() -> None:
    member = joined(a_plan())
    with on(date(2027, 9, 1)):
        pass
    assert states(member) == [(JOINED, PAID), (JUNE, PAID), (JULY, PAID), (AUGUST, PAID)]
    assert taken(member) == [499] * 4


def test_a_day_that_a_month_lacks_is_its_last_and_comes_back() -> None:
    member = joined(a_plan(), day=date(2028, 1, 31))
    for day in (date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)):
        with on(day):
            pass
    begun = [invoice.begins for invoice in invoices(member)]
    assert begun == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]


def test_whatever_is_run_twice_charges_once() -> None:
    member = joined(a_plan())
    with clock.hold(datetime(2027, 6, 12, 12, tzinfo=UTC)):
        for _ in range(3):
            jobs.due()
        for run in BillingRun.objects.all():
            jobs.charge_run(run.id)
            jobs.charge_run(run.id)
        settle()
    assert (states(member), taken(member)) == ([(JOINED, PAID), (JUNE, PAID)], [499, 499])


def test_invoices_are_numbered_in_the_order_of_issue_without_a_gap() -> None:
    plan = a_plan()
    members = [joined(plan, day=days_later(day)) for day in range(3)]
    with on(JULY):
        pass
    issued = list(Invoice.objects.order_by("number").values_list("number", "opened_at"))
    numbers = [number for number, _ in issued]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [at for _, at in issued] == sorted(at for _, at in issued)
    assert len(numbers) >= 2 * len(members)
    assert Membership.objects.count() == 3
    (shown, *_) = call(Subscriptions).invoices(customer_id=members[0].customer_id)
    assert (shown.number[:5], shown.tax.amount) == ("GB-M-", 83)


def test_one_member_with_whom_something_is_wrong_keeps_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_plan()
    wrong, right = joined(plan), joined(plan)

    renew_anybody = due_service._renew

    def renew(changes: Writing, member: Membership, now: datetime) -> None:
        if member.id == wrong.id:
            raise LookupError("its plan is gone")
        renew_anybody(changes, member, now)

    with monkeypatch.context() as patch:
        patch.setattr(due_service, "_renew", renew)
        with on(JUNE):
            pass
    assert states(right) == [(JOINED, PAID), (JUNE, PAID)]
    assert states(wrong) == [(JOINED, PAID)]
    assert Membership.objects.get(pk=wrong.id).reason == "held"

    with on(JUNE, hour=14):
        pass
    assert states(wrong) == [(JOINED, PAID), (JUNE, PAID)]
    assert Membership.objects.get(pk=wrong.id).reason == ""


def test_a_run_that_died_after_it_had_asked_is_asked_again_for_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = a_plan()
    paid, lost = joined(plan), joined(plan)
    with on(days_later(3)):
        do("use_method", lost, method=LOST)

    def dies(run_id: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, clock.hold(datetime(2027, 6, 12, 12, tzinfo=UTC)):
        patch.setattr("modules.subscriptions.services.charging.end_run", dies)
        jobs.due()
        settle()
    assert taken(paid) == [499, 499]  # and the other's answer is out
    with on(JUNE, hour=14):
        pass

    assert taken(lost) == [499, 499]
    assert {run.state for run in BillingRun.objects.all()} == {RunState.ASKED}


def test_one_charge_that_payments_refuses_keeps_no_other_and_is_asked_for_anew() -> None:
    plan = a_plan()
    wrong, right = joined(plan), joined(plan)

    with clock.hold(datetime(2027, 6, 12, 12, tzinfo=UTC)):
        jobs.due()
        charge_id = invoices(wrong)[-1].charge_id
        another = Money(amount=1, currency="GBP")
        call(Payments).charge_many(
            key=key(),
            region="gb",
            purpose="another",
            charges=[Charge(charge_id=charge_id, customer_id=ids.new_id(), amount=another, method=VISA)],
            present=False,
        )
        move()
        assert states(right) == [(JOINED, PAID), (JUNE, PAID)]
        assert states(wrong) == [(JOINED, PAID), (JUNE, OPEN)]
        assert seen(wrong).state is MembershipState.ACTIVE
    with on(JUNE, hour=14):
        pass

    assert states(wrong) == [(JOINED, PAID), (JUNE, PAID)]
    assert taken(wrong) == [499, another.amount, 499]
    assert {run.state for run in BillingRun.objects.all()} == {RunState.ASKED}
