"""How memberships go: the figures as lists and files, the way of joining, and how long members stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.admin import DateFieldListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from modules.subscriptions.models import CohortFigure, MembersFigure
from modules.subscriptions.models.figures import What
from modules.subscriptions.selectors.figures import CohortRow, Sums, between, cohorts
from tiffin import clock
from tiffin.admin import ModuleAdmin, register
from tiffin.admin.dashboard import Chart, drawn, midnight, region_asked_for
from tiffin.admin.exporting import Cell, Exported, time_cell, zone_cell
from tiffin.admin.site import site
from tiffin.regions import Region

DAYS = {"28": "28 days", "91": "13 weeks", "365": "a year"}
COHORTS_DRAWN, MONTHS_SHOWN = 6, 13
WAY = (
    ("Saw the offer", What.SHOWN),
    ("Began to join", What.BEGUN),
    ("Tried it first", What.TRIAL),
    ("Paid", What.PAID),
    ("Paid again", What.KEPT),
)


@register(MembersFigure)
class MembersFigureAdmin(Exported, ModuleAdmin):
    """What happened, hour by hour."""

    list_display = ("hour", "region", "what", "plan_code", "count", "a_year")
    list_filter = (("hour", DateFieldListFilter), "region", "what", "plan_code")
    search_fields = ("=plan_code",)
    ordering = ("-hour",)
    list_before_template = "subscriptions/report_link.html"
    export_columns = ("region", "time_zone", "hour", "what", "plan_code", "count", "a_year")

    def export_row(self, row: MembersFigure) -> Iterable[Cell]:
        return (
            row.region, zone_cell(row.region), time_cell(row.hour, row.region), row.what, row.plan_code,
            row.count, row.a_year,
        )  # fmt: skip

    def get_urls(self) -> list[Any]:
        shown = self.admin_site.admin_view(self.report)
        return [path("report/", shown, name="subscriptions_report"), *super().get_urls()]

    def report(self, request: HttpRequest) -> HttpResponse:
        """How customers become members and how long they stay, of a region in which the staff works."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        region, choices = region_asked_for(request)
        asked = request.GET.get("days", "")
        chosen = asked if asked in DAYS else next(iter(DAYS))
        context = {
            **site.each_context(request),
            "title": "Joining and staying",
            "regions": choices,
            "region": region,
            "lengths": DAYS,
            "chosen": chosen,
        }
        if region:
            context |= _shown(region, int(chosen))
        return TemplateResponse(request, "subscriptions/report.html", context)


@register(CohortFigure)
class CohortFigureAdmin(Exported, ModuleAdmin):
    """Who paid for the first time in a month, by the month in which they left."""

    list_display = ("joined", "left", "region", "count")
    list_filter = ("region", ("joined", DateFieldListFilter))
    ordering = ("-joined",)
    list_before_template = "subscriptions/report_link.html"
    export_columns = ("region", "joined", "left", "count")

    def export_row(self, row: CohortFigure) -> Iterable[Cell]:
        left = f"{row.left:%Y-%m}" if row.left else ""
        return row.region, f"{row.joined:%Y-%m}", left, row.count


def _shown(region: Region, days: int) -> dict[str, Any]:
    today = region.local(clock.now()).date()
    begin, end = midnight(region, today - timedelta(days=days)), midnight(region, today + timedelta(days=1))
    rows = cohorts(region, today)
    return {
        "way": _way(between(region, begin, end)),
        "months": list(range(MONTHS_SHOWN)),
        "cohorts": [(row, [f"{share:.0%}" for share in row.kept[:MONTHS_SHOWN]]) for row in rows],
        "board": {"cards": [], "charts": [_drawn(rows[:COHORTS_DRAWN])] if rows else []},
    }


def _way(of: Sums) -> list[tuple[str, int, str]]:
    """Each step of it, how often, and of how many who began."""
    begun = of.count(What.BEGUN)
    return [
        (title, count, f"{count / begun:.0%}" if begun and what is not What.SHOWN else "–")
        for title, what in WAY
        if (count := of.count(what)) or begun
    ]


def _drawn(rows: list[CohortRow]) -> dict[str, Any]:
    longest = min(max(len(row.kept) for row in rows), MONTHS_SHOWN)
    series = {
        f"{row.joined:%Y-%m}": [
            round(row.kept[month] * 100, 1) if month < len(row.kept) else None for month in range(longest)
        ]
        for row in rows
    }
    labels = [f"month {month}" for month in range(longest)]
    return drawn(Chart("Still members by the month since joining, %", series), labels, longest)
