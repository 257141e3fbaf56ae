"""One page of how it goes: figures and charts of a region and a time. Each module offers a board, in its
`dashboard.py`, which reads its own sums and never its rows:

    @dashboard("Orders")
    def orders(region: Region, period: Period) -> Board: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any, NamedTuple, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from tiffin import clock, regions
from tiffin.admin.scope import visible_modules
from tiffin.admin.staff import staff_of
from tiffin.db.owners import owner_of
from tiffin.regions import Region

PERIODS = {"today": "Today", "yesterday": "Yesterday", "7": "7 days", "28": "28 days"}
COLOURS = ("primary-600", "primary-300", "base-400", "primary-800", "base-600", "primary-400", "base-300")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Period(NamedTuple):
    """`steps` are the moments at which its hours or, when `daily`, its days begin, and its end; `before` and
    `before_end` are those of what it is compared with."""

    steps: tuple[datetime, ...]
    before: datetime
    before_end: datetime
    daily: bool

    @property
    def begin(self) -> datetime:
        return self.steps[0]

    @property
    def end(self) -> datetime:
        return self.steps[-1]


class Card(NamedTuple):
    """A figure, how it was `before` and the `change`, as people read them."""

    title: str
    value: str
    before: str
    change: str = ""


class Chart(NamedTuple):
    """`series` by name, a number for each step of the period, amounts as decimal text; None where there is
    nothing to say."""

    title: str
    series: Mapping[str, Sequence[float | str | None]]
    stacked: bool = False


class Board(NamedTuple):
    """What a module shows. Without cards: nothing happened."""

    cards: Sequence[Card]
    charts: Sequence[Chart]


Ask = Callable[[Region, Period], Board]
A = TypeVar("A", bound=Ask)

_boards: dict[str, tuple[str, Ask]] = {}


def dashboard(title: str) -> Callable[[A], A]:
    """The function answers for its module's board."""

    def register(function: A) -> A:
        _boards[owner_of(function.__module__)] = title, function
        return function

    return register


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The boards of the modules that the staff may see, of a region in which they work."""
    from tiffin.admin.site import site

    region, choices = region_asked_for(request)
    chosen = request.GET.get("period", "")
    chosen = chosen if chosen in PERIODS else "today"
    period = region and period_of(region, chosen, clock.now())
    context = {
        **site.each_context(request),
        "title": "How it goes",
        "regions": choices,
        "region": region,
        "periods": PERIODS,
        "chosen": chosen,
        "boards": _shown(request, region, period) if region and period else [],
    }
    if region and period:
        context |= _times(region, period)
    return TemplateResponse(request, "tiffin/admin/dashboard.html", context)


def region_asked_for(request: HttpRequest) -> tuple[Region | None, dict[str, Region]]:
    """The region that a page is asked for, or else the first; None for staff of none. With those to choose
    from, which `tiffin/admin/region_choice.html` shows."""
    choices = regions_of(request)
    return choices.get(request.GET.get("region", ""), next(iter(choices.values()), None)), choices


def regions_of(request: HttpRequest) -> dict[str, Region]:
    """Those in which the staff works, by code."""
    actor = staff_of(request).actor
    return {
        region.code: region
        for region in regions.all()
        if actor.works_everywhere or region.code in actor.regions
    }


def period_of(region: Region, chosen: str, now: datetime) -> Period:
    """The days are those of the region's clocks. Today is compared with yesterday up to the same hour, the
    whole days before today with as many before them."""
    today = region.local(now).date()
    if chosen == "today":
        begin, end = midnight(region, today), midnight(region, today + _DAY)
        before = midnight(region, today - _DAY)
        hours = _hours(begin, end)
        gone = sum(hour <= now for hour in hours[:-1])
        return Period(hours, before, before + gone * _HOUR, daily=False)
    days = 1 if chosen == "yesterday" else int(chosen)
    midnights = tuple(midnight(region, today - _DAY * back) for back in range(days, -1, -1))
    before = midnight(region, today - _DAY * 2 * days)
    if days == 1:
        return Period(_hours(*midnights), before, midnights[0], daily=False)
    return Period(midnights, before, midnights[0], daily=True)


def midnight(region: Region, day: date) -> datetime:
    return datetime.combine(day, time.min, region.time_zone).astimezone(UTC)


def _hours(begin: datetime, end: datetime) -> tuple[datetime, ...]:
    """23, 24 or 25 of them."""
    return (*(begin + _HOUR * passed for passed in range((end - begin) // _HOUR)), end)


def _times(region: Region, period: Period) -> dict[str, Any]:
    return {
        "zone": region.time_zone.key,
        "begin": f"{region.local(period.begin):%Y-%m-%d}",
        "last": f"{region.local(period.end - _HOUR):%Y-%m-%d}",
        "before": f"{region.local(period.before):%Y-%m-%d %H:%M}",
        "before_end": f"{region.local(period.before_end):%Y-%m-%d %H:%M}",
    }


def _shown(request: HttpRequest, region: Region, period: Period) -> list[dict[str, Any]]:
    form = "%a %d %b" if period.daily else "%H:%M"
    labels = [region.local(step).strftime(form) for step in period.steps[:-1]]
    begun = sum(step <= clock.now() for step in period.steps[:-1])
    boards = []
    for module in visible_modules(request):
        if module in _boards:
            title, ask = _boards[module]
            board = ask(region, period)
            charts = [drawn(chart, labels, begun) for chart in board.charts]
            boards.append({"title": title, "cards": board.cards, "charts": charts})
    return boards


def drawn(chart: Chart, labels: Sequence[str], begun: int) -> dict[str, Any]:
    """As unfold's chart component wants it, and as a table for those who cannot see it. Of what is after the
    first `begun` steps there is nothing to say yet."""
    series = {
        name: [value if step < begun else None for step, value in enumerate(values)]
        for name, values in chart.series.items()
    }
    datasets = [
        {
            "label": name,
            "data": values,
            "borderColor": f"var(--color-{colour})",
            "backgroundColor": f"var(--color-{colour})",
            "maxBarThickness": 28,
        }
        for (name, values), colour in zip(series.items(), cycle(COLOURS), strict=False)
    ]
    scale = {"stacked": chart.stacked, "beginAtZero": True, "ticks": {"color": "#9ca3af"}}
    options = {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "plugins": {"legend": {"display": len(datasets) > 1, "position": "top", "align": "end"}},
        "scales": {"x": {**scale, "grid": {"display": False}}, "y": {**scale, "grid": {"tickWidth": 0}}},
    }
    return {
        "title": chart.title,
        "type": "bar" if chart.stacked else "line",
        "data": msgspec.json.encode({"labels": labels, "datasets": datasets}).decode(),
        "options": msgspec.json.encode(options).decode(),
        "names": list(series),
        "rows": list(zip(labels, zip(*series.values(), strict=True), strict=True)) if series else [],
    }
