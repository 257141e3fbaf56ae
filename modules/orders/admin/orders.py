"""Orders, with all that happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from modules.orders import selectors, services
from modules.orders.interface import OrderState, PaymentState, RefundState
from modules.orders.models import (
    CancellationFee,
    Chargeback,
    Order,
    OrderComponent,
    OrderLine,
    Refund,
    TimelineEntry,
)
from modules.orders.models.order import OPEN
from modules.orders.policies import Canceller
from tiffin import clock
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue

# What is never kept: whoever says nothing has seen nothing.
UNSAID = -1


class Timeline(ReadOnlyInline):
    model = TimelineEntry
    fields = ("seq", "at", "axis", "from_state", "to_state", "status_name", "actor", "cause", "note")


class Lines(ReadOnlyInline):
    model = OrderLine
    fields = ("number", "quantity", "title", "unit_price", "options", "person", "note")


class Components(ReadOnlyInline):
    model = OrderComponent
    fields = (
        "number",
        "kind",
        "label",
        "amount",
        "tax_category",
        "tax_rate",
        "tax",
        "liable",
        "line",
        "explanation",
    )


class Refunds(ReadOnlyInline):
    model = Refund
    fields = (
        "number",
        "amount",
        "reason",
        "claim",
        "owed_at",
        "done_at",
        "charged_back_at",
        "attempt",
        "points",
        "points_done_at",
        "by_venue",
    )


class Chargebacks(ReadOnlyInline):
    model = Chargeback
    fields = ("dispute", "amount", "reason", "charged_at", "reversed_at", "seen_at")


class Fee(ReadOnlyInline):
    """What is kept of an order that was stopped."""

    model = CancellationFee
    fields = ("amount", "by", "stage", "made_at", "parts")


@register(Order)
class OrderAdmin(Exported, ModuleAdmin):
    list_display = ("code", "region", "status_name", "restaurant_name", "amount", "waits", "created_at")
    list_filter = (
        Made,
        "status_name",
        "region",
        "fulfilment_name",
        "points_state",
        "waits_for",
        "cancel_reason",
    )
    search_fields = ("id", "code", "customer_id", "restaurant_id", "payment_id")
    exclude = ("sealed", "names", "dropoff_lat", "dropoff_lon", "pickup")
    inlines = (Timeline, Lines, Components, Fee, Refunds, Chargebacks)
    actions = ("cancel",)
    previews = {"cancel": "preview_cancel"}
    export_columns = (
        "id", "code", "region", "status", "fulfilment", "restaurant_id", "restaurant", "customer_id",
        "total_minor", "total", "currency", "refunded_minor", "refunded", "refunded_currency",
        "time_zone", "placed_at", "accepted_at", "ready_at", "delivered_at", "cancel_reason",
    )  # fmt: skip

    def export_row(self, row: Order) -> Iterable[Cell]:
        return (
            str(row.id), row.code, row.region, row.status_name, row.fulfilment_name,
            str(row.restaurant_id), row.restaurant_name, str(row.customer_id),
            *money_cells(row.total, row.currency), *money_cells(row.refunded, row.currency),
            zone_cell(row.region),
            *(time_cell(at, row.region)
              for at in (row.created_at, row.accepted_at, row.ready_at, row.delivered_at)),
            row.cancel_reason,
        )  # fmt: skip

    @admin.display(description="Total", ordering="total")
    def amount(self, order: Order) -> str:
        return str(order.money(order.total))

    @admin.display(description="Waits for", ordering="waits_until")
    def waits(self, order: Order) -> str:
        return f"{order.waits_for} {order.waits_until:%H:%M:%S}" if order.waits_until else ""

    @admin.action(
        description="Cancel: see what goes back and what is kept, then confirm", permissions=["act"]
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """What is confirmed is what the page said: an order that has gone on since is shown anew."""
        for order in queryset:
            said = request.POST.get(f"keeps-{order.pk}", "")
            keeps = int(said[:18]) if said.isascii() and said.isdigit() else UNSAID
            services.cancel_order_by_staff(order_id=order.id, note="staff_pages", keeps=keeps)

    def preview_cancel(
        self, request: HttpRequest, queryset: QuerySet[Order], status: int = HTTPStatus.OK
    ) -> HttpResponse:
        """What stopping these would mean, each line by line."""
        seen = [(order, selectors.preview(order, Canceller.STAFF)) for order in queryset]
        page = {
            **self.admin_site.each_context(request),
            "title": "What cancelling would mean",
            "seen": [(order, preview, order.money(order.refunded)) for order, preview in seen],
            "number": sum(preview.may_cancel for _, preview in seen),
            "listed": reverse("admin:orders_order_changelist"),
        }
        return TemplateResponse(request, "orders/staff_cancel.html", page, status=status)


STUCK_AFTER = timedelta(minutes=5)
UNWRITTEN_AFTER = timedelta(minutes=5)

queue(
    "Stuck orders",
    Order,
    lambda: {
        "status_name__in": ",".join(status.value for status in OPEN),
        "waits_until__lt": (clock.now() - STUCK_AFTER).isoformat(),
    },
    why="Their deadline is over and nothing has happened: look at the jobs and events that are held.",
)

queue(
    "Orders not in writing",
    Order,
    lambda: {
        "receipted__exact": "0",
        "payment_state__exact": PaymentState.CAPTURED.value,
        "order_state__in": f"{OrderState.COMPLETED.value},{OrderState.CANCELLED.value}",
        "refund_state__in": ",".join(state.value for state in RefundState if state is not RefundState.DUE),
        "changed_at__lt": (clock.now() - UNWRITTEN_AFTER).isoformat(),
    },
    why="Their receipts should be there within a minute: the log says what keeps them. They are tried again.",
)
