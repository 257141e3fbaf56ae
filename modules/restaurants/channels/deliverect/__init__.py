"""Deliverect: orders leave by its channel API, and come to the till that the restaurant has behind it.

Source: Deliverect's developer documentation, "Create Order", "Cancel Order", "Channel Order Model" and "Get
Access Token", read November 2026. What its answers say beside their status is unconfirmed and not read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings as deployment
from django.db.models import Q

from modules.restaurants.channels.deliverect.order import CodeUnknown, cancellation, order_document
from modules.restaurants.channels.deliverect.statuses import REFUSED
from modules.restaurants.channels.deliverect.token import NoToken, forget_token, token
from modules.restaurants.channels.port import ANSWER_CHARACTERS, Answer, Destination, Message
from modules.restaurants.facts import document_of
from modules.restaurants.interface import (
    MenuDocument,
    Option,
    OptionGroup,
    TicketChoice,
    TicketLine,
    TicketView,
)
from modules.restaurants.models.deliverect import DeliverectLink, DeliverectMessage, Topic
from modules.restaurants.models.restaurants import MenuVersion, Restaurant
from modules.restaurants.models.vendors import DeliveryAttempt
from modules.restaurants.states import FINAL
from tiffin import outside

OFFERED, TEST = "order.offered", "connection.test"
ENDED = ("order.rejected", "order.withdrawn")
NOTHING_FOR_IT = "Deliverect is not told of this."
VERSIONS = 20
"""How many menus are searched, the newest first, for what an item is called at the till."""


class DeliverectChannel:
    """Posts orders that are offered, and cancels those that the kitchen is not to cook; the rest is
    Deliverect's to tell."""

    def send(self, destination: Destination, message: Message) -> Answer:
        began = time.monotonic()
        try:
            return self._send(destination, message, began)
        except (CodeUnknown, NoToken, outside.AddressRefused, outside.NoAnswer) as problem:
            return _nothing(str(problem), began)

    def problem_with(self, url: str, settings: Mapping[str, Any]) -> str | None:
        if not deployment.TIFFIN_DELIVERECT_CLIENT_ID:
            return "This platform is not registered with Deliverect."
        if url or settings:
            return "Deliverect tells its address and settings itself: leave them empty."
        return None

    def _send(self, destination: Destination, message: Message, began: float) -> Answer:
        if message.kind == TEST:
            token()
            return Answer(taken=True, milliseconds=_since(began), text="Deliverect knows this platform.")
        why_not = _why_not(message.kind, message.order) if message.order else NOTHING_FOR_IT
        if message.order is None or why_not:
            return Answer(taken=True, text=why_not)
        link = DeliverectLink.objects.filter(connection_id=destination.connection_id, active=True).first()
        if link is None:
            return _nothing("Deliverect has not activated this connection.", began)
        if message.kind in ENDED:
            return self._post(link, cancellation(message.order, message.facts.get("reason", "")), began)
        ready_at = Restaurant.objects.get(pk=message.order.restaurant_id).ready_at_earliest(message.at)
        codes = codes_of(message.order)
        channel = deployment.TIFFIN_DELIVERECT_CHANNEL
        return self._post(
            link, order_document(message.order, codes, ready_at=ready_at, courier=channel), began
        )

    def _post(self, link: DeliverectLink, document: dict[str, Any], began: float) -> Answer:
        base = deployment.TIFFIN_DELIVERECT_URL
        url = f"{base}/{deployment.TIFFIN_DELIVERECT_CHANNEL}/order/{link.channel_link}"
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {token()}",
        }
        posted = outside.post(url, headers=headers, body=msgspec.json.encode(document))
        if posted.status == 401:
            forget_token()
        return Answer(
            taken=200 <= posted.status < 300,
            status=posted.status,
            milliseconds=_since(began),
            text=posted.text[:ANSWER_CHARACTERS],
        )


def _why_not(kind: str, order: TicketView) -> str:
    """Why Deliverect is not told of it, as a sentence; empty when it is."""
    if kind == OFFERED:
        return "The order is over: no till is to cook it." if order.state in FINAL else ""
    if kind in ENDED:
        return "" if _may_cook(order) else "No till has the order, or it has given it up itself."
    return NOTHING_FOR_IT


def _may_cook(order: TicketView) -> bool:
    """Whether a till may have the order: it was posted and taken, or nobody knows because no answer came; and
    the till has not said itself that it does not cook it."""
    tries = DeliveryAttempt.objects.filter(event__ticket_id=order.order_id, event__kind=OFFERED)
    there = tries.filter(Q(taken=True, status__isnull=False) | Q(taken=False, status=None))
    refusals = DeliverectMessage.objects.filter(
        order_id=order.order_id, topic_name=Topic.STATUS.value, status__in=REFUSED
    )
    return there.exists() and not refusals.exists()


def codes_of(order: TicketView) -> dict[UUID, str]:
    """What the till calls the items of the restaurant's last menus. An item is called the same in all of
    them."""
    found: dict[UUID, str] = {}
    wanted = {id_ for line in order.lines for id_ in _ids_of(line)}
    menus = MenuVersion.objects.filter(restaurant_id=order.restaurant_id)[:VERSIONS]
    for menu in menus.iterator(chunk_size=1):
        for id_, code in _codes_in(document_of(menu)):
            found.setdefault(id_, code)
        if wanted <= found.keys():
            break
    return found


def _ids_of(part: TicketLine | TicketChoice) -> Iterator[UUID]:
    if part.item_id is not None:
        yield part.item_id
    for choice in part.choices:
        yield from _ids_of(choice)


def _codes_in(document: MenuDocument) -> list[tuple[UUID, str]]:
    found: list[tuple[UUID, str]] = []

    def below(groups: tuple[OptionGroup, ...]) -> None:
        for group in groups:
            for option in group.options:
                note(option)

    def note(option: Option) -> None:
        found.append((option.id, option.code))
        below(option.groups)

    for category in document.categories:
        for item in category.items:
            found.append((item.id, item.code))
            below(item.groups)
    return found


def _nothing(text: str, began: float) -> Answer:
    return Answer(taken=False, milliseconds=_since(began), text=text[:ANSWER_CHARACTERS])


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
