"""Numbers of invoices and of credit notes: given afterwards, in the order of issue, so that nobody who bills
waits for others."""

from __future__ import annotations

from modules.subscriptions.models import InvoiceSeries
from tiffin import db

_WANTED = """
SELECT region FROM subscriptions_invoice WHERE number IS NULL
UNION SELECT region FROM subscriptions_creditnote WHERE number IS NULL
"""
_GIVE_INVOICES = """
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
# A credit note is issued after its invoice has a number.
_GIVE_CREDITS = """
WITH next AS (
    SELECT id, row_number() OVER (ORDER BY opened_at, id) AS place FROM (
        SELECT note.id, note.opened_at FROM subscriptions_creditnote AS note
        JOIN subscriptions_invoice AS invoice ON invoice.id = note.invoice_id AND invoice.number IS NOT NULL
        WHERE note.region = %(region)s AND note.number IS NULL
        ORDER BY note.opened_at, note.id LIMIT %(most)s
    ) AS unnumbered
), given AS (
    UPDATE subscriptions_creditnote AS note SET number = %(last)s + next.place FROM next
    WHERE note.id = next.id RETURNING note.id
)
SELECT count(*) FROM given
"""
MOST = 5_000


def number_invoices() -> bool:
    """Those that have none, and credit notes, a batch of each region. Returns whether there may be more."""
    more = False
    for (region,) in db.select(_WANTED):
        with db.transaction():
            InvoiceSeries.objects.get_or_create(region=region)
            series = InvoiceSeries.objects.select_for_update().get(region=region)
            ((invoices,),) = db.select(_GIVE_INVOICES, region=region, last=series.last, most=MOST)
            ((credit,),) = db.select(_GIVE_CREDITS, region=region, last=series.last_credit, most=MOST)
            series.last, series.last_credit = series.last + invoices, series.last_credit + credit
            series.save(update_fields=("last", "last_credit"))
        more = more or MOST in {invoices, credit}
    return more
