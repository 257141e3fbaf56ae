"""What advertisers owe."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin

from modules.ads.models import Bill
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, money_cells


@register(Bill)
class BillAdmin(Exported, ModuleAdmin):
    """It is collected by payments, under the bill's id."""

    list_display = (
        "month", "region", "payer_name", "advertiser_id", "money", "state_name", "invoice", "due_on",
    )  # fmt: skip
    list_filter = ("state_name", "payer_kind", "region", ("month", admin.DateFieldListFilter))
    search_fields = ("=id", "=advertiser_id", "=payer_id", "payer_name", "=invoice")
    exclude = ("log_txid",)
    ordering = ("-month",)
    export_columns = (
        "month", "region", "id", "advertiser_id", "payer_kind", "payer_id", "payer", "micros", "amount_minor",
        "amount", "currency", "state", "invoice", "due_on",
    )  # fmt: skip

    def export_row(self, row: Bill) -> Iterable[Cell]:
        return (
            row.month.isoformat(), row.region, str(row.id), str(row.advertiser_id), row.payer_kind,
            str(row.payer_id), row.payer_name, row.micros, *money_cells(row.amount, row.currency),
            row.state_name, row.invoice, str(row.due_on or ""),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, bill: Bill) -> str:
        return str(bill.money)
