"""What the programme owes, and what becomes of points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib.admin import DateFieldListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from modules.rewards.models import OutstandingFigure, PointsFigure
from modules.rewards.selectors.report import breakage, outstanding, owed_by_customers, payables
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.dashboard import Chart, drawn, region_asked_for
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell
from tiffin.admin.site import site
from tiffin.regions import Region

HUNDRED = 100


@register(OutstandingFigure)
class OutstandingFigureAdmin(Exported, ModuleAdmin):
    """What customers have, by the months in which they got it and in which it expires."""

    list_display = ("region", "opened", "expires", "pending", "available", "held", "taken_at")
    list_filter = ("region",)
    ordering = ("expires",)
    list_before_template = "rewards/report_link.html"
    export_columns = (
        "region", "got_in", "expires_in", "pending", "available", "held", "time_zone", "taken_at",
    )  # fmt: skip

    def export_row(self, row: OutstandingFigure) -> Iterable[Cell]:
        return (
            row.region, f"{row.opened:%Y-%m}", f"{row.expires:%Y-%m}", row.pending, row.available, row.held,
            zone_cell(row.region), time_cell(row.taken_at, row.region),
        )  # fmt: skip

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.report)
        return [path("report/", shown, name="rewards_report"), *super().get_urls()]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Liability, breakage and what charities are owed, of a region in which the staff works."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        region, choices = region_asked_for(request)
        context = {
            **site.each_context(request),
            "title": "Liability and breakage",
            "regions": choices,
            "region": region,
        }
        if region:
            context |= _shown(region)
        return TemplateResponse(request, "rewards/report.html", context)


@register(PointsFigure)
class PointsFigureAdmin(Exported, ModuleAdmin):
    """What moved, hour by hour."""

    list_display = ("hour", "region", "flow", "unit", "month", "entries", "amount")
    list_filter = (("hour", DateFieldListFilter), "region", "flow", "unit")
    ordering = ("-hour",)
    export_columns = ("region", "time_zone", "hour", "flow", "unit", "got_in", "entries", "amount")

    def export_row(self, row: PointsFigure) -> Iterable[Cell]:
        month = f"{row.month:%Y-%m}" if row.month else ""
        return (
            row.region, zone_cell(row.region), time_cell(row.hour, row.region), row.flow, row.unit, month,
            row.entries, row.amount,
        )  # fmt: skip


def _shown(region: Region) -> dict[str, Any]:
    owed, broken = outstanding(region), breakage(region)
    rates = {each.month: each.rate for each in broken}
    charts = [
        _by_month("Points outstanding by the month in which they expire", "points", owed.by_expiry),
        _by_month("Points outstanding by the month in which they were got", "points", owed.by_age),
        _by_month(
            "Breakage: expired of what was got in the month, %",
            "expired",
            {month: None if rate is None else round(rate * HUNDRED, 1) for month, rate in rates.items()},
        ),
    ]
    return {
        "owed": owed,
        "debts": owed_by_customers(region),
        "breakage": broken,
        "payables": payables(region),
        "board": {"cards": [], "charts": charts},
    }


def _by_month(title: str, name: str, values: Mapping[date, float | None]) -> dict[str, Any]:
    labels = [f"{month:%Y-%m}" for month in values]
    return drawn(Chart(title, {name: list(values.values())}, stacked=True), labels, len(labels))
