"""What went back, and what customers have in writing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from modules.orders import selectors
from modules.orders.models import Receipt, Refund
from tiffin import clock
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.queues import queue


@register(Receipt)
class ReceiptAdmin(Exported, ModuleAdmin):
    """What customers have in writing. Nothing of it ever changes."""

    list_display = ("number", "kind_name", "party_name", "region", "order", "money", "issued_at", "page")
    list_filter = ("kind_name", "party_name", "region", ("issued_at", admin.DateFieldListFilter))
    search_fields = ("=number", "=order__id", "=order__code", "=order__customer_id")
    list_select_related = ("order", "corrects")
    export_columns = (
        "id", "number", "kind", "party", "issuer", "tax_id", "region", "order_id", "order_code", "corrects",
        "total_minor", "total", "currency", "tax_minor", "tax", "tax_currency", "time_zone", "issued_at",
    )  # fmt: skip

    def export_row(self, row: Receipt) -> Iterable[Cell]:
        """Negative in a correction. Who issued it stands as it stood then."""
        return (
            str(row.id), row.number, row.kind_name, row.party_name, row.issuer["name"], row.issuer["tax_id"],
            row.region, str(row.order_id), row.order.code, row.corrects.number if row.corrects else "",
            *money_cells(row.total, row.currency), *money_cells(row.tax, row.currency),
            zone_cell(row.region), time_cell(row.issued_at, row.region),
        )  # fmt: skip

    @admin.display(description="Total", ordering="total")
    def money(self, receipt: Receipt) -> str:
        return str(receipt.order.money(receipt.total))

    @admin.display(description="")
    def page(self, receipt: Receipt) -> str:
        return format_html('<a href="{}">View</a>', reverse("admin:orders_receipt_page", args=[receipt.pk]))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.receipt_page)
        return [path("<uuid:receipt_id>/page/", page, name="orders_receipt_page"), *super().get_urls()]

    def receipt_page(self, request: HttpRequest, receipt_id: UUID) -> HttpResponse:
        """As its customer sees it, with the name if the staff's role may read it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        receipt = self.get_queryset(request).select_related("order", "corrects").filter(pk=receipt_id).first()
        if receipt is None:
            raise Http404("There is no such receipt.")
        return HttpResponse(selectors.printed(receipt).html)


@register(Refund)
class RefundAdmin(Exported, ModuleAdmin):
    list_display = ("order", "number", "money", "reason", "owed_at", "done_at", "charged_back_at", "attempt")
    list_filter = (
        "order__region",
        ("done_at", admin.EmptyFieldListFilter),
        ("charged_back_at", admin.EmptyFieldListFilter),
        "reason",
    )
    region_field = "order__region"
    search_fields = ("=order__id", "order__code")
    list_select_related = ("order",)

    export_columns = (
        "order_id", "order_code", "region", "number", "amount_minor", "amount", "currency", "reason",
        "claim_id", "time_zone", "owed_at", "done_at", "charged_back_at", "by_venue_minor",
    )  # fmt: skip

    def export_row(self, row: Refund) -> Iterable[Cell]:
        order = row.order
        return (
            str(order.id), order.code, order.region, row.number, *money_cells(row.amount, order.currency),
            row.reason, str(row.claim_id or ""), zone_cell(order.region),
            *(time_cell(at, order.region) for at in (row.owed_at, row.done_at, row.charged_back_at)),
            row.by_venue,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, refund: Refund) -> str:
        return str(refund.order.money(refund.amount))


UNWRITTEN_AFTER = timedelta(minutes=5)

queue(
    "Refunds not in writing",
    Refund,
    lambda: {
        "receipted__exact": "0",
        "done_at__lt": (clock.now() - UNWRITTEN_AFTER).isoformat(),
    },
    why="Corrections should be there within a minute: the log says what keeps them. They are tried again.",
)
