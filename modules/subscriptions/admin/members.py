"""Members, what they owe and paid, and each attempt to charge it; what staff do for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from modules.subscriptions import services
from modules.subscriptions.models import Attempt, CreditNote, Invoice, Membership
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.actions import Beside, Noted, note_of, number_beside
from tiffin.admin.exporting import Cell, Exported, time_cell


class Invoices(ReadOnlyInline):
    model = Invoice
    fields = ("number", "kind", "begins", "ends", "total", "tax", "state_name", "refunded", "paid_at")


class Attempts(ReadOnlyInline):
    model = Attempt
    fields = ("number", "method", "asked_at", "outcome", "reason", "unwanted", "undone")


class CreditNotes(ReadOnlyInline):
    model = CreditNote
    fields = ("number", "reason", "total", "tax", "opened_at", "note", "made_by")


class Days(Beside):
    """What a pause takes."""

    days = forms.IntegerField(
        required=False,
        min_value=1,
        label="Days",
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "Days of a pause"}),
    )


class Amount(Noted):
    """What giving back takes."""

    amount = forms.IntegerField(
        required=False,
        min_value=1,
        label="Amount",
        widget=UnfoldAdminIntegerFieldWidget(
            attrs={"placeholder": "In the smallest unit of the money; empty: all"}
        ),
    )


@register(Membership)
class MembershipAdmin(Exported, ModuleAdmin):
    list_display = (
        "customer_id",
        "plan",
        "region",
        "state_name",
        "started_on",
        "paid_to",
        "due_at",
        "cancels",
    )
    list_filter = ("state_name", "region", "cancels", "plan__months")
    search_fields = ("=id", "=customer_id", "plan__title", "=plan__code")
    inlines = (Invoices,)
    action_form = Days
    actions = ("cancel", "cancel_now", "keep", "pause", "resume", "take_back")
    export_columns = (
        "created_at", "region", "id", "customer_id", "plan", "state_name", "started_on", "paid_to",
        "ended_on", "reason",
    )  # fmt: skip

    def export_row(self, row: Membership) -> Iterable[Cell]:
        return (
            time_cell(row.created_at, row.region), row.region, str(row.id), str(row.customer_id),
            row.plan.code, row.state_name, str(row.started_on), str(row.paid_to), str(row.ended_on or ""),
            row.reason,
        )  # fmt: skip

    @admin.action(description="Cancel: it ends when what is paid for is over", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.cancel)

    @admin.action(
        description="Cancel now: what is paid for is not had, and does not go back", permissions=["act"]
    )
    def cancel_now(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.cancel, now=True)

    @admin.action(description="Keep: it does not end after all", permissions=["act"])
    def keep(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.keep)

    @admin.action(description="Pause: for so many days", permissions=["act"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.pause, days=number_beside(request, "days") or 0)

    @admin.action(description="Resume: it goes on today", permissions=["act"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.resume)

    @admin.action(description="Take back: it ends now, and the money goes back", permissions=["act"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._do(queryset, services.take_back)

    def _do(self, queryset: QuerySet[Membership], use_case: Callable[..., Membership], **more: Any) -> None:
        """As the customer would."""
        for member in queryset:
            use_case(customer_id=member.customer_id, membership_id=member.id, **more)


@register(Invoice)
class InvoiceAdmin(Exported, ModuleAdmin):
    list_display = ("number", "customer_id", "region", "kind", "begins", "money", "state_name", "attempt")
    list_filter = ("state_name", "region", "kind")
    search_fields = ("=id", "=customer_id", "=membership__id", "=payment_id", "=number")
    inlines = (Attempts, CreditNotes)
    action_form = Amount
    actions = ("give_back",)
    export_columns = (
        "opened_at", "region", "id", "number", "customer_id", "kind", "begins", "ends", "currency", "total",
        "tax", "refunded", "state_name", "paid_at",
    )  # fmt: skip

    def export_row(self, row: Invoice) -> Iterable[Cell]:
        paid = time_cell(row.paid_at, row.region) if row.paid_at else ""
        return (
            time_cell(row.opened_at, row.region), row.region, str(row.id), row.number or "",
            str(row.customer_id), row.kind, str(row.begins), str(row.ends), row.currency, row.total, row.tax,
            row.refunded, row.state_name, paid,
        )  # fmt: skip

    @admin.action(
        description="Give back: all of it or an amount, with a note that says why", permissions=["act"]
    )
    def give_back(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> None:
        for invoice in queryset:
            services.give_back(
                invoice_id=invoice.id, amount=number_beside(request, "amount"), note=note_of(request)
            )


@register(CreditNote)
class CreditNoteAdmin(Exported, ModuleAdmin):
    """What is not owed of invoices after all."""

    list_display = ("number", "invoice", "region", "reason", "money", "opened_at")
    list_filter = ("reason", "region")
    search_fields = ("=id", "=invoice__id", "=invoice__customer_id", "=number", "=invoice__number")
    export_columns = (
        "opened_at", "region", "id", "number", "invoice_number", "customer_id", "reason", "currency", "total",
        "tax", "note", "made_by",
    )  # fmt: skip

    def export_row(self, row: CreditNote) -> Iterable[Cell]:
        return (
            time_cell(row.opened_at, row.region), row.region, str(row.id), row.number or "",
            row.invoice.number or "", str(row.invoice.customer_id), row.reason, row.currency, row.total,
            row.tax, row.note, row.made_by,
        )  # fmt: skip
