"""Uber Eats menu v2: from JSON text to our menu, checked whole, every problem with its path in the file."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.restaurants import interface as ours
from modules.restaurants.interface import MenuRefused
from modules.restaurants.menus import wire
from modules.restaurants.menus.checks import problems_in
from modules.restaurants.menus.convert import Converter

MAX_BYTES = 5_000_000
MAX_PROBLEMS = 50
_LISTS: dict[str, type[msgspec.Struct]] = {
    "items": wire.Item,
    "modifier_groups": wire.ModifierGroup,
    "categories": wire.Category,
    "menus": wire.Menu,
}


def parse(
    text: str, *, restaurant_id: UUID, currency: str, language: str, pictures: dict[str, str]
) -> ours.MenuDocument:
    """Read a document for one restaurant. Prices are taken as minor units of `currency`, titles in
    `language` where it has them; `pictures` maps relative image_url's to where they are served.

    Raises:
        MenuRefused: with every problem found, up to 50 of them.
    """
    document, problems = _read(text)
    if document is not None and not problems:
        problems = problems_in(document, pictures=pictures)
    if document is None or problems:
        raise MenuRefused(first=problems[0], problems=tuple(problems[:MAX_PROBLEMS]))
    converter = Converter(
        document, restaurant_id=restaurant_id, currency=currency, language=language, pictures=pictures
    )
    return converter.menu()


def picture_paths(text: str) -> list[str]:
    """The image_url's in the document that are no web addresses, so files that belong to it."""
    document, _ = _read(text)
    urls = [item.image_url for item in document.items if item.image_url] if document else []
    return sorted({url for url in urls if "://" not in url})


def _read(text: str) -> tuple[wire.Document | None, list[str]]:
    if len(text.encode()) > MAX_BYTES:
        return None, [f"the file is larger than {MAX_BYTES // 1_000_000} MB"]
    try:
        raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return None, [f"the file is not a JSON object: {_sentence(error)}"]
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
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        problems.append(f"{name}: {_sentence(error)}")
        return []
    read = []
    for index, entity in enumerate(entities):
        try:
            read.append(msgspec.json.decode(entity, type=type_))
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            path, sentence = _path_and_sentence(error)
            problems.append(f"{name}[{index}]{path}: {sentence}")
    return read


def _path_and_sentence(error: Exception) -> tuple[str, str]:
    """msgspec ends its messages in " - at `$.price_info.price`"."""
    message, _, at = str(error).partition(" - at `$")
    return at.rstrip("`"), _lower(message)


def _sentence(error: Exception) -> str:
    path, sentence = _path_and_sentence(error)
    return f"{sentence} (at {path})" if path else sentence


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].replace("`", "")
