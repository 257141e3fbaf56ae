"""Members, what they owe and paid, and each attempt to charge it: for staff to look at."""

from __future__ import annotations

from collections.abc import Iterable

from modules.subscriptions.models import Attempt, CreditNote, Invoice, Membership
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, time_cell


class Invoices(ReadOnlyInline):
    model = Invoice
    fields = ("number", "kind", "begins", "ends", "total", "tax", "state_name", "refunded", "paid_at")


class Attempts(ReadOnlyInline):
    model = Attempt
    fields = ("number", "method", "asked_at", "outcome", "reason", "unwanted", "undone")


class CreditNotes(ReadOnlyInline):
    model = CreditNote
    fields = ("number", "reason", "total", "tax", "opened_at")


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


@register(Invoice)
class InvoiceAdmin(Exported, ModuleAdmin):
    list_display = ("number", "customer_id", "region", "kind", "begins", "money", "state_name", "attempt")
    list_filter = ("state_name", "region", "kind")
    search_fields = ("=id", "=customer_id", "=membership__id", "=payment_id", "=number")
    inlines = (Attempts, CreditNotes)
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


@register(CreditNote)
class CreditNoteAdmin(Exported, ModuleAdmin):
    """What is not owed of invoices after all."""

    list_display = ("number", "invoice", "region", "reason", "money", "opened_at")
    list_filter = ("reason", "region")
    search_fields = ("=id", "=invoice__id", "=invoice__customer_id", "=number", "=invoice__number")
    export_columns = (
        "opened_at", "region", "id", "number", "invoice_number", "customer_id", "reason", "currency", "total",
        "tax",
    )  # fmt: skip

    def export_row(self, row: CreditNote) -> Iterable[Cell]:
        return (
            time_cell(row.opened_at, row.region), row.region, str(row.id), row.number or "",
            row.invoice.number or "", str(row.invoice.customer_id), row.reason, row.currency, row.total,
            row.tax,
        )  # fmt: skip
