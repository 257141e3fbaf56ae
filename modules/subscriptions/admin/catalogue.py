"""Plans and their versions, which staff make, offer and withdraw."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.subscriptions import services
from modules.subscriptions.models import Plan, PlanVersion, Repricing
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import own_regions_field
from tiffin.admin.staff import staff_of

PLAN_HELP = {
    "code": "Lower case; once in a region.",
    "comeback_days": "Only who left so many days ago or earlier can join it, and hears of it once.",
    "level": "Of two plans, the higher number brings more: whoever changes to it does so at once.",
}
VERSION_HELP = {
    "from_at": "Whoever joins from then on has it; members keep what they joined.",
    "price": "Of each period, in the smallest unit of the money: 499 are 4.99.",
    "trial_days": "0: no trial.",
    "intro_price": "Of each of the first periods that are paid; empty: no introduction.",
    "benefits": 'A list such as [{"kind": "free_delivery", "minimum": 1500, "within_m": 5000}, '
    '{"kind": "reduced_service_fee", "rate": "0.5", "venue_share": "0.3"}, '
    '{"kind": "partner_grant", "title": "A month of music", "link": "https://partner.example/"}].',
}

REPRICING_HELP = {
    "to_version": "The newest of its plan. Whoever has an earlier one is told as soon as this is saved.",
    "from_on": "Their first period that begins then or later costs it; the region says how long before they "
    "are told.",
}


class Offering(ModuleAdmin):
    """What only whoever may "promote" adds to, and nobody changes."""

    helps: dict[str, str] = {}

    def has_promote_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "promote" in subscriptions: it says what members pay."""
        return staff_of(request).has_perm("subscriptions.promote")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_promote_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "region":
            return own_regions_field(request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.help_text = self.helps.get(db_field.name, "")
        return field


@register(Plan)
class PlanAdmin(Offering):
    helps = PLAN_HELP
    list_display = ("title", "region", "code", "months", "level", "comeback_days", "state_name")
    list_filter = ("state_name", "region", "months", ("comeback_days", admin.EmptyFieldListFilter))
    search_fields = ("=id", "title", "=code")
    fields = ("title", "region", "code", "months", "level", "comeback_days")
    actions = ("offer", "withdraw")

    def save_by_use_case(self, request: HttpRequest, obj: Plan, form: Any) -> None:
        services.draft_plan(obj)

    @admin.action(description="Offer: it can be joined", permissions=["promote"])
    def offer(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        for plan in queryset:
            services.offer_plan(plan_id=plan.id)
        self.message_user(request, "It can be joined now.", messages.SUCCESS)

    @admin.action(description="Withdraw: members keep it, nobody joins it", permissions=["promote"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        for plan in queryset:
            services.withdraw_plan(plan_id=plan.id)
        self.message_user(request, "Nobody joins it any more.", messages.SUCCESS)


@register(PlanVersion)
class PlanVersionAdmin(Offering):
    """What plans cost and bring. A version stays as it is: add another."""

    helps = VERSION_HELP
    region_field = "plan__region"
    list_display = ("plan", "number", "from_at", "price", "trial_days", "intro_price", "intro_periods")
    list_filter = ("plan__region",)
    search_fields = ("=plan__id", "plan__title", "=plan__code")
    fields = ("plan", "from_at", "price", "trial_days", "intro_price", "intro_periods", "benefits")

    def save_by_use_case(self, request: HttpRequest, obj: PlanVersion, form: Any) -> None:
        services.add_version(obj)


@register(Repricing)
class RepricingAdmin(Offering):
    """Members of before have newer terms, with notice."""

    helps = REPRICING_HELP
    list_display = ("to_version", "region", "from_on", "told", "state_name", "made_by")
    list_filter = ("state_name", "region")
    search_fields = ("=id", "to_version__plan__title", "=to_version__plan__code")
    fields = ("to_version", "from_on")
    actions = ("withdraw",)

    def save_by_use_case(self, request: HttpRequest, obj: Repricing, form: Any) -> None:
        services.reprice(obj)

    @admin.action(
        description="Withdraw: who does not have it yet keeps the old price", permissions=["promote"]
    )
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Repricing]) -> None:
        for repricing in queryset:
            services.withdraw_repricing(repricing_id=repricing.id)
        self.message_user(request, "Members are told that their price stays.", messages.SUCCESS)
