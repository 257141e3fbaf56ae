"""Orders, with all that happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.orders import services
from modules.orders.interface import OrderState, PaymentState, RefundState
from modules.orders.models import CancellationFee, Order, OrderComponent, OrderLine, Refund, TimelineEntry
from modules.orders.models.order import OPEN
from tiffin import clock
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.queues import queue


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
    fields = ("number", "amount", "reason", "claim", "owed_at", "done_at", "attempt")


class Fee(ReadOnlyInline):
    """What is kept of an order that was stopped."""

    model = CancellationFee
    fields = ("amount", "by", "stage", "made_at", "parts")


@register(Order)
class OrderAdmin(Exported, ModuleAdmin):
    list_display = ("code", "region", "status_name", "restaurant_name", "amount", "waits", "created_at")
    list_filter = ("status_name", "region", "waits_for", "cancel_reason")
    search_fields = ("id", "code", "customer_id", "restaurant_id", "payment_id")
    exclude = ("sealed", "names", "dropoff_lat", "dropoff_lon", "pickup")
    inlines = (Timeline, Lines, Components, Fee, Refunds)
    actions = ("cancel",)
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

    @admin.action(description="Cancel: stop it and give the money back", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        for order in queryset:
            services.cancel_order_by_staff(order_id=order.id, note="staff_pages")


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
