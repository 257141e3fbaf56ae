"""What must always hold of memberships and their invoices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipState
from modules.subscriptions.models import CreditNote, Invoice, InvoiceSeries, Membership
from modules.subscriptions.services.due import HELD_REASON
from modules.subscriptions.states import ENDED
from tiffin import clock
from tiffin.audit import Inspection, rule

PAGE = 1000
# Nothing is done by itself of what was given up until somebody pays.
_TIMELESS = frozenset({*ENDED, MembershipState.UNPAID})
LATE = timedelta(hours=1)


@rule
def memberships_are_not_forgotten(inspection: Inspection) -> None:
    """Each membership that is not over has something that happens next, and should not have long ago; one
    that is over has nothing. Counts memberships."""
    overdue = clock.now() - LATE
    for page in _pages(Membership.objects.all()):
        for member in page:
            if (member.due_at is None) is not (member.state in _TIMELESS):
                inspection.find(member.pk, f"it is {member.state_name}, and next is due {member.due_at}")
            elif member.reason == HELD_REASON:
                inspection.find(member.pk, "something is wrong with it, and it is held; the log says what")
            elif member.due_at is not None and member.due_at < overdue:
                inspection.find(member.pk, f"it is {member.state_name}, and was due {member.due_at}")
        inspection.looked(len(page))


@rule
def days_are_billed_once(inspection: Inspection) -> None:
    """No day of a membership is in two invoices for periods that were not given up, and what is open of a
    membership is what it owes. Counts memberships."""
    for page in _pages(Membership.objects.all()):
        invoices = Invoice.objects.filter(membership__in=page).exclude(kind=InvoiceKind.CHANGE.value)
        by_member: dict[UUID, list[Invoice]] = {}
        for invoice in invoices.exclude(state_name=InvoiceState.VOID.value).order_by(
            "membership_id", "begins"
        ):
            by_member.setdefault(invoice.membership_id, []).append(invoice)
        for member in page:
            for problem in _problems(member, by_member.get(member.pk, [])):
                inspection.find(member.pk, problem)
        inspection.looked(len(page))


def _problems(member: Membership, invoices: list[Invoice]) -> Iterator[str]:
    for before, after in pairwise(invoices):
        if after.begins < before.ends and before.state is not InvoiceState.UNCOLLECTIBLE:
            yield f"the days from {after.begins} are billed twice: by {before.pk} and {after.pk}"
    owed = [invoice.pk for invoice in invoices if invoice.state is InvoiceState.OPEN]
    if member.is_over and owed:
        yield f"it is {member.state_name}, and {owed[0]} is still open"
    if owed and not member.is_over and owed != [member.owes]:
        yield f"{owed[0]} is open, and it owes {member.owes}"


@rule
def invoices_are_numbered(inspection: Inspection) -> None:
    """The invoices of a region that have a number are 1, 2, 3, … up to as many as were given, and so are the
    credit notes. Counts regions."""
    invoices, credits = _numbered(Invoice.objects.all()), _numbered(CreditNote.objects.all())
    for series in InvoiceSeries.objects.all():
        for what, found, given in (
            ("invoices", invoices, series.last),
            ("credit notes", credits, series.last_credit),
        ):
            first, last, count = found.get(series.region, (0, 0, 0))
            if given and (first, last, count) != (1, given, given):
                inspection.find(
                    series.region, f"{count} {what} are numbered {first} to {last}, not 1 to {given}"
                )
        inspection.looked(1)


def _numbered(rows: QuerySet[Any]) -> dict[str, tuple[int, int, int]]:
    """First, last and count of each region."""
    numbered = rows.filter(number__isnull=False).order_by().values("region")
    return {
        row["region"]: (row["first"], row["last"], row["count"])
        for row in numbered.annotate(first=Min("number"), last=Max("number"), count=Count("pk"))
    }


@rule
def what_is_not_owed_is_credited(inspection: Inspection) -> None:
    """Credit notes are over all of an invoice that is void, and over what goes back of one that was paid.
    Counts invoices."""
    wanted = Invoice.objects.filter(Q(state_name=InvoiceState.VOID.value) | Q(refunded__gt=0))
    for page in _pages(wanted.annotate(credited=Sum("credits__total"))):
        for invoice in page:
            owed_not = invoice.total if invoice.state is InvoiceState.VOID else invoice.refunded
            if (invoice.credited or 0) != owed_not:
                inspection.find(
                    invoice.pk, f"{owed_not} are not owed, and {invoice.credited or 0} are credited"
                )
        inspection.looked(len(page))


def _pages(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows by key, each page in one statement."""
    last, ordered = None, rows.order_by("pk")
    while page := list((ordered if last is None else ordered.filter(pk__gt=last))[:PAGE]):
        yield page
        last = page[-1].pk
