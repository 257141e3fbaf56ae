"""Numbers of invoices: given afterwards, in the order of issue, so that nobody who bills waits for others."""

from __future__ import annotations

from modules.subscriptions.models import InvoiceSeries
from tiffin import db

_WANTED = "SELECT DISTINCT region FROM subscriptions_invoice WHERE number IS NULL"
_GIVE = """
WITH next AS (
    SELECT id, row_number() OVER (ORDER BY opened_at, id) AS place FROM (
        SELECT id, opened_at FROM subscriptions_invoice WHERE region = %(region)s AND number IS NULL
        ORDER BY opened_at, id LIMIT %(most)s
    ) AS unnumbered
), given AS (
    UPDATE subscriptions_invoice AS invoice SET number = %(last)s + next.place FROM next
    WHERE invoice.id = next.id RETURNING invoice.id
)
SELECT count(*) FROM given
"""
MOST = 5_000


def number_invoices() -> bool:
    """Those that have none, a batch of each region. Returns whether there may be more."""
    more = False
    for (region,) in db.select(_WANTED):
        with db.transaction():
            InvoiceSeries.objects.get_or_create(region=region)
            series = InvoiceSeries.objects.select_for_update().get(region=region)
            ((count,),) = db.select(_GIVE, region=region, last=series.last, most=MOST)
            series.last += count
            series.save(update_fields=("last",))
        more = more or count == MOST
    return more
