"""How ads do, on the staff's pages: drawn from the hourly figures and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from modules.ads.policies import MICROS
from modules.ads.selectors.course import Course, course
from tiffin.admin.dashboard import Board, Card, Chart, Period, dashboard
from tiffin.money import minor_units
from tiffin.regions import Region

NOTHING = "–"


@dashboard("Ads")
def ads(region: Region, period: Period) -> Board:
    """Two reads of the figures: the time step by step, and that before."""
    now = course(region, period.steps)
    before = course(region, (period.before, period.before_end))
    if not now.whole_slots.wanted and not now.whole.impressions:
        return Board((), ())
    return Board(_cards(region, now, before), _charts(region, now, "day" if period.daily else "hour"))


def _cards(region: Region, now: Course, before: Course) -> list[Card]:
    def money(micros: float) -> str:
        return f"{Decimal(micros) / MICROS:,.{minor_units(region.currency)}f} {region.currency}"

    return [
        _card("Ad slots filled", now.whole_slots.rate, before.whole_slots.rate, "{:.1%}".format),
        _card("Impressions", now.whole.impressions, before.whole.impressions, "{:,}".format),
        _card("Clicks", now.whole.clicks, before.whole.clicks, "{:,}".format),
        _card("Clicks of impressions", now.whole.rate, before.whole.rate, "{:.2%}".format),
        _card("Orders that followed a click", now.whole.orders, before.whole.orders, "{:,}".format),
        _card("Spent on ads", now.whole.spent, before.whole.spent, money),
    ]


def _charts(region: Region, now: Course, step: str) -> list[Chart]:
    places = minor_units(region.currency)
    spent = [f"{Decimal(sums.spent) / MICROS:.{places}f}" for sums in now.sums]
    filled = [None if slots.rate is None else round(100 * slots.rate, 1) for slots in now.slots]
    return [
        Chart(f"Spent on ads by the {step}", {region.currency: spent}, stacked=True),
        Chart(f"Ad slots filled, of 100, by the {step}", {"filled": filled}),
    ]


def _card(title: str, now: float | None, before: float | None, text: Callable[[float], str]) -> Card:
    change = f"{(now - before) / before:+.1%}" if now is not None and before else ""
    return Card(
        title, NOTHING if now is None else text(now), NOTHING if before is None else text(before), change
    )
