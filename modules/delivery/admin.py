"""Couriers and deliveries on the staff's pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.delivery import services
from modules.delivery.models import Courier, DeliveryTask, Offer
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register


class Offers(ReadOnlyInline):
    model = Offer
    fields = ("courier", "state_name", "distance_m", "offered_at", "expires_at")
    ordering = ("offered_at",)


@register(DeliveryTask)
class DeliveryTaskAdmin(ModuleAdmin):
    list_display = ("id", "region", "state_name", "pickup_name", "courier_id", "ready_at", "created_at")
    list_filter = ("state_name", "region")
    search_fields = ("id", "courier_id", "pickup_name")
    exclude = ("dropoff_sealed", "handover_code")
    inlines = (Offers,)
    actions = ("cancel", "confirm_handover")

    @admin.action(description="Cancel before pick-up", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> None:
        for task in queryset:
            services.cancel(order_id=task.id, reason="staff")

    @admin.action(description="The customer has it: confirm the handover", permissions=["act"])
    def confirm_handover(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> None:
        for task in queryset:
            services.confirm_by_staff(order_id=task.id)


@register(Courier)
class CourierAdmin(ModuleAdmin):
    list_display = ("id", "region", "on_shift", "shift_started_at", "last_seen_at", "last_offered_at")
    list_filter = ("on_shift", "region")
    search_fields = ("id",)
    actions = ("end_shift",)

    @admin.action(description="End the shift", permissions=["act"])
    def end_shift(self, request: HttpRequest, queryset: QuerySet[Courier]) -> None:
        for courier in queryset:
            services.end_shift(courier_id=courier.id)
