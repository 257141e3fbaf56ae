"""What reading a provider's document has in common, whoever it is: limits, and how problems are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn
from uuid import UUID, uuid5

import msgspec

from modules.restaurants.interface import ItemId, MenuDocument, MenuFormat, MenuRefused, Unavailable

MAX_BYTES = 5_000_000
MAX_PROBLEMS = 50

UNREADABLE = (msgspec.DecodeError, msgspec.ValidationError)


class Wanted(msgspec.Struct, frozen=True):
    """For whom a document is read: prices become minor units of `currency`, titles are in `language` where
    the document has them, `pictures` maps relative image addresses to where they are served."""

    restaurant_id: UUID
    currency: str
    language: str
    pictures: dict[str, str]


class Reading(msgspec.Struct, frozen=True):
    """What was read: the menu, and what it says is sold out."""

    format: MenuFormat
    menu: MenuDocument
    unavailable: tuple[Unavailable, ...] = ()


def item_id_of(restaurant_id: UUID, code: str) -> ItemId:
    """What we call what a restaurant's own system calls `code`."""
    return ItemId(uuid5(restaurant_id, f"item:{code}"))


def refuse(problems: Sequence[str]) -> NoReturn:
    """Raises MenuRefused with the first fifty of them."""
    raise MenuRefused(first=problems[0], problems=tuple(problems[:MAX_PROBLEMS]))


def decode(text: str) -> Any:
    """The document's outermost level: an object by its keys, or a list, what is inside still undecoded.

    Raises MenuRefused.
    """
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        refuse([f"the file is larger than {MAX_BYTES // 1_000_000} MB"])
    if "\x00" in text or "\\u0000" in text:
        refuse(["the file holds a zero character (\\u0000), which no text may"])
    try:
        return msgspec.json.decode(text, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    except UNREADABLE as error:
        refuse([f"the file is not a JSON object or list: {sentence_of(error)}"])
    except (RecursionError, UnicodeError):
        refuse(["the file is not a JSON object or list: it is nested too deeply, or no text"])


def path_and_sentence(error: Exception) -> tuple[str, str]:
    """msgspec ends its messages in " - at `$.price_info.price`"."""
    message, _, at = str(error).partition(" - at `$")
    return at.rstrip("`"), message[:1].lower() + message[1:].replace("`", "")


def sentence_of(error: Exception) -> str:
    path, sentence = path_and_sentence(error)
    return f"{sentence} (at {path})" if path else sentence
