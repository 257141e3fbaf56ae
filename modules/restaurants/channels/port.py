"""The port that every way to a vendor's system fills: a message goes out, an answer comes back.

What calls it (`services/telling.py`, in a job) decides about tries, the log, health and the ladder; a channel
only knows its wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from modules.restaurants.interface import TicketView
from tiffin.dto import DTO

ANSWER_CHARACTERS = 500


class Destination(DTO):
    """Where a message goes. `secrets` are what it is signed with, the newest first, in plain: never logged.
    `settings` are the channel's own, as the connection holds them."""

    connection_id: UUID
    url: str
    secrets: tuple[bytes, ...] = ()
    settings: Mapping[str, Any] = {}


class Message(DTO):
    """One event for a vendor. The id is the same in every try: by it a vendor knows one that came twice.

    `step` counts what happened to the order, so that messages out of order can be told; `facts` are those of
    the moment `at`, `order` is the order as it is now, or None for a message that is about none.
    """

    id: UUID
    kind: str
    at: datetime
    restaurant_id: UUID | None
    step: int
    facts: Mapping[str, Any]
    order: TicketView | None


class Answer(DTO):
    """What came back. `taken` when the vendor's system says that it has it; `status` is HTTP's, None when
    nothing came; `text` says what it answered, or what went wrong, in at most ANSWER_CHARACTERS.
    `gone` when it says that it wants nothing more."""

    taken: bool
    status: int | None = None
    milliseconds: int = 0
    text: str = ""
    gone: bool = False


class VendorChannel(Protocol):
    """One wire. Both methods may be called by many threads at once."""

    def send(self, destination: Destination, message: Message) -> Answer:
        """Send it once and say what came back; a vendor's failure is an answer and never raises."""
        ...

    def problem_with(self, url: str, settings: Mapping[str, Any]) -> str | None:
        """Why a connection cannot be had like this, as a sentence for its owner; None when it can."""
        ...
