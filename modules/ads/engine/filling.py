"""Texts of creatives, filled when they are shown: with the restaurant, a dish that can be had now, its price
and how long it takes, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency

from modules.ads.engine.servable import Creative, Dish, Venue
from tiffin.money import minor_units

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
PLACEHOLDERS = frozenset({"restaurant", "cuisine", "dish", "price", "minutes"})
FALLBACK = "en"


class Filled(NamedTuple):
    headline: str
    text: str
    picture: str


def unknown_placeholders(text: str) -> set[str]:
    return {f"{{{name}}}" for name in _PLACEHOLDER.findall(text)} - {f"{{{name}}}" for name in PLACEHOLDERS}


def fill(
    creative: Creative, venue: Venue | None, *, language: str, minutes: int | None, gone: Collection[UUID]
) -> Filled | None:
    """None where something that it names is not to be had now."""
    headline, text = _said(creative.headlines, language), _said(creative.texts, language)
    dish = next((dish for dish in venue.dishes if dish.id not in gone), None) if venue else None
    values = dict(_values(venue, dish, language, minutes))
    named = {*_PLACEHOLDER.findall(headline), *_PLACEHOLDER.findall(text)}
    if not named <= values.keys():
        return None
    picture = creative.picture or (dish.picture if dish and "dish" in named else "")
    return Filled(_put(headline, values), _put(text, values), picture)


def _said(texts: Mapping[str, str], language: str) -> str:
    """In the language, else in that for all others, else in any."""
    for tag in (language, language.partition("-")[0], ""):
        if tag in texts:
            return texts[tag]
    return next(iter(texts.values()), "")


def _values(
    venue: Venue | None, dish: Dish | None, language: str, minutes: int | None
) -> Iterator[tuple[str, str]]:
    if venue is None:
        return
    yield "restaurant", venue.name
    yield "cuisine", venue.cuisine
    if dish is not None:
        yield "dish", dish.titles.get(language, dish.title)
        yield "price", written_price(dish.price, venue.currency, language)
    if minutes is not None:
        yield "minutes", str(minutes)


def _put(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def written_price(amount: int, currency: str, language: str) -> str:
    """As people write it there: “12,50 zł”. `amount` in minor units."""
    exact = str(amount).rjust(minor_units(currency) + 1, "0")
    places = minor_units(currency)
    number = f"{exact[:-places]}.{exact[-places:]}" if places else exact
    return format_currency(number, currency, locale=_locale(language))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language or FALLBACK, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)
