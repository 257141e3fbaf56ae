"""What was decided and why, what happened, and what it cost: to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.ads.admin.fields import written
from modules.ads.models import AdEvent, DecisionRecord
from modules.ads.services.refunding import refund_event
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import Noted, note_of
from tiffin.admin.staff import staff_of


@register(DecisionRecord)
class DecisionRecordAdmin(ModuleAdmin):
    """Why an ad was shown, or none: of each place how many candidates were left after each step, who won with
    which bid, prediction, weight and price, and who was ranked and why they did not."""

    list_display = ("id", "at", "region", "viewer_id", "filled", "wanted", "took_us")
    list_filter = ("region", "filled")
    search_fields = ("=id", "=viewer_id")
    ordering = ("-at",)


@register(AdEvent)
class AdEventAdmin(ModuleAdmin):
    list_display = (
        "at",
        "region",
        "kind",
        "verdict",
        "placement",
        "campaign_id",
        "costs",
        "settled",
        "viewer_id",
    )
    list_filter = ("region", "kind", "verdict", "placement", "settled")
    search_fields = ("=id", "=decision_id", "=campaign_id", "=creative_id", "=viewer_id", "=order_id")
    ordering = ("-at",)
    actions = ("give_back",)
    action_form = Noted

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "decide" in ads."""
        return staff_of(request).has_perm("ads.decide")

    @admin.action(description="Give back what it cost, with the note beside", permissions=["decide"])
    def give_back(self, request: HttpRequest, queryset: QuerySet[AdEvent]) -> None:
        for event in queryset:
            refund_event(event_id=event.pk, note=note_of(request))
        self.message_user(request, "It counts no more.", messages.SUCCESS)

    @admin.display(description="Price, charged")
    def costs(self, event: AdEvent) -> str:
        return f"{written(event.price)}, {written(event.charged)}"
