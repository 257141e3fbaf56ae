"""What others owe us, on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.payments import services
from modules.payments.admin.settling import Entries, Settled
from modules.payments.interface import CollectionState
from modules.payments.models import Collection
from tiffin.admin import register
from tiffin.admin.actions import Noted, note_of
from tiffin.admin.exporting import Cell, Exported, time_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue


@register(Collection)
class CollectionAdmin(Exported, Settled):
    """What is owed: its invoice and when it is due. The invoice itself is written by the bookkeeping, from
    this list's file, under the number that stands here."""

    list_display = (
        "invoice", "region", "payer_name", "money", "purpose", "state_name", "invoiced_on", "due_on",
    )  # fmt: skip
    list_filter = (
        Made,
        "state_name",
        "purpose",
        "payer_kind",
        "region",
        ("due_on", admin.DateFieldListFilter),
    )
    search_fields = ("=id", "=payer_id", "payer_name", "=invoice", "reference")
    exclude = ("log_txid",)
    inlines = (Entries,)
    action_form = Noted
    actions = ("came", "write_off")
    export_columns = (
        "created_at", "region", "id", "invoice", "payer_kind", "payer_id", "payer", "purpose", "reference",
        "currency", "amount", "state", "invoiced_on", "due_on", "note",
    )  # fmt: skip

    def export_row(self, row: Collection) -> Iterable[Cell]:
        return (
            time_cell(row.created_at, row.region), row.region, str(row.id), row.invoice or "", row.payer_kind,
            str(row.payer_id), row.payer_name, row.purpose, row.reference, row.currency, row.amount,
            row.state_name, str(row.invoiced_on or ""), str(row.due_on or ""), row.note,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, collection: Collection) -> str:
        return str(collection.money)

    @admin.action(description="Paid: the money has come", permissions=["settle"])
    def came(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        for collection in queryset:
            services.money_came(collection.pk)

    @admin.action(description="Write off: with a note that says why", permissions=["settle"])
    def write_off(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        for collection in queryset:
            services.write_off(collection.pk, note=note_of(request))


queue(
    "Collections overdue",
    Collection,
    lambda: {"state_name": CollectionState.OVERDUE.value},
    why="Invoiced, and not come by the day on which they were due.",
)
