"""When a menu is served: from Uber's days and periods to an OpenStreetMap opening_hours string."""

from __future__ import annotations

from collections.abc import Iterable

from modules.restaurants.menus import wire

_DAYS = {
    "monday": "Mo",
    "tuesday": "Tu",
    "wednesday": "We",
    "thursday": "Th",
    "friday": "Fr",
    "saturday": "Sa",
    "sunday": "Su",
}
_LAST_MINUTE = "23:59"


def opening_hours(menus: Iterable[wire.Menu]) -> str:
    """The times at which at least one of these menus is served, days with the same times together.

    23:59 is the last minute that the document can name and means the end of the day. A period that ends at
    or before its start runs into the next day, as in the opening_hours language.
    """
    times: dict[str, list[str]] = {day: [] for day in _DAYS.values()}
    for menu in menus:
        for served in menu.service_availability:
            for period in served.time_periods:
                _add(times[_DAYS[served.day_of_week]], period)
    if all(spans == ["00:00-24:00"] for spans in times.values()):
        return "24/7"
    days_by_spans: dict[str, list[str]] = {}
    for day, spans in times.items():
        if spans:
            days_by_spans.setdefault(",".join(sorted(spans)), []).append(day)
    if not days_by_spans:
        return "off"
    return "; ".join(f"{','.join(days)} {spans}" for spans, days in days_by_spans.items())


def _add(spans: list[str], period: wire.TimePeriod) -> None:
    end = "24:00" if period.end_time == _LAST_MINUTE else period.end_time
    span = f"{period.start_time}-{end}"
    if span == "00:00-24:00":
        spans[:] = [span]
    elif span not in spans and spans != ["00:00-24:00"]:
        spans.append(span)
