"""Payments on the staff's pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.payments import services
from modules.payments.models import Payment, PaymentEntry, RefundRequest, SandboxCharge
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register


class Entries(ReadOnlyInline):
    model = PaymentEntry
    fields = ("kind", "amount", "reference", "at")


class Refunds(ReadOnlyInline):
    model = RefundRequest
    fields = ("number", "amount", "reason", "state_name", "wanted_at")


@register(Payment)
class PaymentAdmin(ModuleAdmin):
    list_display = ("id", "order_id", "region", "state_name", "money", "method", "created_at")
    list_filter = ("state_name", "region")
    search_fields = ("id", "order_id", "customer_id")
    inlines = (Entries, Refunds)
    actions = ("void", "refund", "ask_provider")

    @admin.action(description="Void: let go of what is held", permissions=["act"])
    def void(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        for payment in queryset:
            services.void(payment_id=payment.id)

    @admin.action(description="Refund all that is left", permissions=["act"])
    def refund(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        for payment in queryset:
            services.refund(payment_id=payment.id, amount=payment.refundable, reason="staff")

    @admin.action(description="Ask the provider what became of it", permissions=["act"])
    def ask_provider(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        for payment in queryset:
            services.record_provider_notification(key=payment.charge_key)


@register(SandboxCharge)
class SandboxChargeAdmin(ModuleAdmin):
    list_display = ("reference", "kind", "amount", "currency", "method", "outcome", "reason", "created_at")
    list_filter = ("kind", "outcome")
    search_fields = ("key", "reference")
    ordering = ("-created_at",)
