"""What a provider's notification comes down to. Nothing it says is believed: it only makes us ask."""

from __future__ import annotations

from typing import Any

from tiffin.dto import DTO


class NotAuthentic(Exception):
    """It is not what it should be: not signed, too old, or nothing that can be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Notice(DTO):
    """`event_id` is the provider's and the same each time it is sent; `charge` is our key if it says one,
    `reference` the provider's name of the charge that it is about."""

    event_id: str
    kind: str
    charge: str = ""
    reference: str = ""


def text_of(value: Any, name: str, longest: int = 255) -> str:
    """The member if it is a text of at most so many characters; empty otherwise."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) and len(found) <= longest and "\x00" not in found else ""
