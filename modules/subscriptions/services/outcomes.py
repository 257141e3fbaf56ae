"""What becomes of charges: told by payments, and of hundreds written down together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from modules.payments.interface import DECLINED_FOR_GOOD
from modules.subscriptions import policies
from modules.subscriptions.events import Why
from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipState
from modules.subscriptions.models import Attempt, Invoice, Membership
from modules.subscriptions.selectors.times import begins_at, next_period, today
from modules.subscriptions.services.ending import end
from modules.subscriptions.services.finding import give_terms
from modules.subscriptions.services.writing import Writing, settled, writing
from tiffin import clock, db, regions

# Never tried again with the same method: what payments calls so, and cards that are wrong or not there
# (https://docs.stripe.com/billing/revenue-recovery/smart-retries).
HARD = frozenset(
    {
        DECLINED_FOR_GOOD,
        "incorrect_number",
        "expired_card",
        "unknown_card",
        "card_not_supported",
        "resource_missing",
        "payment_method_unknown",
    }
)
CAPTURED, ACTION, DECLINED, FAILED = "captured", "action", "declined", "failed"
_OVER = frozenset({DECLINED, FAILED})
# The provider was never reached: nobody was charged, and nobody's card is to blame.
NO_ANSWER, AGAIN_SOON = "no_answer", timedelta(hours=1)


class Heard(NamedTuple):
    """What payments says of a charge; no payment where it has never been there."""

    charge_id: UUID
    payment_id: UUID | None
    outcome: str
    reason: str = ""
    action_url: str = ""


@db.transaction_required
def record(heard: Sequence[Heard]) -> None:
    """Of charges that are not ours nothing is known."""
    attempts = {each.id: each for each in db.find(Attempt, id=[each.charge_id for each in heard])}
    if not attempts:
        return
    invoices, members = _lock({each.invoice_id for each in attempts.values()})
    with writing() as changes:
        for said in heard:
            attempt = attempts.get(said.charge_id)
            if attempt is not None:
                invoice = invoices[attempt.invoice_id]
                _record(changes, members[invoice.membership_id], invoice, attempt, said)


@db.transaction_required
def _lock(invoice_ids: set[UUID]) -> tuple[dict[UUID, Invoice], dict[UUID, Membership]]:
    """The memberships first, as everywhere."""
    known = db.find(Invoice, id=list(invoice_ids))
    rows = Membership.objects.filter(pk__in={each.membership_id for each in known})
    locked = list(rows.select_for_update().order_by("pk"))
    give_terms(locked)
    members = {member.id: member for member in locked}
    invoices = {invoice.id: invoice for invoice in db.find(Invoice, id=list(invoice_ids))}
    return invoices, members


def _record(changes: Writing, member: Membership, invoice: Invoice, attempt: Attempt, said: Heard) -> None:
    if attempt.outcome == CAPTURED or (attempt.outcome in _OVER and said.outcome != CAPTURED):
        return  # told already
    changes.answer(attempt, said.outcome, said.reason)
    is_current = attempt.id == invoice.charge_id
    if is_current:
        invoice.payment_id = said.payment_id
        changes.change(invoice)
    if said.outcome == CAPTURED:
        _captured(changes, member, invoice, attempt, is_current=is_current)
    elif not is_current or member.is_over or not invoice.is_owed:
        return
    elif said.outcome == ACTION:
        _must_confirm(changes, member, invoice, said)
    else:
        _not_paid(changes, member, invoice, attempt, said)


def _captured(
    changes: Writing, member: Membership, invoice: Invoice, attempt: Attempt, *, is_current: bool
) -> None:
    wanted = invoice.is_owed and not member.is_over
    if not wanted or not is_current:
        changes.undo(member, attempt.id)
        return
    if invoice.kind == InvoiceKind.CHANGE.value:
        _change(member, invoice)
        invoice.move_to(InvoiceState.PAID)
        invoice.paid_at, invoice.action_url = clock.now(), ""
        changes.tell(member, Why.CHANGED, about=invoice)
        return
    before = member.state
    settled(member, invoice)
    if member.method in invoice.refused:
        member.method = invoice.method
    if before is MembershipState.UNPAID:
        _begin_today(member)
    recovered = {MembershipState.PAST_DUE, MembershipState.UNPAID}
    why = Why.RECOVERED if before in recovered else Why.RENEWED
    if invoice.kind == InvoiceKind.JOIN.value:
        why = Why.JOINED
    changes.tell(member, why, about=invoice)


def _begin_today(member: Membership) -> None:
    """Nothing was brought while nothing was paid: the period that is paid for now begins today."""
    member.begin_anew(today(member.region))
    period = next_period(member)
    member.have_paid(period.begins, period.ends, member.period_price)
    member.next_number = 1
    member.due_at = begins_at(member, member.paid_to)


def _change(member: Membership, invoice: Invoice) -> None:
    """The plan that was paid for is the membership's; by the month instead of by the year or the other way
    round, periods are counted anew."""
    version = invoice.to_version
    if version is None:
        raise ValueError(f"invoice {invoice.id} is for a change, and does not say to what")
    anew = version.plan.months != member.plan.months
    member.have(version)
    price = version.phases[-1].price.amount
    if not anew:
        member.period_price = price
        return
    member.begin_anew(invoice.begins)
    member.next_number = 1
    member.have_paid(invoice.begins, invoice.ends, price)
    member.due_at = begins_at(member, invoice.ends)


def _must_confirm(changes: Writing, member: Membership, invoice: Invoice, said: Heard) -> None:
    """The customer's bank wants to hear from them; benefits go on meanwhile."""
    invoice.action_url = said.action_url
    dunned = {MembershipState.PAST_DUE, MembershipState.UNPAID}
    if invoice.kind == InvoiceKind.RENEWAL.value and member.state not in dunned:
        member.move_to(MembershipState.PAST_DUE)
    changes.tell(member, Why.ACTION_REQUIRED, about=invoice)


def _not_paid(changes: Writing, member: Membership, invoice: Invoice, attempt: Attempt, said: Heard) -> None:
    invoice.action_url, invoice.reason = "", (said.reason or said.outcome)[:64]
    if said.reason in HARD and invoice.method not in invoice.refused:
        invoice.refused = [*invoice.refused, invoice.method]
    if invoice.kind == InvoiceKind.CHANGE.value:
        changes.void(invoice)
        changes.tell(member, Why.PAYMENT_FAILED, about=invoice)
    elif member.state in {MembershipState.INCOMPLETE, MembershipState.UNPAID}:
        changes.tell(member, Why.PAYMENT_FAILED, about=invoice)
    elif said.reason == NO_ANSWER:
        member.due_at = clock.now() + AGAIN_SOON
        changes.save(member)
    else:
        _dun(changes, member, invoice, said.reason, _refusals(attempt))


def _refusals(attempt: Attempt) -> int:
    """Which of the attempts that were refused it is."""
    if attempt.number == 1:
        return 1
    earlier = Attempt.objects.filter(invoice_id=attempt.invoice_id, number__lt=attempt.number)
    return 1 + earlier.filter(outcome__in=_OVER).exclude(reason=NO_ANSWER).count()


def _dun(changes: Writing, member: Membership, invoice: Invoice, reason: str, failed: int) -> None:
    """It is tried again on the next of the region's days for that reason, or no more."""
    rules = policies.dunning(regions.get(member.region), on=invoice.begins, reason=reason)
    again = again_on(invoice.begins, rules.days, failed, today=today(member.region))
    if again is None and rules.then == "canceled":
        end(changes, member, invoice, Why.ENDED, left=InvoiceState.UNCOLLECTIBLE)
        return
    if member.state is not MembershipState.PAST_DUE:
        member.move_to(MembershipState.PAST_DUE)
    if again is None:
        member.move_to(MembershipState.UNPAID)
        invoice.move_to(InvoiceState.UNCOLLECTIBLE)
        member.due_at = None
    else:
        member.due_at = begins_at(member, again)
    changes.tell(member, Why.PAYMENT_FAILED, about=invoice, again_on=again)


def again_on(begins: date, days: Sequence[int], failed: int, *, today: date) -> date | None:
    """The day after the period's first on which it is tried again, when so many attempts have failed; never
    one that is over."""
    if failed > len(days):
        return None
    return max(begins + timedelta(days=days[failed - 1]), today + timedelta(days=1))
