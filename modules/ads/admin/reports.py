"""How ads do: filled, seen, clicked, ordered from and paid for, with charts and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from modules.ads.admin import calibration
from modules.ads.admin.fields import written
from modules.ads.errors import ReportTooLong
from modules.ads.interface import Placement
from modules.ads.models import Campaign, Figure, choices
from modules.ads.policies import MICROS
from modules.ads.selectors import planning
from modules.ads.selectors.lift import Lifted
from modules.ads.selectors.reports import EARLIEST, LATEST, Asked, Grain, Report, Step, report
from modules.ads.services.report_files import csv_lines, file_name
from tiffin import clock
from tiffin.admin import ModuleAdmin, record, register
from tiffin.admin.dashboard import Card, Chart, drawn, region_asked_for
from tiffin.admin.site import site
from tiffin.regions import Region

DAYS_SHOWN = timedelta(days=6)
MOST_CAMPAIGNS = 200
NOTHING = "–"

Series = Mapping[str, Sequence[float | str | None]]


@register(Figure)
class FigureAdmin(ModuleAdmin):
    list_display = (
        "hour",
        "region",
        "placement",
        "campaign_id",
        "impressions",
        "clicks",
        "rate",
        "filtered",
        "orders",
        "costs",
    )
    list_filter = ("region", "placement")
    search_fields = ("=campaign_id", "=flight_id", "=creative_id")
    ordering = ("-hour",)
    list_before_template = "ads/report_link.html"

    @admin.display(description="Clicks of 100")
    def rate(self, figure: Figure) -> str:
        return f"{100 * figure.clicks / figure.impressions:.2f}" if figure.impressions else NOTHING

    @admin.display(description="Spent")
    def costs(self, figure: Figure) -> str:
        return written(figure.spent)

    def get_urls(self) -> list[Any]:
        asked = (self.report, self.file, self.calibration)
        shown, file, honest = (self.admin_site.admin_view(view) for view in asked)
        return [
            path("report/", shown, name="ads_report"),
            path("report/export.csv", file, name="ads_report_export"),
            path("calibration/", honest, name="ads_calibration_report"),
            *super().get_urls(),
        ]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Of a region in which the staff works."""
        region, regions = self._region(request)
        context = {**site.each_context(request), "title": "How ads do", "regions": regions, "region": region}
        if region:
            asked = asked_for(request.GET, region)
            context |= {"asked": asked, "grains": list(Grain), "placements": choices(Placement)}
            context |= {"campaigns": _campaigns(asked), "query": request.GET.urlencode()}
            try:
                context |= shown(report(asked))
            except ReportTooLong as refused:
                context["refused"] = str(refused)
        return TemplateResponse(request, "ads/report.html", context)

    def calibration(self, request: HttpRequest) -> HttpResponse:
        """What was predicted, and what happened."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return calibration.page(request)

    def file(self, request: HttpRequest) -> HttpResponseBase:
        """The same as a file; who took it is recorded. Too many days are as many as there may be."""
        region, _ = self._region(request)
        if region is None:
            raise PermissionDenied
        try:
            found = report(asked_for(request.GET, region))
        except ReportTooLong as refused:
            return HttpResponse(str(refused), status=422, content_type="text/plain")
        record.action("ads", "export", "report", request.GET.urlencode())
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(found)}"',
            "Cache-Control": "no-store",
        }
        return StreamingHttpResponse(
            csv_lines(found), content_type="text/csv; charset=utf-8", headers=headers
        )

    def _region(self, request: HttpRequest) -> tuple[Region | None, Mapping[str, Region]]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return region_asked_for(request)


def asked_for(query: Mapping[str, str], region: Region) -> Asked:
    """The last week by the day, unless something else is asked for; what is no date of the years 2000 to
    2200, no id or no placement is left out."""
    today = region.local(clock.now()).date()
    last = _day(query.get("last", "")) or today
    grain, placement = query.get("grain", ""), query.get("placement", "")
    return Asked(
        region=region,
        first=_day(query.get("first", "")) or last - DAYS_SHOWN,
        last=last,
        grain=Grain(grain) if grain in set(Grain) else Grain.DAY,
        campaign_id=_id(query.get("campaign", "")),
        advertiser_id=_id(query.get("advertiser", "")),
        placement=Placement(placement) if placement in dict(choices(Placement)) else None,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _campaigns(asked: Asked) -> list[Campaign]:
    """Those that ran in the time, the latest first, and the one that is asked for."""
    rows = Campaign.objects.filter(region=asked.region.code).select_related("advertiser")
    begin, end = asked.region.end_of(asked.first - timedelta(days=1)), asked.region.end_of(asked.last)
    ran = list(rows.filter(starts_at__lt=end, ends_at__gt=begin).order_by("-id")[:MOST_CAMPAIGNS])
    if asked.campaign_id and all(each.id != asked.campaign_id for each in ran):
        ran.extend(rows.filter(pk=asked.campaign_id))
    return ran


def shown(found: Report) -> dict[str, Any]:
    """What the page says of a report."""
    return {
        "found": found,
        "cards": list(_cards(found)),
        "board": {"cards": [], "charts": list(_charts(found))} if has_something(found) else None,
        "pricings": [(name, sums, written(sums.spent)) for name, sums in found.by_pricing.items()],
        "spenders": [(each, written(each.sums.spent)) for each in found.by_campaign[:MOST_CAMPAIGNS]],
        "steps": [_row(found, step) for step in found.steps],
        "lift": in_words(found.lift),
        "unpaced": why_unpaced(found),
    }


def has_something(found: Report) -> bool:
    return bool(found.by_campaign or (found.slots and found.slots.wanted))


def percent(rate: float | None) -> str:
    return NOTHING if rate is None else f"{rate:.2%}"


def in_words(lift: Lifted) -> str:
    """What is known of the orders that ads brought."""
    if not lift.campaigns:
        return "Not measured: no campaign of these holds customers out."
    groups = (
        f"{lift.shown.viewers:,} customers could see it and ordered {lift.shown.orders:,} times; "
        f"{lift.held_out.viewers:,} were held out and ordered {lift.held_out.orders:,} times."
    )
    if lift.estimate is None:
        return f"Not enough yet to say: {groups}"
    orders, low, high = (round(number) for number in lift.estimate)
    which = f"{lift.counted} of {lift.campaigns} campaigns with a holdout have enough to count. "
    return f"{low:,} to {high:,} (95 %), most likely {orders:,}. {which}{groups}"


def why_unpaced(found: Report) -> str:
    """Nothing where there is a pace, or where nothing is paced."""
    asked = found.asked
    if found.pace is not None or asked.placement is not None or asked.campaign_id is not None:
        return ""
    begin, end = found.steps[0].begin, asked.region.end_of(asked.last)
    if not planning.is_beyond_planning(asked.region, begin, end, asked.advertiser_id):
        return ""
    return (
        f"Pacing is worked out for up to {planning.MOST_CAMPAIGNS:,} campaigns; "
        "narrow the report to a campaign, or to fewer days."
    )


def _cards(found: Report) -> Iterator[Card]:
    sums, slots, pace, estimate = found.sums, found.slots, found.pace, found.lift.estimate
    if slots is not None:
        yield Card("Slots filled", percent(slots.rate), f"{slots.filled:,} of {slots.wanted:,}")
    yield Card("Impressions", f"{sums.impressions:,}", f"{sums.filtered:,} events did not count")
    yield Card("Clicks of impressions", percent(sums.rate), f"{sums.clicks:,} clicks")
    spent = f"{written(sums.spent)} {found.asked.region.currency}"
    yield Card("Spent", spent, f"{written(sums.per_click)} a click")
    yield Card("Orders that followed a click", f"{sums.orders:,}", f"{written(sums.per_order)} an order")
    if pace is not None:
        of_plan = f"{written(pace.spent)} of {written(pace.planned)}"
        yield Card("Spent of the plan so far", percent(pace.rate), of_plan)
    if estimate is not None:
        orders, low, high = (round(number) for number in estimate)
        yield Card("Incremental orders", f"{orders:,}", f"{low:,} to {high:,} (95 %)")


def _charts(found: Report) -> Iterator[dict[str, Any]]:
    steps, step = found.steps, found.asked.grain.value
    labels = [_label(found, each) for each in steps]
    begun = sum(each.begin <= clock.now() for each in steps)

    def chart(title: str, series: Series, *, stacked: bool = False) -> dict[str, Any]:
        return drawn(Chart(f"{title} by the {step}", series, stacked), labels, begun)

    yield chart("Impressions", {"impressions": [each.sums.impressions for each in steps]}, stacked=True)
    clicks, orders = ([getattr(each.sums, what) for each in steps] for what in ("clicks", "orders"))
    yield chart("Clicks and orders", {"clicks": clicks, "orders": orders})
    yield chart("Clicks of 100 impressions", {"clicks": [_hundred(each.sums.rate) for each in steps]})
    if found.slots is not None:
        rates = [_hundred(each.slots.rate) if each.slots else None for each in steps]
        yield chart("Filled of 100 slots", {"filled": rates})
    yield chart("Spent", {"spent": [_amount(each.sums.spent) for each in steps]}, stacked=True)
    if found.pace is not None:
        yield drawn(Chart("Spent and planned, from each day's beginning", _so_far(found)), labels, begun)
    if found.lift.estimate is not None:
        yield drawn(Chart("Incremental orders so far, with their 95 % interval", _lift(found)), labels, begun)


def _lift(found: Report) -> Series:
    """From the first day on; nothing before there is enough to say."""
    known = [each.lift.estimate for each in found.steps]
    return {
        name: [round(getattr(each, what), 1) if each else None for each in known]
        for name, what in (("most likely", "orders"), ("at least", "low"), ("at most", "high"))
    }


def _so_far(found: Report) -> Series:
    """Within each day what was planned and spent up to the end of each step."""
    planned: list[float | str | None] = []
    spent: list[float | str | None] = []
    day, sums = None, [0, 0]
    for step in found.steps:
        today = found.asked.region.local(step.begin).date()
        if today != day:
            day, sums = today, [0, 0]
        if step.pace is not None:
            sums = [sums[0] + step.pace.planned, sums[1] + step.pace.spent]
        planned.append(_amount(sums[0]))
        spent.append(_amount(sums[1]))
    return {"spent": spent, "planned": planned}


def _row(found: Report, step: Step) -> tuple[str, ...]:
    sums, slots, pace = step.sums, step.slots, step.pace
    return (
        _label(found, step),
        f"{slots.wanted:,}" if slots else NOTHING,
        percent(slots.rate if slots else None),
        f"{sums.impressions:,}",
        f"{sums.clicks:,}",
        percent(sums.rate),
        f"{sums.orders:,}",
        written(sums.per_order),
        f"{sums.filtered:,}",
        written(sums.spent),
        written(pace.planned) if pace else NOTHING,
    )


def _label(found: Report, step: Step) -> str:
    form = "%a %d %b %H:%M" if found.asked.grain is Grain.HOUR else "%a %d %b"
    return found.asked.region.local(step.begin).strftime(form)


def _hundred(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 2)


def _amount(micros: int) -> str:
    """For charts, to the hundredth."""
    return f"{Decimal(micros) / MICROS:.2f}"
