"""How honest the prediction of clicks is, on the staff's pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from modules.ads.selectors.calibration import Calibrated, calibrated
from tiffin import clock
from tiffin.admin.dashboard import Chart, drawn
from tiffin.admin.site import site

DAYS = {"1": "today", "7": "7 days", "28": "28 days"}


def page(request: HttpRequest) -> HttpResponse:
    """There is one model for all regions: it is shown to whoever sees ads."""
    asked = request.GET.get("days", "")
    chosen = asked if asked in DAYS else "7"
    today = clock.now().date()
    found = calibrated(today - timedelta(days=int(chosen) - 1), today)
    context = {
        **site.each_context(request),
        "title": "Predicted and real clicks",
        "lengths": DAYS,
        "chosen": chosen,
        "found": found,
        "board": {"cards": [], "charts": list(_charts(found))},
    }
    return TemplateResponse(request, "ads/calibration.html", context)


def _charts(found: Calibrated) -> Iterator[dict[str, Any]]:
    if not found.whole.shown:
        return
    labels = [str(number) for number, _ in enumerate(found.tenths, 1)]
    yield drawn(
        Chart(
            "Clicks of 100 impressions, from the least likely tenth to the likeliest",
            {
                "predicted": [round(each.predicted, 3) for each in found.tenths],
                "real": [round(each.observed, 3) for each in found.tenths],
            },
        ),
        labels,
        len(labels),
    )
    days = [f"{day:%a %d %b}" for day, _ in found.days]
    ratios = [each.ratio for _, each in found.days]
    yield drawn(
        Chart(
            "Real clicks of those predicted, by the day (1 is honest)",
            {"ratio": [None if ratio is None else round(ratio, 3) for ratio in ratios]},
        ),
        days,
        len(days),
    )
