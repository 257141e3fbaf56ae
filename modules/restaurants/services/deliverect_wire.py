"""Deliverect's messages as they travel: the fields that are read here, with their own names.

Source: Deliverect's developer documentation, "Register Channel", "Order Status Update", "Preparation Time
Update", "Snooze / Unsnooze Products" and "Busy mode", read November 2026. The answer to a snooze is as
integrators give it and unconfirmed. What is not named here is ignored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from modules.restaurants.menus.deliverect.snoozes import moment
from modules.restaurants.models.deliverect import Topic

T = TypeVar("T")
_MOST = 2**31 - 1
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Registration(msgspec.Struct, rename="camel"):
    """`status` is register, active or inactive; `channel_location_id` what we call the place."""

    status: str
    channel_location_id: str
    channel_link_id: Text
    location_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    channel_link_name: Annotated[str, msgspec.Meta(max_length=120)] = ""


class StatusUpdate(msgspec.Struct, rename="camel"):
    """The documentation shows the status as a number and as text."""

    status: int | str
    reason: str | None = None
    pickup_time: str | None = None

    @property
    def code(self) -> int | None:
        return _whole(self.status)

    @property
    def ready_at(self) -> datetime | None:
        return moment(self.pickup_time) if self.pickup_time else None


class SnoozedItem(msgspec.Struct, rename="camel"):
    plu: str
    snooze_end: str | None = None


class SnoozeData(msgspec.Struct, rename="camel"):
    items: list[SnoozedItem] = []


class Operation(msgspec.Struct, rename="camel"):
    action: str
    data: SnoozeData


class Snooze(msgspec.Struct, rename="camel"):
    operations: list[Operation]


class Busy(msgspec.Struct, rename="camel"):
    """PAUSED, ONLINE, or BUSY with a delay in minutes."""

    status: str
    delay: int = 0


class Named(msgspec.Struct):
    """Whom and what a message is about, as far as it can be told, and what its sender expects to hear."""

    link: str = ""
    order: str = ""
    status: int | None = None
    raw: Any = None

    @property
    def order_id(self) -> UUID | None:
        try:
            return UUID(self.order)
        except ValueError:
            return None

    def answer(self, topic: Topic) -> Any:
        """Busy mode and snoozing are echoed."""
        given = self.raw if isinstance(self.raw, dict) else {}
        if topic is Topic.BUSY:
            return {"status": given.get("status")}
        if topic is Topic.SNOOZE:
            operations = given.get("operations")
            return {
                "results": [_echo(each, given) for each in operations] if isinstance(operations, list) else []
            }
        return {}


def named_in(text: str) -> Named:
    """Nothing is named by what cannot be read."""
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return Named()
    first: Any = raw[0] if isinstance(raw, list) and raw else raw
    if not isinstance(first, dict):
        return Named()
    inner = first["body"] if isinstance(first.get("body"), dict) else first
    stores = inner.get("stores")
    link = inner.get("channelLinkId") or inner.get("channelLink")
    if not link and isinstance(stores, list) and stores:
        link = stores[0]
    order = first.get("channelOrderId")
    return Named(
        link=link if isinstance(link, str) else "",
        order=order if isinstance(order, str) else "",
        status=_whole(first.get("status")),
        raw=raw,
    )


def decoded(text: str, type_: type[T]) -> T | str:
    """The message, or why it cannot be read."""
    try:
        return msgspec.json.decode(text, type=type_)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return f"The message cannot be read: {error}"
    except RecursionError:
        return "The message cannot be read: it is nested too deeply"


def _whole(given: Any) -> int | None:
    text = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _echo(operation: Any, given: dict[str, Any]) -> dict[str, Any]:
    done = operation if isinstance(operation, dict) else {}
    data = done.get("data")
    items = data.get("items") if isinstance(data, dict) else None
    plus = [each.get("plu") for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    snoozed = plus if done.get("action") == "snooze" else []
    return {
        "action": done.get("action"),
        "data": {"locationId": given.get("locationId"), "allSnoozedItems": snoozed},
    }
