"""Reports as files: a line for each hour or day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal

from modules.ads.policies import MICROS
from modules.ads.selectors.lift import Lifted
from modules.ads.selectors.reports import Report, Step

COLUMNS = (
    "region", "time_zone", "begin", "requests", "slots", "filled", "fill_rate", "impressions", "clicks",
    "click_rate", "orders", "filtered", "spent_micros", "spent", "currency", "cost_per_order",
    "planned_micros", "paced_micros", "customers_shown", "orders_of_shown", "customers_held_out",
    "orders_of_held_out", "incremental_orders", "incremental_low", "incremental_high",
)  # fmt: skip


class _Line:
    """A file-like that hands back what csv writes."""

    def write(self, text: str) -> str:
        return text


def csv_lines(found: Report) -> Iterator[str]:
    """The heading first. Numbers, and words of ours: nothing that a spreadsheet would run."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for step in found.steps:
        yield writer.writerow(_cells(found, step))


def file_name(found: Report) -> str:
    asked = found.asked
    return f"ads-{asked.region.code}-{asked.first}-{asked.last}-{asked.grain}.csv"


def _cells(found: Report, step: Step) -> tuple[object, ...]:
    region, sums, slots, pace = found.asked.region, step.sums, step.slots, step.pace
    return (
        region.code, str(region.time_zone), region.local(step.begin).isoformat(timespec="seconds"),
        slots.requests if slots else "", slots.wanted if slots else "", slots.filled if slots else "",
        _rate(slots.rate if slots else None), sums.impressions, sums.clicks, _rate(sums.rate), sums.orders,
        sums.filtered, sums.spent, _main(sums.spent), region.currency, _main(sums.per_order),
        pace.planned if pace else "", pace.spent if pace else "", *_lift(step.lift),
    )  # fmt: skip


def _lift(lift: Lifted) -> tuple[object, ...]:
    """From the file's first day to the end of the line's."""
    if not lift.campaigns:
        return ("",) * 7
    shown, held_out = lift.shown, lift.held_out
    estimate = [f"{number:.1f}" for number in lift.estimate] if lift.estimate else ("",) * 3
    return shown.viewers, shown.orders, held_out.viewers, held_out.orders, *estimate


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.6f}"


def _main(micros: int | None) -> str:
    """In the currency's main unit, to the micro."""
    return "" if micros is None else f"{Decimal(micros) / MICROS:f}"
