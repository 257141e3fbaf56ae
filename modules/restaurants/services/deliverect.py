"""What Deliverect tells is kept as it came, answered, and then done, message by message."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError

from modules.restaurants.channels.deliverect.signature import is_signed
from modules.restaurants.interface import (
    ConnectionRefused,
    ConnectionUnknown,
    DeliverectMessageUnreadable,
    DeliverectSignatureInvalid,
)
from modules.restaurants.models import DeliverectLink, DeliverectMessage, Ticket, VendorConnection
from modules.restaurants.models.deliverect import HEARD, Heard, Topic
from modules.restaurants.models.vendors import ChannelName
from modules.restaurants.policies import told_is_kept
from modules.restaurants.services.deliverect_doing import do
from modules.restaurants.services.deliverect_wire import Named, Registration, decoded, named_in
from tiffin import clock, db, jobs, regions
from tiffin.errors import DomainError

log = structlog.get_logger(__name__)

TIDY_EVERY = timedelta(days=1)
NOBODYS_KEPT = timedelta(days=7)
"""How long what is not signed, or belongs to no connection, is kept."""
UNSIGNED_CHARACTERS = 2_000
MOST_UNSIGNED = 500
"""Whoever is not Deliverect fills no more rows than these."""
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
REASON_CHARACTERS = 500


def hear(*, topic: Topic, body: bytes, signature: str) -> Any:
    """Keep a message and say what its sender expects to hear; it is done by a job.

    Raises:
        DeliverectSignatureInvalid: it is not Deliverect's.
        DeliverectMessageUnreadable, ConnectionUnknown, ConnectionRefused: a registration that cannot be had.
        Every
            other message is taken, whatever stands in it.
    """
    text = _without_nul(body)
    secret = settings.TIFFIN_DELIVERECT_HMAC_SECRET
    if not is_signed(body, signature, secret):
        if secret and _takes_unsigned():
            _keep_nobodys(topic, text[:UNSIGNED_CHARACTERS], Heard.UNSIGNED, "not signed by Deliverect")
        raise DeliverectSignatureInvalid()
    if topic is Topic.REGISTER:
        return _registered(text)
    named = named_in(text)
    connection, order_id = _whose(named)
    if connection is None:
        whom = named.order or named.link or "nothing"
        _keep_nobodys(topic, text, Heard.REFUSED, f"no connection is named by it: {whom}")
        return named.answer(topic)
    with db.transaction():
        DeliverectMessage.objects.create(
            connection=connection, topic_name=topic.value, body=text, order_id=order_id, status=named.status
        )
        jobs.add(connection, "hear_deliverect", due=clock.now())
    return named.answer(topic)


def register_link(*, registration: Registration) -> DeliverectLink:
    """A connection that its owner made has this channel link from now on, and is active or not.

    `channel_location_id` is the connection's id, which only its owner knows and enters at Deliverect.

    Raises ConnectionUnknown, and ConnectionRefused when the link is another connection's.
    """
    with db.transaction():
        connection = _awaiting(registration.channel_location_id)
        taken = DeliverectLink.objects.filter(channel_link=registration.channel_link_id)
        if taken.exclude(connection=connection).exists():
            raise ConnectionRefused(
                field="channelLinkId", problem="Another connection has this channel link."
            )
        link, is_new = DeliverectLink.objects.update_or_create(
            connection=connection,
            defaults={
                "channel_link": registration.channel_link_id,
                "location": registration.location_id,
                "name": registration.channel_link_name,
                "active": registration.status == "active",
            },
        )
        if is_new:
            jobs.add(connection, "tidy_heard", due=clock.now() + TIDY_EVERY)
    return link


def do_what_was_heard(*, connection_id: UUID) -> None:
    """Do what waits, in the order in which it came. What cannot be done keeps nothing else waiting."""
    waiting = DeliverectMessage.objects.filter(
        connection_id=connection_id, state_name=Heard.WAITING.value
    ).order_by("at", "id")
    for message in waiting:
        state, reason = _done(message)
        DeliverectMessage.objects.filter(pk=message.pk, state_name__in=HEARD.before(state)).update(
            state_name=state.value, reason=reason[:REASON_CHARACTERS], handled_at=clock.now()
        )


def do_again(*, message_id: UUID) -> None:
    """Staff want it done once more: what was refused may be possible by now, and what was done does no harm.

    Raises ConnectionUnknown for a message that belongs to nobody.
    """
    with db.transaction():
        message = DeliverectMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
        if message.connection is None:
            raise ConnectionUnknown(connection="None")
        if message.state is not Heard.WAITING:
            message.move_to(Heard.WAITING)
        message.reason = ""
        message.save(update_fields=["state_name", "reason"])
        jobs.add(message.connection, "hear_deliverect", due=clock.now())


def tidy_heard(*, connection_id: UUID) -> None:
    """Forget what was heard longer ago than the region keeps it, every day."""
    connection = VendorConnection.get(connection_id)
    region, now = regions.get(connection.region), clock.now()
    oldest = now - told_is_kept(region, on=region.local(now).date())
    with db.transaction():
        DeliverectMessage.objects.filter(connection_id=connection_id, at__lt=oldest).delete()
        jobs.add(connection, "tidy_heard", due=now + TIDY_EVERY)


def _done(message: DeliverectMessage) -> tuple[Heard, str]:
    try:
        return do(message)
    except DomainError as refusal:
        return Heard.REFUSED, refusal.sentence
    except Exception as error:
        if isinstance(error, DatabaseError) and not isinstance(error, DataError):
            raise  # never the message's fault: the job comes again
        log.exception("deliverect_message", message=str(message.pk), topic=message.topic_name)
        return Heard.REFUSED, f"{type(error).__name__}: it could not be done; see the log"


def _registered(text: str) -> dict[str, str]:
    registration = decoded(text, Registration)
    if isinstance(registration, str):
        _keep_nobodys(Topic.REGISTER, text, Heard.REFUSED, registration)
        raise DeliverectMessageUnreadable(problem=registration)
    try:
        link = register_link(registration=registration)
    except DomainError as refusal:
        _keep_nobodys(Topic.REGISTER, text, Heard.REFUSED, refusal.sentence)
        raise
    with db.transaction():
        DeliverectMessage.objects.create(
            connection=link.connection,
            topic_name=Topic.REGISTER.value,
            body=text,
            state_name=Heard.DONE.value,
            handled_at=clock.now(),
        )
    return {
        name: f"{settings.TIFFIN_ORIGIN}/api/v1/deliverect/{topic.value}"
        for name, topic in (
            ("statusUpdateURL", Topic.STATUS),
            ("menuUpdateURL", Topic.MENU),
            ("snoozeUnsnoozeURL", Topic.SNOOZE),
            ("busyModeURL", Topic.BUSY),
            ("updatePrepTimeURL", Topic.PREPARATION),
        )
    }


def _awaiting(text: str) -> VendorConnection:
    try:
        connection = VendorConnection.lock(UUID(text))
    except (ValueError, VendorConnection.DoesNotExist):
        raise ConnectionUnknown(connection=text) from None
    if connection.channel is not ChannelName.DELIVERECT:
        raise ConnectionUnknown(connection=text)
    return connection


def _whose(named: Named) -> tuple[VendorConnection | None, UUID | None]:
    """The connection by the order, which Deliverect knows by our id, or else by its channel link."""
    if named.order_id is not None:
        ticket = Ticket.objects.filter(pk=named.order_id).select_related("connection").first()
        connection = ticket.connection if ticket else None
        if connection is not None and connection.channel is ChannelName.DELIVERECT:
            return connection, named.order_id
        return None, None
    link = DeliverectLink.objects.filter(channel_link=named.link).select_related("connection").first()
    return (link.connection if link else None), None


def _without_nul(body: bytes) -> str:
    """PostgreSQL keeps no NUL, in a text as little as in JSON, written out or as an escape."""
    text = body.decode(errors="replace").replace("\x00", "\ufffd")
    return _NUL.sub(r"\1\\ufffd", text)


def _takes_unsigned() -> bool:
    kept = DeliverectMessage.objects.filter(
        connection=None, state_name=Heard.UNSIGNED.value, at__gte=clock.now() - NOBODYS_KEPT
    )
    return kept.count() < MOST_UNSIGNED


def _keep_nobodys(topic: Topic, text: str, state: Heard, reason: str) -> None:
    now = clock.now()
    with db.transaction():
        DeliverectMessage.objects.filter(connection=None, at__lt=now - NOBODYS_KEPT).delete()
        DeliverectMessage.objects.create(
            topic_name=topic.value,
            body=text,
            state_name=state.value,
            reason=reason[:REASON_CHARACTERS],
            handled_at=now,
        )
