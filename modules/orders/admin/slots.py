"""The times that are ordered for beforehand: how many places each has, and how many are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from modules.orders.models import KnownRestaurant, SlotUse
from modules.orders.slots import slot_length
from tiffin import clock, regions
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.dashboard import midnight
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell

_PLACES = KeyTextTransform("orders_per_slot", "facts")
_DAYS = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}


class Day(admin.SimpleListFilter):
    """By each region's own days; what is over only for whoever asks for it."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("today", "today"),
            ("tomorrow", "tomorrow"),
            ("week", "these seven days"),
            ("past", "past"),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *rest = super().choices(changelist)
        yield from ({**everything, "display": "from now on"}, *rest)

    def queryset(self, request: HttpRequest, queryset: QuerySet[SlotUse]) -> QuerySet[SlotUse]:
        now, value = clock.now(), self.value()
        if value in _DAYS:
            first, last = _DAYS[value]
            found = Q(pk__in=[])
            for region in regions.all():
                today = region.local(now).date()
                since, until = (midnight(region, today + timedelta(days=days)) for days in (first, last))
                found |= Q(order__region=region.code, slot_at__gte=since, slot_at__lt=until)
            return queryset.filter(found)
        if value == "past":
            return queryset.filter(slot_at__lt=now)
        return queryset.filter(slot_at__gte=now)


class Full(admin.SimpleListFilter):
    title = "places"
    parameter_name = "places"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("full", "all are taken"), ("free", "some are free")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SlotUse]) -> QuerySet[SlotUse]:
        full = Q(places__isnull=False, taken__gte=F("places"))
        match self.value():
            case "full":
                return queryset.filter(full)
            case "free":
                return queryset.exclude(full)
        return queryset


@register(SlotUse)
class SlotAdmin(Exported, ModuleAdmin):
    """A row for each time for which somebody has ordered. How many places a restaurant has it says itself, as
    it is known now."""

    list_display = ("slot_at", "restaurant", "region", "taken_of", "free")
    list_filter = (Day, Full, "order__region")
    region_field = "order__region"
    search_fields = ("order__restaurant_name", "=restaurant_id")
    list_select_related = ("order",)
    ordering = ("slot_at",)
    fields = ("slot_at", "restaurant", "taken_of", "orders")
    readonly_fields = fields
    export_columns = (
        "restaurant_id", "restaurant", "region", "time_zone", "starts_at", "ends_at", "taken", "places",
    )  # fmt: skip

    def export_row(self, row: Any) -> Iterable[Cell]:
        order, region = row.order, regions.get(row.order.region)
        ends_at = row.slot_at + slot_length(region, row.slot_at)
        return (
            str(row.restaurant_id), order.restaurant_name, region.code, zone_cell(region.code),
            time_cell(row.slot_at, region.code), time_cell(ends_at, region.code), row.taken, row.places,
        )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlotUse]:
        """The first place that is taken of each time stands for it, with all of them counted."""
        same = SlotUse.objects.filter(restaurant_id=OuterRef("restaurant_id"), slot_at=OuterRef("slot_at"))
        counted = same.order_by().values("slot_at").annotate(count=Count("pk")).values("count")
        known = KnownRestaurant.objects.filter(pk=OuterRef("restaurant_id"))
        rows: QuerySet[SlotUse] = super().get_queryset(request)
        return rows.filter(~Exists(same.filter(number__lt=OuterRef("number")))).annotate(
            taken=Coalesce(Subquery(counted), 0),
            places=Cast(Subquery(known.values(said=_PLACES)[:1]), IntegerField()),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SlotUse], search_term: str
    ) -> tuple[QuerySet[SlotUse], bool]:
        """Also the time of an order, whichever of the places then it has."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if not term:
            return found, repeats
        named = Q(order__code__iexact=term)
        with suppress(ValueError):
            named |= Q(order_id=UUID(term))
        same = SlotUse.objects.filter(restaurant_id=OuterRef("restaurant_id"), slot_at=OuterRef("slot_at"))
        return found | queryset.filter(Exists(same.filter(named))), repeats

    @admin.display(description="Restaurant", ordering="order__restaurant_name")
    def restaurant(self, use: SlotUse) -> str:
        return use.order.restaurant_name

    @admin.display(description="Region", ordering="order__region")
    def region(self, use: SlotUse) -> str:
        return use.order.region

    @admin.display(description="Taken", ordering="taken")
    def taken_of(self, use: Any) -> str:
        return f"{use.taken} of {use.places}" if use.places is not None else f"{use.taken}, no limit"

    @admin.display(description="Free", boolean=True)
    def free(self, use: Any) -> bool:
        return use.places is None or use.taken < use.places

    @admin.display(description="Orders")
    def orders(self, use: SlotUse) -> str:
        """Those that have a place then, each a link to itself."""
        same = SlotUse.objects.filter(restaurant_id=use.restaurant_id, slot_at=use.slot_at)
        shown = same.select_related("order").order_by("number")
        return format_html_join(
            " ",
            '<a href="{}">{}</a>',
            ((reverse("admin:orders_order_change", args=[each.order_id]), each.order.code) for each in shown),
        )
