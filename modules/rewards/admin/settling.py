"""Settlements with charities: how each stands, and what staff say of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.rewards import services
from modules.rewards.admin.charity import Settles
from modules.rewards.models import Charity, SettlementBatch
from modules.rewards.states import BatchState
from tiffin.admin import register
from tiffin.admin.actions import Noted, note_of
from tiffin.admin.exporting import Cell, Exported, time_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue


@register(SettlementBatch)
class SettlementBatchAdmin(Exported, Settles):
    """What charities get at once. To settle what was given back, change the charity if need be, and settle
    there."""

    list_display = (
        "created_at", "region", "charity", "money", "count", "way", "state_name", "progress", "reason",
        "stuck",
    )  # fmt: skip
    list_filter = (Made, "state_name", "way", "region", "charity__name", "stuck")
    search_fields = ("=id", "charity__name", "=provider_id")
    list_select_related = ("charity",)
    exclude = ("log_txid",)
    action_form = Noted
    actions = ("again", "came_back", "arrived")
    export_columns = (
        "created_at", "region", "id", "charity_id", "charity", "way", "currency", "amount_minor", "count",
        "state", "provider_id", "progress", "reason", "note",
    )  # fmt: skip

    def export_row(self, row: SettlementBatch) -> Iterable[Cell]:
        return (
            time_cell(row.created_at, row.region), row.region, str(row.pk), str(row.charity_id),
            row.charity.name, row.way, row.currency, row.amount, row.count, row.state_name, row.provider_id,
            row.progress, row.reason, row.note,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, batch: SettlementBatch) -> str:
        return str(batch.money)

    @admin.action(description="Try again now what it waits for", permissions=["settle"])
    def again(self, request: HttpRequest, queryset: QuerySet[SettlementBatch]) -> None:
        for batch in queryset:
            services.try_again(batch.pk)

    @admin.action(description="Disputed: the money is ours again, or never went", permissions=["settle"])
    def came_back(self, request: HttpRequest, queryset: QuerySet[SettlementBatch]) -> None:
        for batch in queryset:
            services.say_it_came_back(batch.pk, note=note_of(request))

    @admin.action(description="Disputed: the charity has it", permissions=["settle"])
    def arrived(self, request: HttpRequest, queryset: QuerySet[SettlementBatch]) -> None:
        for batch in queryset:
            services.say_it_arrived(batch.pk, note=note_of(request))


queue(
    "Charities held",
    Charity,
    lambda: {"held__gt": ""},
    why="Nobody took what was given. See why, change how they get it if need be, and settle now.",
)
queue(
    "Settlements disputed",
    SettlementBatch,
    lambda: {"state_name": BatchState.DISPUTED.value},
    why="What is told does not fit what was paid. Find out, and say what happened to the money.",
)
queue(
    "Settlements that stand still",
    SettlementBatch,
    lambda: {"stuck__gte": "1"},
    why="Nothing has moved for a day or more.",
)
