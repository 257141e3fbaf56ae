"""When something is served: from a document's days and periods to an OpenStreetMap opening_hours string."""

from __future__ import annotations

from collections.abc import Iterable

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_LAST_MINUTE = "23:59"

Period = tuple[str, str, str]
"""A day as above, when it starts and when it ends, HH:MM."""


def opening_hours(periods: Iterable[Period]) -> str:
    """The times in at least one of these periods, days with the same times together.

    23:59 is the last minute that a document can name and means the end of the day. A period that ends at or
    before its start runs into the next day, as in the opening_hours language.
    """
    times: dict[str, list[str]] = {day: [] for day in DAYS}
    for day, start, end in periods:
        _add(times[day], start, end)
    if all(spans == ["00:00-24:00"] for spans in times.values()):
        return "24/7"
    days_by_spans: dict[str, list[str]] = {}
    for day, spans in times.items():
        if spans:
            days_by_spans.setdefault(",".join(sorted(spans)), []).append(day)
    if not days_by_spans:
        return "off"
    return "; ".join(f"{','.join(days)} {spans}" for spans, days in days_by_spans.items())


def _add(spans: list[str], start: str, end: str) -> None:
    span = f"{start}-{'24:00' if end == _LAST_MINUTE else end}"
    if span == "00:00-24:00":
        spans[:] = [span]
    elif span not in spans and spans != ["00:00-24:00"]:
        spans.append(span)
