"""What staff give and take by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.rewards import services
from modules.rewards.admin.ledger import Ledger
from modules.rewards.models import Adjustment
from modules.rewards.states import AdjustmentState
from tiffin.admin import register
from tiffin.admin.actions import own_regions_field
from tiffin.admin.exporting import Cell, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue
from tiffin.admin.staff import staff_of

_HELP = {
    "customer_id": "Their id, as on their orders.",
    "points": "Below zero they are taken.",
    "reason": "The customer reads it, and it is kept for ever: name nobody.",
}


@register(Adjustment)
class AdjustmentAdmin(Ledger):
    """Points given and taken by hand. What is much waits for another of the staff, and lapses without."""

    list_display = ("created_at", "customer", "region", "points", "reason", "state_name", "decide_by")
    list_filter = (Made, "state_name", "region")
    search_fields = ("=id", "=customer_id", "=asked_by")
    exclude = ("log_txid", "version")
    actions = ("approve", "refuse")
    export_columns = (
        "id", "customer_id", "region", "points", "reason", "state", "asked_by", "decided_by", "time_zone",
        "asked_at", "decided_at",
    )  # fmt: skip

    def export_row(self, row: Adjustment) -> Iterable[Cell]:
        asked, decided = (time_cell(at, row.region) for at in (row.created_at, row.decided_at))
        return (
            str(row.id), str(row.customer_id), row.region, row.points, row.reason, row.state_name,
            str(row.asked_by), str(row.decided_by or ""), zone_cell(row.region), asked, decided,
        )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "decide" in rewards: it moves much."""
        return staff_of(request).has_perm("rewards.decide")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "region":
            return own_regions_field(request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = _HELP.get(db_field.name, "")
        return field

    def save_by_use_case(self, request: HttpRequest, obj: Adjustment, form: Any) -> None:
        made = services.adjust(
            customer_id=obj.customer_id, region=obj.region, points=obj.points, reason=obj.reason
        )
        obj.id = made.id
        if made.state is AdjustmentState.WANTED:
            self.message_user(request, "So many points wait for another of the staff.", messages.WARNING)

    @admin.action(description="Agree: the points move", permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Adjustment]) -> None:
        for adjustment in queryset:
            services.approve_adjustment(adjustment.id)

    @admin.action(description="Refuse", permissions=["decide"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Adjustment]) -> None:
        for adjustment in queryset:
            services.refuse_adjustment(adjustment.id)


queue(
    "Adjustments to agree to",
    Adjustment,
    lambda: {"state_name": AdjustmentState.WANTED.value},
    why="Many points, given or taken by hand: somebody else than who asked agrees or refuses, or they lapse.",
)
