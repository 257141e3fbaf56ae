"""Promotions: begun, ended and used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest

from modules.orders import services
from modules.orders.models import Promotion, PromotionBudget, PromotionUse
from tiffin import clock, regions
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.actions import own_regions_field
from tiffin.admin.exporting import Cell, Exported, money_cells, time_cell, zone_cell
from tiffin.admin.staff import staff_of
from tiffin.money import Money

PROMOTION_HELP = {
    "restaurant_id": "Only there; empty: in all of the region.",
    "code": "Upper case; empty: everybody has it.",
    "funded_by": "The restaurant only with its id.",
    "percent": "Of the basket, or of the dishes below.",
    "amount": "In the smallest unit of the money: 200 are 2.00.",
    "buy": "Of three for the price of two: 2.",
    "get": "Of three for the price of two: 1.",
    "items": "Ids of the dishes it is for, as a list; empty: the basket.",
    "most": "Never more than so much for one order, in the smallest unit.",
    "min_subtotal": "Of items and options, in the smallest unit.",
    "exclusive": "It goes with no other promotion.",
    "uses_per_customer": "Empty: as often as they order.",
    "budget": "In the smallest unit; never overspent. Empty: no limit.",
    "hours": "Opening hours as OpenStreetMap writes them, such as Mo-Fr 14:00-17:00.",
}


class InForce(admin.SimpleListFilter):
    """A promotion's place in time."""

    title = "in force"
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "now"), ("later", "later"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> QuerySet[Promotion]:
        now = clock.now()
        match self.value():
            case "now":
                return queryset.filter(starts_at__lte=now).exclude(ends_at__lte=now)
            case "later":
                return queryset.filter(starts_at__gt=now)
            case "over":
                return queryset.filter(ends_at__lte=now)
        return queryset


@register(Promotion)
class PromotionAdmin(ModuleAdmin):
    """What a promotion promises stays as it is: to change one, end it and begin another."""

    list_display = ("title", "region", "kind", "code", "funded_by", "starts_at", "ends_at", "budget_left")
    list_filter = (InForce, "region", "kind", "funded_by")
    search_fields = ("=id", "title", "code", "=restaurant_id")
    actions = ("end",)
    fieldsets = (
        (None, {"fields": ("title", "region", "restaurant_id", "code", "funded_by")}),
        (
            "What it gives",
            {"fields": ("kind", "percent", "amount", "buy", "get", "items", "most", "min_subtotal")},
        ),
        (
            "Who may have it",
            {"fields": ("exclusive", "new_customers_only", "members_only", "uses_per_customer", "budget")},
        ),
        ("When", {"fields": ("starts_at", "ends_at", "hours")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        parts = PromotionBudget.objects.filter(promotion=OuterRef("pk")).order_by().values("promotion")
        rows: QuerySet[Promotion] = super().get_queryset(request)
        return rows.annotate(remaining=Subquery(parts.annotate(total=Sum("remaining")).values("total")))

    @admin.display(description="Left of the budget")
    def budget_left(self, promotion: Any) -> str:
        if promotion.budget is None:
            return "no limit"
        currency = regions.get(promotion.region).currency
        left, whole = (
            Money(amount=int(n), currency=currency) for n in (promotion.remaining, promotion.budget)
        )
        return f"{left} of {whole}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_promote_permission(request)

    def has_promote_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "promote" in orders: it spends money."""
        return staff_of(request).has_perm("orders.promote")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff of some regions begin promotions in these."""
        if db_field.name != "region":
            field = super().formfield_for_dbfield(db_field, request, **kwargs)
            if field is not None:
                field.help_text = PROMOTION_HELP.get(db_field.name, "")
            return field
        return own_regions_field(request)

    def save_by_use_case(self, request: HttpRequest, obj: Promotion, form: Any) -> None:
        services.start_promotion(obj)

    @admin.action(description="End now: what was promised before is kept", permissions=["promote"])
    def end(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> None:
        for promotion in queryset:
            services.end_promotion(promotion_id=promotion.id)
        self.message_user(request, "No new price has it from now on.", messages.SUCCESS)


@register(PromotionUse)
class PromotionUseAdmin(Exported, ModuleAdmin):
    list_display = ("promotion", "order", "customer_id", "turn", "amount", "used_at", "released_at")
    list_filter = (
        "promotion__region",
        "promotion__kind",
        "promotion__funded_by",
        ("released_at", admin.EmptyFieldListFilter),
    )
    region_field = "promotion__region"
    search_fields = ("=promotion__id", "=order__id", "=customer_id", "promotion__code")
    list_select_related = ("promotion", "order")
    export_columns = (
        "promotion_id", "promotion", "code", "funded_by", "region", "order_id", "order_code", "customer_id",
        "amount_minor", "amount", "currency", "time_zone", "used_at", "released_at",
    )  # fmt: skip

    def export_row(self, row: PromotionUse) -> Iterable[Cell]:
        promotion, order = row.promotion, row.order
        return (
            str(promotion.id), promotion.title, promotion.code, promotion.funded_by, promotion.region,
            str(order.id), order.code, str(row.customer_id), *money_cells(row.amount, order.currency),
            zone_cell(promotion.region), time_cell(row.used_at, promotion.region),
            time_cell(row.released_at, promotion.region),
        )  # fmt: skip
