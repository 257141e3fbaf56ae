"""Payments on the staff's pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.payments import services
from modules.payments.models import (
    Dispute,
    KeptMethod,
    Payment,
    PaymentEntry,
    ProviderNotice,
    RefundRequest,
    SandboxCharge,
)
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register


class Entries(ReadOnlyInline):
    model = PaymentEntry
    fields = ("kind", "amount", "reference", "at")


class Refunds(ReadOnlyInline):
    model = RefundRequest
    fields = ("number", "amount", "reason", "state_name", "wanted_at")


@register(Payment)
class PaymentAdmin(ModuleAdmin):
    list_display = ("id", "order_id", "region", "state_name", "money", "method", "provider", "created_at")
    list_filter = ("state_name", "provider", "region")
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


@register(ProviderNotice)
class ProviderNoticeAdmin(ModuleAdmin):
    list_display = ("created_at", "provider", "kind", "state_name", "reason", "deliveries", "charge")
    list_filter = ("state_name", "provider", "kind")
    search_fields = ("id", "event_id", "charge", "reference")
    exclude = ("body",)
    readonly_fields = ("raw",)
    actions = ("process_again",)

    @admin.display(description="body")
    def raw(self, notice: ProviderNotice) -> str:
        return bytes(notice.body).decode(errors="backslashreplace")

    @admin.action(description="Process again", permissions=["act"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[ProviderNotice]) -> None:
        for notice in queryset:
            services.process_again(notice_id=notice.id)


@register(Dispute)
class DisputeAdmin(ModuleAdmin):
    """The queue of what banks dispute: what must be answered soonest comes first."""

    list_display = ("reference", "region", "state_name", "reason", "amount", "answer_by", "payment")
    list_filter = ("state_name", "reason", "region")
    search_fields = ("reference", "payment__id", "payment__order_id")
    ordering = ("answer_by",)
    actions = ("ask_provider",)

    @admin.action(description="Ask the provider how it stands", permissions=["act"])
    def ask_provider(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> None:
        for dispute in queryset:
            services.ask_for_disputes(payment_id=dispute.payment_id)


@register(KeptMethod)
class KeptMethodAdmin(ModuleAdmin):
    list_display = ("id", "customer_id", "region", "provider", "state_name", "brand", "last4", "reason")
    list_filter = ("state_name", "provider", "region")
    search_fields = ("id", "customer_id", "setup")
    exclude = ("secret",)
