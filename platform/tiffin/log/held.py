"""Held events: what could not be handled, and all that follows it under the same key. Other keys go on."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import connections

from tiffin import clock
from tiffin.db.transactions import transaction
from tiffin.log import cursors
from tiffin.log.events import Recorded
from tiffin.log.handling import handle
from tiffin.log.subscribers import Subscriber, subscriber
from tiffin.models import HeldEvent

log = structlog.get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
RETRIES_A_SWEEP = 20
CAUSE_CHARACTERS = 4000
_HELD_KEYS = "SELECT key FROM log_held WHERE subscriber = %s AND producer = %s AND key = ANY(%s)"
_FIELDS = tuple(name for name in Recorded._fields if name != "day")


def hold(reader: Subscriber, producer: str, event: Recorded, error: Exception) -> None:
    """Copy a failing event, payload too; in the transaction that moves the cursor past it."""
    _copy(reader, producer, [event], attempts=1, next_try=clock.now() + FIRST_PAUSE, cause=cause_of(error))
    log.error("event_held", subscriber=reader.name, name=event.name, key=str(event.key), error=repr(error))


def keep_followers(reader: Subscriber, producer: str, events: list[Recorded]) -> set[UUID]:
    """Hold those of `events` whose key is held already; returns their ids."""
    with connections[reader.module].cursor() as cursor:
        cursor.execute(_HELD_KEYS, [reader.name, producer, list({event.key for event in events})])
        taken = {row[0] for row in cursor.fetchall()}
    followers = [event for event in events if event.key in taken and reader.handler(event.name)]
    if followers:
        _copy(reader, producer, followers, attempts=0, next_try=None, cause="")
    return {event.event_id for event in events if event.key in taken}


def retry_due(module: str) -> int:
    """Retry the heads whose pause is over; returns how many keys went free. One that cannot be retried
    keeps nobody else waiting."""
    due = HeldEvent.objects.using(module).filter(next_try__lte=clock.now()).order_by("next_try")
    return sum(_retry(module, head) for head in list(due[:RETRIES_A_SWEEP]))


def retry(module: str, held_id: int) -> bool:
    """Try a held key's events again now, in their order, until one fails; True when none is left.

    Raises LookupError when there is no such held event.
    """
    return _retry(module, _find(module, held_id))


def _retry(module: str, head: HeldEvent) -> bool:
    following: HeldEvent | None = head
    while following is not None:
        head = following
        try:
            following = _retry_head(module, head)
        except Exception as error:
            _put_off(module, head, error)
            return False
    return True


def _retry_head(module: str, row: HeldEvent) -> HeldEvent | None:
    """Handle the first held event of the row's key; returns the next one, now the first."""
    reader = subscriber(row.subscriber)
    with transaction(owner=module):
        cursors.lock(reader, row.producer, row.shard)
        head = _head(module, row)
        if head is None:
            return None
        handle(reader, recorded(head))
        return _remove(module, head)


def skip(module: str, held_id: int) -> None:
    """Give up on the first held event of a key for good; those behind it are retried at once.

    Raises LookupError when there is no such held event.
    """
    row = _find(module, held_id)
    with transaction(owner=module):
        cursors.lock(subscriber(row.subscriber), row.producer, row.shard)
        head = _head(module, row)
        if head is not None:
            _remove(module, head)


def heads(module: str) -> list[HeldEvent]:
    """The first held event of each key, oldest first: what staff look at."""
    return list(HeldEvent.objects.using(module).filter(next_try__isnull=False).order_by("held_at"))


def recorded(row: HeldEvent) -> Recorded:
    """The event as it stood in the producer's log."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return Recorded(**{**values, "payload": bytes(row.payload), "day": None})


def cause_of(error: BaseException) -> str:
    """What staff need to see: the error and where it came from."""
    return "".join(traceback.format_exception(error))[-CAUSE_CHARACTERS:]


def _find(module: str, held_id: int) -> HeldEvent:
    row = HeldEvent.objects.using(module).filter(pk=held_id).first()
    if row is None:
        raise LookupError(f"{module} holds no event {held_id}")
    return row


def _head(module: str, row: HeldEvent) -> HeldEvent | None:
    key = {"subscriber": row.subscriber, "producer": row.producer, "key": row.key}
    return HeldEvent.objects.using(module).filter(**key).order_by("epoch", "txid", "position").first()


def _remove(module: str, head: HeldEvent) -> HeldEvent | None:
    """Take the head away and make the next of its key the head, in one transaction: none is forgotten."""
    head.delete()
    following = _head(module, head)
    if following is not None:
        following.next_try = clock.now()
        following.save(update_fields=["next_try"])
    return following


def _put_off(module: str, head: HeldEvent, error: Exception) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(head.attempts, 16), LONGEST_PAUSE)
    HeldEvent.objects.using(module).filter(pk=head.pk).update(
        attempts=head.attempts + 1, next_try=clock.now() + pause, cause=cause_of(error)
    )


def _copy(
    reader: Subscriber,
    producer: str,
    events: Iterable[Recorded],
    **state: object,
) -> None:
    HeldEvent.objects.using(reader.module).bulk_create(
        [
            HeldEvent(
                subscriber=reader.name,
                producer=producer,
                **{name: getattr(event, name) for name in _FIELDS},
                **state,
            )
            for event in events
        ],
        ignore_conflicts=True,
    )
