"""Campaigns, which staff begin and end; what orders earned, and customers' tiers, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.rewards.admin.rules import WithRules
from modules.rewards.models import Campaign, Earning, EarningRefund, Member
from modules.rewards.services.campaigns import activate_campaign, create_campaign, end_campaign
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import own_regions_field
from tiffin.admin.staff import staff_of

CAMPAIGN_HELP = {
    "restaurant_id": "Only orders from there; empty: all of the region.",
    "partner": "Who owes for the points: the restaurant, where there is one. Empty: the platform.",
    "multiplier": "2 gives as much again as an order earns by itself.",
    "points": "For each order, the first one, or each streak.",
    "orders": "Of a streak: so many orders …",
    "days": "… within so many days.",
    "budget": "In points, never more in all. Empty: no limit.",
}


@register(Campaign)
class CampaignAdmin(WithRules):
    """What a campaign promises stays as it is: to change one, end it and begin another."""

    list_display = ("title", "region", "kind", "state_name", "partner", "starts_at", "ends_at", "given")
    list_filter = ("state_name", "region", "kind")
    search_fields = ("=id", "title", "partner", "=restaurant_id")
    actions = ("activate", "end")
    fieldsets = (
        (None, {"fields": ("title", "region", "restaurant_id", "partner")}),
        ("What it gives", {"fields": ("kind", "multiplier", "points", "orders", "days", "budget")}),
        ("When", {"fields": ("starts_at", "ends_at")}),
    )

    @admin.display(description="Given")
    def given(self, campaign: Campaign) -> str:
        limit = "no limit" if campaign.budget is None else f"{campaign.budget:,}"
        return f"{campaign.granted:,} of {limit}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_promote_permission(request)

    def has_promote_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "promote" in rewards: it spends points."""
        return staff_of(request).has_perm("rewards.promote")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff of some regions begin campaigns in these."""
        if db_field.name != "region":
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
            if field is not None:
                field.help_text = CAMPAIGN_HELP.get(db_field.name, "")
            return field
        return own_regions_field(request)

    def save_by_use_case(self, request: HttpRequest, obj: Campaign, form: Any) -> None:
        create_campaign(obj)

    @admin.action(description="Activate: orders earn by it, within its time", permissions=["promote"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        for campaign in queryset:
            activate_campaign(campaign_id=campaign.id)
        self.message_user(request, "Orders that come within its time earn by it.", messages.SUCCESS)

    @admin.action(description="End now: what was earned before is kept", permissions=["promote"])
    def end(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        for campaign in queryset:
            end_campaign(campaign_id=campaign.id)
        self.message_user(request, "Nothing is earned by it from now on.", messages.SUCCESS)


class Refused(admin.EmptyFieldListFilter):
    """What did not happen is looked for by who mends it."""


@register(Earning)
class EarningAdmin(ModuleAdmin):
    list_display = (
        "id",
        "customer_id",
        "region",
        "state_name",
        "points",
        "taken_back",
        "delivered_at",
        "confirms_at",
        "refusal",
    )
    list_filter = ("state_name", "region", ("refusal", Refused))
    search_fields = ("=id", "=customer_id", "=restaurant_id")


@register(EarningRefund)
class EarningRefundAdmin(ModuleAdmin):
    """What refunds take back, and what could not be taken so far."""

    region_field = "earning__region"
    list_display = ("id", "earning_id", "goods", "points", "owed", "forgiven", "at", "taken_at", "refusal")
    list_filter = (("refusal", Refused), ("taken_at", Refused), "earning__region")
    search_fields = ("=id", "=earning__id", "=earning__customer_id")


@register(Member)
class MemberAdmin(ModuleAdmin):
    list_display = ("customer_id", "region", "tier", "since", "until", "warned_until")
    list_filter = ("tier", "region")
    search_fields = ("=id", "=customer_id")
