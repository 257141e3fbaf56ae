"""The days of the points, and the bills of partners."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin

from modules.rewards.models import LiabilityDay, PartnerBill
from modules.rewards.models.books import ASIDE, CAME, WENT
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue

_MOVED = (*CAME, *WENT)


@register(LiabilityDay)
class LiabilityDayAdmin(Exported, ModuleAdmin):
    """What the region owed its customers in points at the end of each day, and what moved it."""

    list_display = (
        "day", "region", "opening_points", *_MOVED, "closing_points", "value", "difference",
    )  # fmt: skip
    list_filter = ("agrees", "region", ("day", admin.DateFieldListFilter))
    ordering = ("-day",)
    export_columns = (
        "day", "region", "opening_points", *_MOVED, "closing_points", "counted_points", "difference", *ASIDE,
        "price_points", "price_amount", "value_minor", "value", "currency", "closed_at",
    )  # fmt: skip

    def export_row(self, row: LiabilityDay) -> Iterable[Cell]:
        return (
            row.day.isoformat(), row.region, row.opening_points, *(getattr(row, name) for name in _MOVED),
            row.closing_points, row.counted_points, row.difference, *(getattr(row, name) for name in ASIDE),
            row.price_points, row.price_amount, *money_cells(row.closing_value, row.currency),
            time_cell(row.closed_at, row.region),
        )  # fmt: skip


@register(PartnerBill)
class PartnerBillAdmin(Exported, ModuleAdmin):
    """What partners owe for the points of their campaigns. It is collected by payments, under the bill's
    id."""

    list_display = (
        "month", "region", "partner_name", "campaign_id", "points", "money", "state_name", "invoice",
        "due_on",
    )  # fmt: skip
    list_filter = (Made, "state_name", "partner_kind", "region", ("month", admin.DateFieldListFilter))
    search_fields = ("=id", "=campaign_id", "=partner_id", "partner_name", "=invoice")
    exclude = ("log_txid",)
    export_columns = (
        "month", "region", "id", "campaign_id", "partner_kind", "partner_id", "partner", "points",
        "price_points", "price_amount", "amount_minor", "amount", "currency", "state", "invoice", "due_on",
    )  # fmt: skip

    def export_row(self, row: PartnerBill) -> Iterable[Cell]:
        return (
            row.month.isoformat(), row.region, str(row.id), str(row.campaign_id), row.partner_kind,
            str(row.partner_id), row.partner_name, row.points, row.price_points, row.price_amount,
            *money_cells(row.amount, row.currency), row.state_name, row.invoice, str(row.due_on or ""),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, bill: PartnerBill) -> str:
        return str(bill.money)


queue(
    "Days of points that do not tie",
    LiabilityDay,
    lambda: {"agrees__exact": "0"},
    why="What moved and what lies in the lots are not the same: audit says of whom.",
)
