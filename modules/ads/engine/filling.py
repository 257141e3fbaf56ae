"""Texts of creatives, filled when they are shown: with the restaurant, a dish that can be had now, its price
and how long it takes, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency

from modules.ads.engine.servable import Creative, Dish, Venue
from modules.ads.engine.venues import is_served
from tiffin.money import minor_units

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_OF_DISH = frozenset({"dish", "price"})
PLACEHOLDERS = _OF_DISH | {"restaurant", "cuisine", "minutes"}
FALLBACK = "en"
# Browsers read a backslash as a slash, and let line breaks and tabs fall: “/\\x.example” leads elsewhere.
ADDRESS = re.compile(r"[^\\\s\x00-\x1f\x7f]*")


class Filled(NamedTuple):
    headline: str
    text: str
    picture: str


class Reader(NamedTuple):
    """For whom a text is filled: in which language, how many minutes it takes to them (None: unknown), which
    dishes cannot be had, and when (seconds since 1970)."""

    language: str
    minutes: int | None
    gone: Collection[UUID]
    now: float


def is_own_path(address: str) -> bool:
    """Whether it stays on this origin: pages load no picture from elsewhere, where it could become another
    one after staff have approved it."""
    return address.startswith("/") and "//" not in address and bool(ADDRESS.fullmatch(address))


def unknown_placeholders(text: str) -> set[str]:
    return {f"{{{name}}}" for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS}


def fill(creative: Creative, venue: Venue | None, reader: Reader) -> Filled | None:
    """None where something that it names is not to be had now."""
    headline = _parts(_said(creative.headlines, reader.language))
    text = _parts(_said(creative.texts, reader.language))
    named = {*headline[1::2], *text[1::2]}
    if not named:
        return Filled("".join(headline), "".join(text), creative.picture)
    dish = _dish(venue, reader) if named & _OF_DISH else None
    values = {name: _value(name, venue, dish, reader) for name in named}
    if None in values.values():
        return None
    picture = creative.picture or (dish.picture if dish else "")
    return Filled(_joined(headline, values), _joined(text, values), picture)


@lru_cache(maxsize=50_000)
def _parts(text: str) -> tuple[str, ...]:
    """What stands between placeholders, and at odd places their names."""
    return tuple(_PLACEHOLDER.split(text))


def _said(texts: Mapping[str, str], language: str) -> str:
    """In the language, else in that for all others, else in any."""
    for tag in (language, language.partition("-")[0], ""):
        if tag in texts:
            return texts[tag]
    return next(iter(texts.values()), "")


def _dish(venue: Venue | None, reader: Reader) -> Dish | None:
    """The first that can be had now."""
    if venue is None:
        return None
    zone, now = venue.time_zone, reader.now
    had = (dish for dish in venue.dishes if dish.id not in reader.gone and is_served(dish.hours, zone, now))
    return next(had, None)


def _value(name: str, venue: Venue | None, dish: Dish | None, reader: Reader) -> str | None:
    """None for what is not known, or not to be had."""
    if venue is None:
        return None
    if name in _OF_DISH:
        return _of_dish(name, venue, dish, reader) if dish else None
    if name == "minutes":
        return None if reader.minutes is None else str(reader.minutes)
    return venue.name if name == "restaurant" else venue.cuisine


def _of_dish(name: str, venue: Venue, dish: Dish, reader: Reader) -> str:
    if name == "price":
        return written_price(dish.price, venue.currency, reader.language)
    return dish.titles.get(reader.language, dish.title)


def _joined(parts: Sequence[str], values: Mapping[str, str | None]) -> str:
    return "".join(values[part] or "" if place % 2 else part for place, part in enumerate(parts))


@lru_cache(maxsize=20_000)
def written_price(amount: int, currency: str, language: str) -> str:
    """As people write it there: “12,50 zł”. `amount` in minor units."""
    exact = str(amount).rjust(minor_units(currency) + 1, "0")
    places = minor_units(currency)
    number = f"{exact[:-places]}.{exact[-places:]}" if places else exact
    return format_currency(number, currency, locale=_locale(language))


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language or FALLBACK, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)
