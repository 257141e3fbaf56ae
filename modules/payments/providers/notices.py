"""What a provider's notification comes down to. Nothing it says is believed where the provider can be asked:
it only makes us ask. Of one that cannot, what is proven to be its is written down, and asked for there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

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


class NoticeReader(Protocol):
    """How a provider's notifications are read."""

    def split(self, body: bytes) -> Sequence[bytes]:
        """Each notification that came in one request, by itself."""
        ...

    def verify(self, body: bytes, signature: str, *, of_any_age: bool = False) -> None:
        """Raises NotAuthentic unless it is the provider's, and new where that can be told."""
        ...

    def read(self, body: bytes) -> Notice:
        """What it is about. Raises NotAuthentic for what cannot be read."""
        ...

    def is_about_dispute(self, kind: str) -> bool: ...

    def is_about_card(self, kind: str) -> bool:
        """Whether it is about a card that is entered to be kept."""
        ...

    def is_about_failure(self, kind: str) -> bool:
        """Whether it may say that a capture or refund has failed after it went through."""
        ...

    def learn(self, body: bytes) -> None:
        """Write down what one that was verified proves, where the provider cannot be asked."""
        ...
