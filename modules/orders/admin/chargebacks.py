"""What customers' banks took back, as it concerns orders: the cases themselves are answered at payments."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.orders import services
from modules.orders.models import Chargeback
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.queues import queue


@register(Chargeback)
class ChargebackAdmin(Exported, ModuleAdmin):
    """What was owed besides is not given back twice; what came of it stands on the order's timeline."""

    list_display = ("order", "money", "reason", "dispute", "charged_at", "reversed_at", "owed", "seen_at")
    list_filter = (
        "order__region",
        "reason",
        ("reversed_at", admin.EmptyFieldListFilter),
        ("seen_at", admin.EmptyFieldListFilter),
        ("charged_at", admin.DateFieldListFilter),
    )
    region_field = "order__region"
    search_fields = ("=dispute", "=order__id", "=order__code", "=order__customer_id")
    list_select_related = ("order",)
    actions = ("note",)
    export_columns = (
        "order_id", "order_code", "region", "dispute", "amount_minor", "amount", "currency", "reason",
        "time_zone", "charged_at", "reversed_at", "seen_at", "seen_by",
    )  # fmt: skip

    def export_row(self, row: Chargeback) -> Iterable[Cell]:
        order = row.order
        charged, won, seen = (
            time_cell(at, order.region) for at in (row.charged_at, row.reversed_at, row.seen_at)
        )
        return (
            str(order.id), order.code, order.region, row.dispute, *money_cells(row.amount, order.currency),
            row.reason, zone_cell(order.region), charged, won, seen, row.seen_by,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, case: Chargeback) -> str:
        return str(case.order.money(case.amount))

    @admin.display(description="Order's refund", ordering="order__refund_state")
    def owed(self, case: Chargeback) -> str:
        return case.order.refund_state

    @admin.action(description="Looked at", permissions=["act"])
    def note(self, request: HttpRequest, queryset: QuerySet[Chargeback]) -> None:
        for case in queryset:
            services.note_chargeback(chargeback_id=case.id)


queue(
    "Orders charged back",
    Chargeback,
    lambda: {"seen_at__isnull": "1", "charged_at__isnull": "0"},
    why="A bank took the money of these: what was owed besides is left out. Look at the order, then note it.",
)
