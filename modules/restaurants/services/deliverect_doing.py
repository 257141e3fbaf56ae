"""What a message of Deliverect's does: each may come twice, late and in any order, and does no harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from modules.restaurants.channels.deliverect.statuses import Meaning, meaning_of
from modules.restaurants.interface import (
    DelayReason,
    DelayRefused,
    ItemUnknown,
    MenuFormat,
    MenuRefused,
    RejectReason,
    TicketConflict,
    TicketState,
    TicketUnknown,
)
from modules.restaurants.menus.deliverect.snoozes import moment
from modules.restaurants.menus.documents import item_id_of
from modules.restaurants.models import DeliverectMessage, Restaurant, Ticket
from modules.restaurants.models.deliverect import Heard, Topic
from modules.restaurants.services import counter
from modules.restaurants.services.availability import set_availability
from modules.restaurants.services.counter import postpone
from modules.restaurants.services.deliverect_wire import Busy, Snooze, SnoozedItem, StatusUpdate, decoded
from modules.restaurants.services.menus import import_menu
from modules.restaurants.services.profiles import pause, resume, set_busy
from tiffin import clock

Outcome = tuple[Heard, str]

UNTIL_SAID_OTHERWISE = timedelta(days=1)
"""Deliverect says when a restaurant is busy no more; one that it forgets comes back after a day."""
MOST_MINUTES = 180
_STEPS = {TicketState.OFFERED: 0, TicketState.ACCEPTED: 1, TicketState.PREPARING: 2, TicketState.READY: 3}
_NOTED = {
    Meaning.NOTHING: "asks nothing of the counter",
    Meaning.UNKNOWN: "is unknown",
    Meaning.FAILED: "not at the till; it stays on the counter",
}
_WANTED = {Meaning.ACCEPT: 1, Meaning.PREPARE: 2, Meaning.READY: 3}


def do(message: DeliverectMessage) -> Outcome:
    """Raises DomainError for what cannot be done."""
    return _DOING[message.topic](message)


def _move(message: DeliverectMessage) -> Outcome:
    """An order's status."""
    update = decoded(message.body, StatusUpdate)
    if isinstance(update, str):
        return Heard.REFUSED, update
    if update.code is None:
        return Heard.NOTED, f"“{update.status}” is no status that is known"
    meaning = meaning_of(update.code)
    if meaning in _NOTED:
        return Heard.NOTED, f"status {update.code}: {_NOTED[meaning]}"
    try:
        return _moved(_order_of(message), meaning)
    except TicketConflict as conflict:
        return Heard.NOTED, conflict.sentence


def _moved(ticket: Ticket, meaning: Meaning) -> Outcome:
    if ticket.is_final:
        return Heard.NOTED, f"the order is {ticket.state_name} already"
    if meaning is Meaning.REFUSE:
        if ticket.state is TicketState.OFFERED:
            counter.reject(order_id=ticket.id, reason=RejectReason.OTHER)
        else:
            counter.cancel(order_id=ticket.id, reason=RejectReason.OTHER)
        return Heard.DONE, ""
    if _STEPS[ticket.state] >= _WANTED[meaning]:
        return Heard.NOTED, f"the order is {ticket.state_name} already"
    if ticket.state is TicketState.OFFERED:
        counter.accept(order_id=ticket.id, ready_in_minutes=_minutes(ticket))
    if meaning is Meaning.PREPARE:
        counter.start_preparing(order_id=ticket.id)
    elif meaning is Meaning.READY:
        counter.mark_ready(order_id=ticket.id)
    return Heard.DONE, ""


def _order_of(message: DeliverectMessage) -> Ticket:
    if message.order_id is None:
        raise TicketUnknown(order="without channelOrderId")
    return Ticket.get(message.order_id)


def _minutes(ticket: Ticket) -> int:
    """Until the time that the till said, or else as long as it takes there now."""
    told = DeliverectMessage.objects.filter(order_id=ticket.id, topic_name=Topic.PREPARATION.value)
    for message in told.order_by("-at", "-id"):
        update = decoded(message.body, StatusUpdate)
        if not isinstance(update, str) and update.ready_at is not None:
            return _within((update.ready_at - clock.now()) / timedelta(minutes=1))
    return _within(Restaurant.objects.get(pk=ticket.restaurant_id).minutes_to_prepare)


def _within(minutes: float) -> int:
    return max(1, min(round(minutes), MOST_MINUTES))


def _promise(message: DeliverectMessage) -> Outcome:
    """The till said when an order will be ready: that counts when it accepts, and later than promised it is a
    delay."""
    update = decoded(message.body, StatusUpdate)
    if isinstance(update, str):
        return Heard.REFUSED, update
    if update.ready_at is None:
        return Heard.REFUSED, "it names no time"
    ticket = _order_of(message)
    if ticket.state is TicketState.OFFERED:
        return Heard.DONE, "it counts when the order is accepted"
    try:
        postpone(order_id=ticket.id, ready_at=update.ready_at, reason=DelayReason.OTHER)
    except (TicketConflict, DelayRefused) as refusal:
        return Heard.NOTED, refusal.sentence
    return Heard.DONE, ""


def _publish(message: DeliverectMessage) -> Outcome:
    """A menu, published at Deliverect, is published here."""
    versions = []
    for restaurant_id in _restaurants(message):
        try:
            told = import_menu(
                restaurant_id=restaurant_id,
                document=message.body,
                picture_files={},
                format=MenuFormat.DELIVERECT,
            )
        except MenuRefused as refusal:
            problems: tuple[str, ...] = refusal.data.problems  # type: ignore[attr-defined]  # as it declares
            return Heard.REFUSED, "; ".join(problems)
        versions.append(str(told.version))
    return Heard.DONE, f"version {', '.join(versions)}"


def _snooze(message: DeliverectMessage) -> Outcome:
    """What is sold out, and what is there again."""
    snooze = decoded(message.body, Snooze)
    if isinstance(snooze, str):
        return Heard.REFUSED, snooze
    missed: list[str] = []
    for operation in snooze.operations:
        if operation.action not in ("snooze", "unsnooze"):
            missed.append(f"“{operation.action}” is unknown")
            continue
        for restaurant_id in _restaurants(message):
            for item in operation.data.items:
                if not _set(restaurant_id, item, available=operation.action == "unsnooze"):
                    missed.append(f"“{item.plu}” is not on the menu")
    return (Heard.NOTED, "; ".join(missed)) if missed else (Heard.DONE, "")


def _set(restaurant_id: UUID, item: SnoozedItem, *, available: bool) -> bool:
    """Whether the menu has it."""
    until = moment(item.snooze_end) if item.snooze_end and not available else None
    over = until is not None and until <= clock.now()
    try:
        set_availability(
            restaurant_id=restaurant_id,
            item_id=item_id_of(restaurant_id, item.plu),
            available=available or over,
            until=until,
        )
    except ItemUnknown:
        return False
    return True


def _busy(message: DeliverectMessage) -> Outcome:
    """No orders, orders as usual, or orders that take longer."""
    busy = decoded(message.body, Busy)
    if isinstance(busy, str):
        return Heard.REFUSED, busy
    until = clock.now() + UNTIL_SAID_OTHERWISE
    if busy.status not in ("PAUSED", "ONLINE", "BUSY"):
        return Heard.NOTED, f"“{busy.status}” is unknown"
    for restaurant_id in _restaurants(message):
        if busy.status == "PAUSED":
            pause(restaurant_id=restaurant_id, until=until)
            continue
        resume(restaurant_id=restaurant_id)
        minutes = _within(busy.delay) if busy.status == "BUSY" and busy.delay > 0 else 0
        set_busy(restaurant_id=restaurant_id, minutes=minutes, until=until)
    return Heard.DONE, ""


def _restaurants(message: DeliverectMessage) -> list[UUID]:
    return list(
        Restaurant.objects.filter(connection=message.connection_id)
        .order_by("id")
        .values_list("id", flat=True)
    )


def _nothing(message: DeliverectMessage) -> Outcome:
    return Heard.NOTED, "it was done when it came"


_DOING: dict[Topic, Callable[[DeliverectMessage], Outcome]] = {
    Topic.REGISTER: _nothing,
    Topic.STATUS: _move,
    Topic.PREPARATION: _promise,
    Topic.MENU: _publish,
    Topic.SNOOZE: _snooze,
    Topic.BUSY: _busy,
}
