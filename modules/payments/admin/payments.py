"""Payments of orders, their ledger and their books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.timesince import timesince

from modules.payments import services
from modules.payments.models import (
    DayClose,
    Dispute,
    KeptMethod,
    Mismatch,
    MismatchState,
    NoticeState,
    Payment,
    PaymentEntry,
    ProviderNotice,
    ProviderReport,
    RefundRequest,
    SandboxCharge,
)
from modules.payments.models.shares import PARTS
from modules.payments.states import OPEN
from tiffin import clock
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.actions import Noted, note_of
from tiffin.admin.exporting import Cell, Exported, time_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue
from tiffin.money import Money


class Entries(ReadOnlyInline):
    model = PaymentEntry
    fields = ("kind", "amount", *PARTS, "reference", "at")


class Refunds(ReadOnlyInline):
    model = RefundRequest
    fields = ("number", "amount", "reason", "state_name", "wanted_at")


@register(Payment)
class PaymentAdmin(Exported, ModuleAdmin):
    list_display = ("id", "order_id", "region", "state_name", "money", "method", "provider", "created_at")
    list_filter = (Made, "state_name", "provider", "region")
    search_fields = ("id", "order_id", "customer_id")
    inlines = (Entries, Refunds)
    actions = ("void", "refund", "ask_provider")
    export_columns = (
        "created_at", "region", "id", "order_id", "state_name", "provider", "method", "currency", "amount",
        "reason",
    )  # fmt: skip

    def export_row(self, row: Payment) -> Iterable[Cell]:
        """What was asked for; what was taken and given back is in the ledger."""
        return (
            time_cell(row.created_at, row.region), row.region, str(row.id), str(row.order_id),
            row.state_name, row.provider, row.method, row.currency, row.amount, row.reason,
        )  # fmt: skip

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


@register(PaymentEntry)
class LedgerAdmin(Exported, ModuleAdmin):
    """The ledger: everything that a provider confirmed, and whose it was."""

    list_display = (
        "at",
        "payment",
        "kind",
        "money",
        "restaurants",
        "platforms",
        "couriers",
        "charities",
        "nobodys",
    )
    list_filter = ("kind", "payment__region", ("at", admin.DateFieldListFilter))
    region_field = "payment__region"
    search_fields = ("=payment__id", "=payment__order_id")
    list_select_related = ("payment",)
    export_columns = (
        "at", "region", "order_id", "payment_id", "kind", "reference", "currency", "amount", *PARTS,
    )  # fmt: skip

    def export_row(self, row: PaymentEntry) -> Iterable[Cell]:
        payment = row.payment
        return (
            time_cell(row.at, payment.region), payment.region, str(payment.order_id), str(payment.id),
            row.kind, row.reference, payment.currency, row.amount, *(getattr(row, part) for part in PARTS),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, entry: PaymentEntry) -> str:
        return str(entry.payment.of(entry.amount))

    @admin.display(description="Restaurant")
    def restaurants(self, entry: PaymentEntry) -> str:
        return _with_tax(entry.restaurant, entry.restaurant_tax, entry.payment.currency)

    @admin.display(description="Platform")
    def platforms(self, entry: PaymentEntry) -> str:
        return _with_tax(entry.platform, entry.platform_tax, entry.payment.currency)

    @admin.display(description="Courier")
    def couriers(self, entry: PaymentEntry) -> str:
        return _with_tax(entry.courier, entry.courier_tax, entry.payment.currency)

    @admin.display(description="Charity")
    def charities(self, entry: PaymentEntry) -> str:
        return _with_tax(entry.charity, entry.charity_tax, entry.payment.currency)

    @admin.display(description="Nobody told whose")
    def nobodys(self, entry: PaymentEntry) -> str:
        return _with_tax(entry.split.nobody, 0, entry.payment.currency)


def _with_tax(sale: int, tax: int, currency: str) -> str:
    if not sale and not tax:
        return ""
    both = [str(Money(amount=sale, currency=currency))]
    return " + ".join([*both, f"{Money(amount=tax, currency=currency)} tax"] if tax else both)


@register(DayClose)
class DayCloseAdmin(Exported, ModuleAdmin):
    """The days that are closed, with the totals of what the filters leave. Amounts in minor units."""

    list_display = ("day", "region", "kind", "count", "money", *PARTS)
    list_filter = ("kind", "region", ("day", admin.DateFieldListFilter))
    ordering = ("-day",)
    list_before_template = "payments/totals.html"
    export_columns = ("day", "region", "kind", "currency", "count", "amount", *PARTS, "closed_at")

    def export_row(self, row: DayClose) -> Iterable[Cell]:
        return (
            row.day.isoformat(), row.region, row.kind, row.currency, row.count, row.amount,
            *(getattr(row, part) for part in PARTS), time_cell(row.closed_at, row.region),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, close: DayClose) -> str:
        return str(close.money)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response: HttpResponse = super().changelist_view(request, extra_context)
        changelist = getattr(response, "context_data", {}).get("cl")
        if changelist is not None:
            response.context_data["totals"] = _totals(changelist.queryset)  # type: ignore[attr-defined]
        return response


def _totals(closes: QuerySet[DayClose]) -> dict[str, Any]:
    """By kind and currency, over every page of the list."""
    sums = [Sum(name) for name in ("count", "amount", *PARTS)]
    found = closes.order_by("kind", "currency").values_list("kind", "currency").annotate(*sums)
    rows = [
        [kind, count, *(Money(amount=amount, currency=currency) for amount in amounts)]
        for kind, currency, count, *amounts in found
    ]
    return {"names": ["kind", "count", "amount", *PARTS], "rows": rows}


@register(Mismatch)
class MismatchAdmin(Exported, ModuleAdmin):
    """The queue of what the provider and we do not agree on, and of what does not close."""

    list_display = ("what", "region", "state_name", "age", "kind", "we_have", "they_have", "payment", "seen")
    list_filter = ("state_name", "what", "region", "kind")
    search_fields = ("=id", "=payment__id", "=payment__order_id", "=reference")
    list_select_related = ("payment",)
    exclude = ("log_txid",)
    action_form = Noted
    actions = ("ask_again", "resolve")
    export_columns = (
        "created_at", "region", "what", "state_name", "payment_id", "kind", "key", "reference", "currency",
        "ours", "theirs", "words", "seen", "closed_at", "closed_by", "note",
    )  # fmt: skip

    def export_row(self, row: Mismatch) -> Iterable[Cell]:
        return (
            time_cell(row.created_at, row.region), row.region, row.what, row.state_name,
            str(row.payment_id or ""), row.kind, row.key, row.reference, row.currency, row.ours, row.theirs,
            row.words, row.seen, time_cell(row.closed_at, row.region), row.closed_by, row.note,
        )  # fmt: skip

    @admin.display(description="Age", ordering="created_at")
    def age(self, mismatch: Mismatch) -> str:
        return timesince(mismatch.created_at, mismatch.closed_at or clock.now())

    @admin.display(description="We have")
    def we_have(self, mismatch: Mismatch) -> str:
        return str(mismatch.money(mismatch.ours) or "")

    @admin.display(description="The provider has")
    def they_have(self, mismatch: Mismatch) -> str:
        return str(mismatch.money(mismatch.theirs) or "")

    @admin.action(description="Ask the provider again", permissions=["act"])
    def ask_again(self, request: HttpRequest, queryset: QuerySet[Mismatch]) -> None:
        for mismatch in queryset:
            services.ask_provider_again(mismatch.pk)

    @admin.action(description="Resolve: with a note that says what it was", permissions=["act"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Mismatch]) -> None:
        for mismatch in queryset:
            services.resolve_mismatch(mismatch.pk, note=note_of(request))


@register(SandboxCharge)
class SandboxChargeAdmin(ModuleAdmin):
    list_display = ("reference", "kind", "amount", "currency", "method", "outcome", "reason", "created_at")
    list_filter = ("kind", "outcome")
    search_fields = ("key", "reference")
    ordering = ("-created_at",)


@register(ProviderNotice)
class ProviderNoticeAdmin(ModuleAdmin):
    list_display = ("created_at", "provider", "kind", "state_name", "reason", "deliveries", "charge")
    list_filter = ("state_name", "provider", "kind", "region")
    search_fields = ("id", "event_id", "charge", "reference")
    exclude = ("sealed",)
    readonly_fields = ("raw",)
    actions = ("process_again",)

    @admin.display(description="body")
    def raw(self, notice: ProviderNotice) -> str:
        return notice.body.decode(errors="backslashreplace")

    @admin.action(description="Process again", permissions=["act"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[ProviderNotice]) -> None:
        for notice in queryset:
            services.process_again(notice_id=notice.id)


@register(ProviderReport)
class ProviderReportAdmin(ModuleAdmin):
    """What a provider that cannot be asked has told: how an operation ended is read from here."""

    list_display = ("told_at", "provider", "kind", "succeeded", "money", "charge", "reference", "notified")
    list_filter = ("provider", "kind", "succeeded", "notified")
    search_fields = ("charge", "key", "reference")
    ordering = ("-told_at",)


@register(Dispute)
class DisputeAdmin(Exported, ModuleAdmin):
    """The queue of what banks dispute: what must be answered soonest comes first."""

    list_display = ("reference", "region", "state_name", "reason", "amount", "answer_by", "payment")
    list_filter = ("state_name", "reason", "region", ("answer_by", admin.DateFieldListFilter))
    search_fields = ("reference", "payment__id", "payment__order_id")
    ordering = ("answer_by",)
    list_select_related = ("payment",)
    actions = ("ask_provider",)
    export_columns = (
        "reference", "region", "state_name", "reason", "currency", "amount", "payment_id", "order_id",
        "answer_by",
    )  # fmt: skip

    def export_row(self, row: Dispute) -> Iterable[Cell]:
        payment = row.payment
        return (
            row.reference, row.region, row.state_name, row.reason, payment.currency, row.amount,
            str(payment.id), str(payment.order_id), time_cell(row.answer_by, row.region),
        )  # fmt: skip

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


# Of what comes by the thousand only a day is counted: what is older and hangs is among the jobs given up.
RECENT = timedelta(days=1)
OVERDUE = timedelta(minutes=10)

queue(
    "Mismatches",
    Mismatch,
    lambda: {"state_name": MismatchState.OPEN.value},
    why="On which the provider and we do not agree. Ask again, or resolve with a note.",
)
queue(
    "Disputes to answer",
    Dispute,
    lambda: {"state_name__in": ",".join(sorted(standing.value for standing in OPEN))},
    why="At the provider's; the bank decides against us once the time to answer is over.",
)
queue(
    "Notices refused",
    ProviderNotice,
    lambda: {"state_name": NoticeState.REFUSED.value, "created_at__gte": (clock.now() - RECENT).isoformat()},
    why="In the last day. Many at once mean that a signing secret is wrong.",
)
queue(
    "Notices overdue",
    ProviderNotice,
    lambda: {
        "state_name": NoticeState.RECEIVED.value,
        "created_at__gte": (clock.now() - RECENT).isoformat(),
        "created_at__lt": (clock.now() - OVERDUE).isoformat(),
    },
    why="In the last day, and nobody has looked at them: see the jobs given up.",
)
