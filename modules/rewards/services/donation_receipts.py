"""Putting donations in writing: numbers without gaps, given to many at once, after the fact."""

from __future__ import annotations

from datetime import datetime

from modules.rewards import policies
from modules.rewards.models import Donation, DonationReceipt, ReceiptSeries
from modules.rewards.policies import DonationReceipts
from tiffin import clock, db, ids, regions
from tiffin.regions import Region

AT_ONCE = 500


def write_donation_receipts(*, at_once: int = AT_ONCE) -> int:
    """Write the receipts of some donations that have none; how many were looked at. A batch takes what nobody
    else has taken; its documents, their numbers and where the series stands are committed together."""
    return sum(_write_batch(region, at_once) for region in regions.all())


def _write_batch(region: Region, at_once: int) -> int:
    now = clock.now()
    rule = policies.donation_receipts(region, region.local(now).date())
    with db.transaction():
        due = Donation.objects.filter(region=region.code, receipted=False).order_by("pk")
        donations = list(due.select_for_update(skip_locked=True)[:at_once])
        if rule is not None:
            _number(region, rule, [each for each in donations if _goes_in_writing(each, rule)], now)
        Donation.objects.filter(pk__in=[each.pk for each in donations]).update(receipted=True)
    return len(donations)


def _goes_in_writing(donation: Donation, rule: DonationReceipts) -> bool:
    """What went back before it was in writing never is."""
    return donation.left > 0 and (rule.points or not donation.points)


@db.transaction_required
def _number(region: Region, rule: DonationReceipts, donations: list[Donation], now: datetime) -> None:
    if not donations:
        return
    year = str(region.local(now).year)
    series = _lock_series(region.code, year if "{year}" in rule.number else "")
    db.insert(
        *(
            DonationReceipt(
                id=ids.derived(donation.id, "receipt"),
                series=series,
                seq=seq,
                number=rule.number.format(year=year, seq=seq),
                region=region.code,
                donation=donation,
                language=rule.language,
                amount=donation.left,
                issued_at=now,
            )
            for seq, donation in enumerate(donations, start=series.last + 1)
        )
    )
    series.last += len(donations)
    series.save(update_fields=("last",))


def _lock_series(region: str, period: str) -> ReceiptSeries:
    ReceiptSeries.objects.bulk_create([ReceiptSeries(region=region, period=period)], ignore_conflicts=True)
    series: ReceiptSeries = ReceiptSeries.objects.select_for_update().get(region=region, period=period)
    return series
