"""What is to be done of memberships by itself: claimed by the hundred, by as many workers as there are, and
done once however often it is begun."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from modules.subscriptions.events import Why
from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipState
from modules.subscriptions.models import Invoice, Membership
from modules.subscriptions.selectors.times import begins_at, next_period
from modules.subscriptions.services.ending import drop_change, end
from modules.subscriptions.services.finding import changes_under_way, give_terms
from modules.subscriptions.services.outcomes import NO_ANSWER
from modules.subscriptions.services.pausing import come_back
from modules.subscriptions.services.writing import Writing, next_invoice, settled, writing
from tiffin import clock, db

CLAIMED = 500
# Of a charge nothing was heard: it is asked after.
SILENCE = timedelta(days=1)
# With whom something is wrong.
HELD, HELD_REASON = timedelta(hours=1), "held"
log = structlog.get_logger(__name__)


def do_what_is_due() -> bool:
    """A batch of it. Returns whether there may be more. One member with whom something is wrong keeps nobody
    else: it is held for an hour, and `audit` finds it."""
    now = clock.now()
    try:
        return _do_batch(_due(now), now) == CLAIMED
    except Exception:
        log.exception("memberships_due", members="one by one")
    for member_id in _due(now).values_list("pk", flat=True)[:CLAIMED]:
        try:
            _do_batch(_due(now).filter(pk=member_id), now)
        except Exception:
            log.exception("membership_held", membership=str(member_id))
            with db.transaction():
                Membership.objects.filter(pk=member_id).update(due_at=now + HELD, reason=HELD_REASON)
    return True


def _do_batch(due: QuerySet[Membership], now: datetime) -> int:
    with db.transaction():
        members = _claim(due)
        invoices = _owed(members)
        wanted = changes_under_way([member for member in members if member.owes is None])
        with writing() as changes:
            for member in members:
                if member.reason == HELD_REASON:
                    member.reason = ""
                # What begins now costs what its terms say; a change can be asked for again.
                drop_change(changes, member, wanted.get(member.id))
                _do(changes, member, invoices.get(member.id), now)
    return len(members)


def _due(now: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(due_at__lte=now).order_by("due_at")


@db.transaction_required
def _claim(due: QuerySet[Membership]) -> list[Membership]:
    members = list(due.select_for_update(skip_locked=True)[:CLAIMED])
    give_terms(members)
    return members


@db.transaction_required
def _owed(members: list[Membership]) -> dict[object, Invoice]:
    owes = [member.owes for member in members if member.owes is not None]
    found = Invoice.objects.filter(pk__in=owes).select_for_update().order_by("pk") if owes else ()
    return {invoice.membership_id: invoice for invoice in found}


def _do(changes: Writing, member: Membership, owed: Invoice | None, now: datetime) -> None:
    match member.state:
        case MembershipState.PAUSED:
            come_back(changes, member)
        case MembershipState.INCOMPLETE:
            end(changes, member, owed, Why.EXPIRED, state=MembershipState.INCOMPLETE_EXPIRED)
        case _ if owed is not None and not owed.is_under_way:
            member.due_at = now + SILENCE
            # Nothing speaks against a card that was never asked.
            changes.ask(owed, method=owed.method if owed.reason == NO_ANSWER else "")
            changes.save(member)
        case _ if owed is not None:
            member.due_at = now + SILENCE
            changes.look_at(member)
            changes.save(member)
        case _ if member.cancels:
            end(changes, member, None, Why.ENDED)
        case _:
            _renew(changes, member, now)


def _renew(changes: Writing, member: Membership, now: datetime) -> None:
    """The next period begins, perhaps on another plan."""
    period = next_period(member)
    if member.becomes is not None:
        member.have(member.becomes)
        member.begin_anew(period.begins)
    elif member.terms_on(period.begins) != member.version_of:
        member.have(member.terms_on(period.begins))
    invoice = next_invoice(member, InvoiceKind.RENEWAL, method=member.method)
    if not invoice.total:
        invoice.state_name = InvoiceState.PAID.value
        settled(member, invoice)
        changes.open(invoice)
        changes.tell(member, Why.RENEWED, about=invoice)
        return
    member.owes = invoice.id
    # A day that was missed is made up for at once, as soon as this one is paid.
    member.due_at = max(now, begins_at(member, invoice.begins)) + SILENCE
    changes.ask(invoice, method=member.method)
    changes.open(invoice)
    changes.save(member)
