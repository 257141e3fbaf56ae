"""Orders on the staff's pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.orders import services
from modules.orders.models import (
    KnownMenu,
    KnownRestaurant,
    KnownUnavailable,
    Order,
    OrderComponent,
    OrderLine,
    TimelineEntry,
)
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register


class Timeline(ReadOnlyInline):
    model = TimelineEntry
    fields = ("seq", "at", "axis", "from_state", "to_state", "status_name", "actor", "cause", "note")


class Lines(ReadOnlyInline):
    model = OrderLine
    fields = ("number", "quantity", "title", "unit_price", "options")


class Components(ReadOnlyInline):
    model = OrderComponent
    fields = ("number", "kind", "label", "amount", "tax_category", "tax_rate", "tax", "liable", "line")


@register(Order)
class OrderAdmin(ModuleAdmin):
    list_display = ("code", "region", "status_name", "restaurant_name", "amount", "waits", "created_at")
    list_filter = ("status_name", "region", "waits_for", "cancel_reason")
    search_fields = ("id", "code", "customer_id", "restaurant_id", "payment_id")
    exclude = ("sealed", "dropoff_lat", "dropoff_lon", "pickup")
    inlines = (Timeline, Lines, Components)
    actions = ("cancel",)

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


@register(KnownRestaurant)
class KnownRestaurantAdmin(ModuleAdmin):
    list_display = ("name", "region", "menu_version")
    list_filter = ("region",)
    search_fields = ("id", "name")


@register(KnownMenu)
class KnownMenuAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "version", "hash")
    search_fields = ("restaurant_id",)
    exclude = ("document",)


@register(KnownUnavailable)
class KnownUnavailableAdmin(ModuleAdmin):
    list_display = ("restaurant_id", "item_id", "until")
    search_fields = ("restaurant_id", "item_id")
