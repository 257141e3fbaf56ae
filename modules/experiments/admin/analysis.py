"""What an experiment's figures say, on one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from modules.experiments.models import Analysis, Experiment
from modules.experiments.services import analysing
from modules.experiments.services.analysing import Figure, Read, Reading
from modules.experiments.statistics import ALPHA, LEAST
from tiffin.admin import ModuleAdmin
from tiffin.admin.dashboard import Chart, drawn
from tiffin.admin.site import site
from tiffin.money import Money

MOST_POINTS = 24 * 28


class Row(NamedTuple):
    """A variation of one metric, as people read it. `left` and `width` place its interval in a bar whose
    middle is no difference, in per cent of it."""

    variation: str
    participants: int
    mean: str
    lift: str
    interval: str
    verdict: str
    left: float
    width: float
    point: float


class Table(NamedTuple):
    says: str
    role: str
    rows: list[Row]


def analysis_page(pages: ModuleAdmin, request: HttpRequest, experiment_id: Any) -> HttpResponse:
    """Read anew each time it is opened; the chart is what was read before."""
    if not pages.has_view_permission(request):
        raise PermissionDenied
    experiment = pages.get_queryset(request).filter(pk=experiment_id).first()
    if experiment is None:
        raise Http404
    reading = analysing.read(experiment)
    context = {
        **site.each_context(request),
        "title": f"{experiment.name}: what its figures say",
        "experiment": experiment,
        "reading": reading,
        "groups": _groups(experiment, reading),
        "tables": [_table(experiment, read) for read in reading.metrics],
        "surely": f"{1 - ALPHA:.0%}",
        "least": LEAST,
        "board": {"cards": [], "charts": _charts(experiment)},
    }
    return TemplateResponse(request, "experiments/analysis.html", context)


def _groups(experiment: Experiment, reading: Reading) -> list[tuple[str, str, int, str]]:
    """Key, name, how many take part, and which share of all that is against the one it should be."""
    all = sum(reading.counts.values())
    return [
        (
            each["key"],
            each["name"],
            reading.counts[each["key"]],
            f"{reading.counts[each['key']] / all:.2%} of {each['weight'] / 10_000:.2%}" if all else "–",
        )
        for each in experiment.variations
    ]


def _table(experiment: Experiment, read: Read) -> Table:
    says = f"{read.says} ({read.currency})" if read.currency else read.says
    widest = max(
        (abs(end) for each in read.figures for end in (each.low, each.high) if end is not None), default=0.0
    )
    return Table(says, read.role, [_row(experiment, read, figure, widest) for figure in read.figures])


def _row(experiment: Experiment, read: Read, figure: Figure, widest: float) -> Row:
    lift = interval = ""
    left = width = point = 0.0
    if figure.lift is not None and figure.low is not None and figure.high is not None:
        lift = f"{figure.lift:+.2%}"
        interval = f"{figure.low:+.2%} to {figure.high:+.2%}"
        scale = 50 / widest if widest else 0.0
        left, width = 50 + figure.low * scale, (figure.high - figure.low) * scale
        point = 50 + figure.lift * scale
    is_first = figure.variation == experiment.variations[0]["key"]
    return Row(
        figure.variation,
        figure.participants,
        _mean(read, figure),
        lift,
        interval,
        "compared with" if is_first else _verdict(read, figure),
        left,
        width,
        point,
    )


def _mean(read: Read, figure: Figure) -> str:
    if figure.mean is None:
        return "–"
    if read.currency:
        return str(Money(amount=round(figure.mean), currency=read.currency))
    return f"{figure.mean:.4f}"


def _verdict(read: Read, figure: Figure) -> str:
    """In words, and no more than can be said."""
    if figure.hurt:
        return "hurt"
    if figure.low is None or figure.high is None:
        return "not enough yet"
    if figure.low <= 0 <= figure.high:
        return "no difference yet"
    return "better" if (figure.low > 0) == (read.better == "more") else "worse"


def _charts(experiment: Experiment) -> list[dict[str, Any]]:
    """The primary metric's lift and interval by the hour."""
    rows = Analysis.objects.filter(experiment=experiment, phase=experiment.phase).order_by("-at")
    past = [(row.at, msgspec.convert(row.reading, Reading)) for row in rows[:MOST_POINTS]][::-1]
    charts = []
    for each in experiment.variations[1:]:
        points = [(at, found) for at, reading in past if (found := _of(reading, each["key"]))]
        if points:
            charts.append(_chart(each["key"], points))
    return charts


def _of(reading: Reading, variation: str) -> Figure | None:
    primary = next((read for read in reading.metrics if read.role == "primary"), None)
    found: Iterator[Figure] = iter(primary.figures if primary else ())
    return next((each for each in found if each.variation == variation and each.lift is not None), None)


def _chart(variation: str, points: Sequence[tuple[Any, Figure]]) -> dict[str, Any]:
    labels = [f"{at:%d %b %H:%M}" for at, _ in points]
    series = {
        "lift, %": [_percent(figure.lift) for _, figure in points],
        "at least, %": [_percent(figure.low) for _, figure in points],
        "at most, %": [_percent(figure.high) for _, figure in points],
    }
    return drawn(Chart(f"{variation}: lift of what it is about, UTC", series), labels, len(labels))


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(fraction * 100, 2)
