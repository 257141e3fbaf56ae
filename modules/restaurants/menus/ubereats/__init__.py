"""Uber Eats menu v2: from JSON text to our menu, checked whole, every problem with its path in the file."""

from __future__ import annotations

from typing import Any

import msgspec

from modules.restaurants.interface import MenuFormat
from modules.restaurants.menus.documents import (
    UNREADABLE,
    Reading,
    Wanted,
    path_and_sentence,
    refuse,
    sentence_of,
)
from modules.restaurants.menus.ubereats import wire
from modules.restaurants.menus.ubereats.checks import problems_in
from modules.restaurants.menus.ubereats.convert import Converter

_LISTS: dict[str, type[msgspec.Struct]] = {
    "items": wire.Item,
    "modifier_groups": wire.ModifierGroup,
    "categories": wire.Category,
    "menus": wire.Menu,
}


def read(raw: Any, wanted: Wanted) -> Reading:
    """Raises MenuRefused with every problem found, up to 50 of them."""
    document, problems = _read(raw)
    problems = problems or problems_in(document, pictures=wanted.pictures)
    if problems:
        refuse(problems)
    return Reading(format=MenuFormat.UBER_EATS, menu=Converter(document, wanted).menu())


def picture_urls(raw: Any) -> list[str]:
    """The image_url's in the document."""
    document, _ = _read(raw)
    return [item.image_url for item in document.items if item.image_url]


def _read(raw: Any) -> tuple[wire.Document, list[str]]:
    if not isinstance(raw, dict):
        refuse(["the file is not a JSON object, which an Uber Eats menu is"])
    problems: list[str] = []
    lists: dict[str, list[msgspec.Struct]] = {}
    for name, type_ in _LISTS.items():
        lists[name] = _read_list(name, type_, raw.get(name), problems)
    return msgspec.convert(lists, wire.Document), problems


def _read_list(
    name: str, type_: type[msgspec.Struct], raw: msgspec.Raw | None, problems: list[str]
) -> list[msgspec.Struct]:
    """Read what can be read, and say of every entity that cannot where it is wrong."""
    if raw is None:
        problems.append(f"{name}: is missing (an empty list is allowed)")
        return []
    try:
        entities = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except UNREADABLE as error:
        problems.append(f"{name}: {sentence_of(error)}")
        return []
    read = []
    for index, entity in enumerate(entities):
        try:
            read.append(msgspec.json.decode(entity, type=type_))
        except UNREADABLE as error:
            path, sentence = path_and_sentence(error)
            problems.append(f"{name}[{index}]{path}: {sentence}")
    return read
