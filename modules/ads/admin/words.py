"""Flights and creatives as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join

from modules.ads.kinds import Customers, Members
from modules.ads.models import Creative, Flight

WEEKDAYS = dict(enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1))
_MEMBERS = {Members.MEMBERS.value: "members only", Members.OTHERS.value: "only who is no member"}
_CUSTOMERS = {
    Customers.NEW.value: "only who has never ordered there",
    Customers.LAPSED.value: "only who has not ordered there for long",
}


def placements(flight: Flight) -> str:
    return _listed(flight.placements)


def targeting(flight: Flight) -> str:
    """What narrows it: what is not said narrows nothing."""
    hours = f"{flight.from_hour}:00 to {flight.to_hour}:00"
    parts = (
        (flight.cities, f"in {_listed(flight.cities)}"),
        (flight.zone, f"within {_zone(flight.zone)}"),
        (flight.cuisines, f"pages about {_listed(flight.cuisines)}, and who often orders it"),
        (flight.keywords, f"found by {_listed(flight.keywords)} too"),
        (flight.weekdays, _listed(WEEKDAYS.get(day, day) for day in flight.weekdays)),
        ((flight.from_hour, flight.to_hour) != (0, 24), hours),
        (flight.members in _MEMBERS, _MEMBERS.get(flight.members)),
        (flight.customers in _CUSTOMERS, _CUSTOMERS.get(flight.customers)),
        (flight.segments, f"who is one of: {_listed(flight.segments)}"),
        (flight.cap, f"at most {flight.cap} times in {flight.cap_hours} hours"),
        (not flight.to_unknown, "only those of whom something may be kept"),
    )
    return "; ".join(str(text) for given, text in parts if given) or "everywhere, always, to everybody"


def by_language(creative: Creative) -> str:
    """Each headline with its text."""
    tags = sorted({*creative.headlines, *creative.texts})
    lines = ((tag or "others", creative.headlines.get(tag, ""), creative.texts.get(tag, "")) for tag in tags)
    return format_html_join("", "<p>{}: <b>{}</b> {}</p>", lines)


def drawn(creative: Creative) -> str:
    """The picture, and where it lies; pages load none that lies elsewhere."""
    if not creative.picture:
        return "none of its own"
    return format_html('<img src="{0}" alt="" style="max-width: 12rem"><code>{0}</code>', creative.picture)


def leads_to(campaign: Any) -> str:
    return campaign.landing or "the restaurant's page"


def _zone(corners: Any) -> str:
    """About where it lies: the flight's own page has the corners."""
    if not corners:
        return ""
    lon, lat = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    return f"a zone of {len(corners)} corners around {lat:.4f}, {lon:.4f} (latitude, longitude)"


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(str(name).replace("_", " ") for name in names)
