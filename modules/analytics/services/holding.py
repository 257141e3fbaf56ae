"""What a sink refuses for good, or what cannot be made of an event: kept, shown, tried again or skipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F

from modules.analytics import selectors, sinks
from modules.analytics.errors import HeldUnknown, StillRefused
from modules.analytics.kinds import Tracked
from modules.analytics.models import LONGEST_CAUSE, HeldMessage, Person
from modules.analytics.services.packing import Poison
from modules.analytics.sinks import Misconfigured, NotNow, Refused, Sink
from modules.analytics.sinks.port import size_of
from modules.analytics.tracking import track
from tiffin import db
from tiffin.log import Recorded

log = structlog.get_logger(__name__)


@db.transaction_required
def hold(sink: Sink, poison: Iterable[Poison]) -> None:
    """Keep them, with the events that they tell of; in the transaction that moves the cursor past these. Of
    who has taken it back or was forgotten since they were packed nothing is kept."""
    poison = list(poison)
    about = {each.customer_id for each in poison if each.customer_id is not None}
    agree = Person.objects.filter(customer_id__in=about, agreed=True).select_for_update()
    keep = {None, *agree.order_by("pk").values_list("customer_id", flat=True)}
    rows = [_row(sink, each) for each in poison if each.customer_id in keep]
    for row in rows:
        log.error("message_held", sink=sink.name, name=row.name, message=str(row.message_id), cause=row.cause)
    HeldMessage.objects.bulk_create(rows, ignore_conflicts=True)


def retry_held(*, held_id: UUID) -> None:
    """Make it anew of its event and send it, alone. It is gone when it was taken, or when its customer agrees
    no more. Raises HeldUnknown, StillRefused with the cause."""
    row = HeldMessage.objects.filter(pk=held_id).first()
    if row is None:
        raise HeldUnknown
    try:
        for message in _messages_of(row):
            _send(sinks.SINKS[row.sink], message)
    except Exception as error:
        cause = clean(str(error) or repr(error))
        with db.transaction():
            HeldMessage.objects.filter(pk=held_id).update(attempts=F("attempts") + 1, cause=cause)
        if isinstance(error, (NotNow, Refused, Misconfigured)):
            raise StillRefused(reason=cause) from error
        log.exception("held_message_failed", held=str(held_id))
        raise StillRefused(reason=repr(error)) from error
    with db.transaction():
        HeldMessage.objects.filter(pk=held_id).delete()


def skip_held(*, held_id: UUID) -> None:
    """Give it up for good. Raises HeldUnknown."""
    with db.transaction():
        deleted, _ = HeldMessage.objects.filter(pk=held_id).delete()
    if not deleted:
        raise HeldUnknown


def clean(text: str) -> str:
    """As it can be kept: PostgreSQL keeps no NUL in a text."""
    return text.replace("\x00", "\ufffd")[:LONGEST_CAUSE]


def _send(sink: Sink, message: Tracked) -> None:
    person = selectors.people_who_agree({message.customer_id}).get(message.customer_id)
    if person is None or message.at < person.changed_at:
        return
    rendered = sink.render(message, person.person_id)
    size = size_of(rendered)
    if size > sink.limits.message_bytes:
        raise Refused(f"{size} bytes: {sink.name} takes {sink.limits.message_bytes}")
    sink.send([rendered])


def _messages_of(row: HeldMessage) -> list[Tracked]:
    """The one that was refused, or all of an event of which none could be made."""
    values: dict[str, Any] = dict.fromkeys(Recorded._fields)
    record = Recorded(
        **{
            **values,
            "event_id": row.event_id,
            "name": row.name,
            "occurred_at": row.occurred_at,
            "region": row.region or None,
            "payload": bytes(row.payload),
        }
    )
    found = track(record)
    return [each for each in found if each.message_id == row.message_id] or found


def _row(sink: Sink, poison: Poison) -> HeldMessage:
    record, message, cause, customer_id = poison
    return HeldMessage(
        sink=sink.name,
        message_id=message.message_id if message else record.event_id,
        event_id=record.event_id,
        name=record.name,
        region=record.region or "",
        occurred_at=record.occurred_at,
        customer_id=customer_id,
        payload=record.payload,
        cause=clean(cause),
    )
