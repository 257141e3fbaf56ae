"""What must always hold of the books: days of points follow each other and tie, and bills are entered."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.rewards.interface import Flow
from modules.rewards.models import PROGRAMME, Entry, LiabilityDay, PartnerBill
from tiffin import ids
from tiffin.audit import Inspection, rule

BILLS_A_PAGE = 1000


@rule
def days_of_points_tie(inspection: Inspection) -> None:
    """Each closed day begins with what the day before ended with, none is missing, and what moved and what
    lay in the lots are the same. Counts days."""
    for region in LiabilityDay.objects.order_by().values_list("region", flat=True).distinct():
        before: LiabilityDay | None = None
        for day in LiabilityDay.objects.filter(region=region).order_by("day").iterator():
            if not day.agrees:
                told = f"{day.closing_points} by what moved, and {day.counted_points} in the lots"
                inspection.find("", f"{region} ended {day.day} with {told}")
            if day.opening_points != (before.closing_points if before else 0):
                inspection.find("", f"{region} began {day.day} with other points than it had")
            if before is not None and day.day - before.day != timedelta(days=1):
                inspection.find("", f"{region} has not closed the day before {day.day}")
            before = day
            inspection.looked(1)


@rule
def bills_are_entered(inspection: Inspection) -> None:
    """The points of a partner's bill were taken from its campaign's account, and no others. Counts bills."""
    last: UUID = PROGRAMME
    while page := list(PartnerBill.objects.filter(pk__gt=last).order_by("pk")[:BILLS_A_PAGE]):
        wanted = {ids.derived(bill.pk, Flow.BILL.value): bill for bill in page}
        entries = {entry.pk: entry for entry in Entry.objects.filter(pk__in=list(wanted))}
        for entry_id, bill in wanted.items():
            entry = entries.get(entry_id)
            entered = entry and (entry.party_id, entry.amount, entry.region)
            if entered != (bill.campaign_id, bill.points, bill.region):
                inspection.find(bill.pk, f"{bill.points} points are billed, and entered is {entered}")
        inspection.looked(len(page))
        last = page[-1].pk
