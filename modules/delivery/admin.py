"""Couriers and deliveries on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from modules.delivery import services
from modules.delivery.interface import DeliveryState
from modules.delivery.models import Courier, DeliveryTask, Offer
from tiffin import clock
from tiffin.admin import ModuleAdmin, ReadOnlyInline, register
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue

LONG_SEARCH = timedelta(minutes=5)
LONG_WAY = timedelta(minutes=45)
_SEARCHED = (DeliveryState.SEARCHING.value, DeliveryState.OFFERED.value)
_UNFETCHED = (*_SEARCHED, DeliveryState.ASSIGNED.value)


class Offers(ReadOnlyInline):
    model = Offer
    fields = ("courier", "state_name", "distance_m", "offered_at", "expires_at")
    ordering = ("offered_at",)


class Trouble(admin.SimpleListFilter):
    """What somebody should look at."""

    title = "trouble"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("searching", "nobody found for 5 minutes"),
            ("not_fetched", "the food is ready and nobody has it"),
            ("late", "on the way for 45 minutes"),
            ("locked", "the code was wrong too often"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> QuerySet[DeliveryTask]:
        under_way = Q(state_name=DeliveryState.PICKED_UP.value)
        now = clock.now()
        troubles = {
            "searching": Q(state_name__in=_SEARCHED, created_at__lt=now - LONG_SEARCH),
            "not_fetched": Q(state_name__in=_UNFETCHED, ready_at__lt=now),
            "late": under_way & Q(picked_up_at__lt=now - LONG_WAY),
            "locked": under_way & ~Q(handover_code="") & Q(attempts_left__lte=0),
        }
        wanted = troubles.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


@register(DeliveryTask)
class DeliveryTaskAdmin(Exported, ModuleAdmin):
    list_display = (
        "id",
        "reference",
        "region",
        "state_name",
        "pickup_name",
        "courier_id",
        "ready_at",
        "proof",
    )
    list_filter = (Trouble, Made, "state_name", "region", "proof")
    search_fields = ("id", "reference", "courier_id", "pickup_name")
    exclude = ("dropoff_sealed", "handover_code")
    inlines = (Offers,)
    actions = ("cancel", "reassign", "confirm_handover")
    export_columns = (
        "id", "reference", "region", "state", "restaurant", "courier_id", "reason", "proof", "time_zone",
        "asked_at", "ready_at", "assigned_at", "picked_up_at", "ended_at",
    )  # fmt: skip

    def export_row(self, row: DeliveryTask) -> Iterable[Cell]:
        """Whose it is and where to is in no file."""
        moments = (row.created_at, row.ready_at, row.assigned_at, row.picked_up_at, row.ended_at)
        return (
            str(row.id), row.reference, row.region, row.state_name, row.pickup_name,
            str(row.courier_id or ""), row.reason, row.proof, zone_cell(row.region),
            *(time_cell(at, row.region) for at in moments),
        )  # fmt: skip

    @admin.action(description="Cancel before pick-up", permissions=["act"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> None:
        for task in queryset:
            services.cancel(order_id=task.id, reason="staff")

    @admin.action(description="Look for another courier", permissions=["act"])
    def reassign(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> None:
        for task in queryset:
            services.reassign(order_id=task.id)

    @admin.action(description="The customer has it: confirm the handover", permissions=["act"])
    def confirm_handover(self, request: HttpRequest, queryset: QuerySet[DeliveryTask]) -> None:
        for task in queryset:
            services.confirm_by_staff(order_id=task.id)


@register(Courier)
class CourierAdmin(ModuleAdmin):
    list_display = ("id", "region", "on_shift", "carries", "brought", "shift_started_at", "last_offered_at")
    list_filter = ("on_shift", "region")
    search_fields = ("id",)
    actions = ("end_shift",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Courier]:
        """With what each has to do, and has done since the shift began."""
        theirs = DeliveryTask.objects.filter(courier_id=OuterRef("pk")).order_by().values("courier_id")
        under_way = theirs.filter(ended_at=None)
        brought = theirs.filter(
            state_name=DeliveryState.DELIVERED.value, ended_at__gte=OuterRef("shift_started_at")
        )
        rows: QuerySet[Courier] = super().get_queryset(request)
        return rows.annotate(
            under_way=Subquery(under_way.values("reference")[:1]),
            done=Coalesce(Subquery(brought.annotate(count=Count("pk")).values("count")), 0),
        )

    @admin.display(description="carries", ordering="under_way")
    def carries(self, courier: Any) -> str:
        """The reference of the order that the courier is on the way with."""
        return courier.under_way or ""

    @admin.display(description="brought on this shift", ordering="done")
    def brought(self, courier: Any) -> int:
        return int(courier.done)

    @admin.action(description="End the shift", permissions=["act"])
    def end_shift(self, request: HttpRequest, queryset: QuerySet[Courier]) -> None:
        for courier in queryset:
            services.end_shift(courier_id=courier.id)


# Only of what is on the way, which an index finds: a search ends by itself.
queue(
    "Long on the way",
    DeliveryTask,
    lambda: {
        "state_name": DeliveryState.PICKED_UP.value,
        "picked_up_at__lt": (clock.now() - LONG_WAY).isoformat(),
    },
    why="The customer waits: call the courier.",
)
queue(
    "Wrong codes at the door",
    DeliveryTask,
    lambda: {
        "state_name": DeliveryState.PICKED_UP.value,
        "handover_code__gt": "",
        "attempts_left__lte": "0",
    },
    why="The code was wrong too often: confirm the handover for the customer who has it.",
)
