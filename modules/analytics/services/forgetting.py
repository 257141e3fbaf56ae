"""Whoever is forgotten is forgotten here at once, and at the sinks as soon as these do it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from modules.analytics import sinks
from modules.analytics.models import ConsentChange, Deletion, HeldMessage, Person
from modules.analytics.models import Sink as SinkRow
from modules.analytics.services.holding import clean
from modules.analytics.sinks import Misconfigured, NotNow, Refused, Sink
from tiffin import clock, db

log = structlog.get_logger(__name__)

# What was on its way has arrived there by then: PostHog deletes only what it had when it was asked.
DELETED_AFTER = timedelta(minutes=15)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MOST_DOUBLINGS = 9
KEPT = timedelta(days=90)


@db.transaction_required
def forget_customer(customer_id: UUID) -> None:
    """Nothing more is told of them, nobody can say who they were outside, and each sink that may know them
    is asked to delete them."""
    person = Person.objects.filter(customer_id=customer_id).first()
    ever_agreed = ConsentChange.objects.filter(customer_id=customer_id, agreed=True).exists()
    for model in (Person, ConsentChange, HeldMessage):
        model.objects.filter(customer_id=customer_id).delete()
    if person is None or not ever_agreed:
        return
    now = clock.now()
    Deletion.objects.bulk_create(
        Deletion(sink=name, person_id=person.person_id, asked_at=now, due=now + DELETED_AFTER)
        for name in SinkRow.objects.values_list("name", flat=True)
    )


def forward_deletions() -> None:
    """Ask each sink to delete whom it is time to. Asking twice does no harm."""
    for sink in sinks.SINKS.values():
        due = Deletion.objects.filter(sink=sink.name, done_at=None, due__lte=clock.now()).order_by("due")
        rows = list(due[: sink.limits.deletions])
        if rows:
            _delete(sink, rows)


def delete_again(*, deletion_id: UUID) -> None:
    """Ask the sink once more, now."""
    with db.transaction():
        Deletion.objects.filter(pk=deletion_id, done_at=None).update(due=clock.now())


def mark_deleted(*, deletion_id: UUID) -> None:
    """Somebody has done it there by hand."""
    with db.transaction():
        Deletion.objects.filter(pk=deletion_id, done_at=None).update(
            done_at=clock.now(), person_id=None, cause=""
        )


def tidy() -> None:
    """Let go what was deleted long enough ago, and what has been held so long that nobody will send it."""
    before = clock.now() - KEPT
    with db.transaction():
        Deletion.objects.filter(done_at__lt=before).delete()
        given_up, _ = HeldMessage.objects.filter(held_at__lt=before).delete()
    if given_up:
        log.error("held_messages_given_up", number=given_up)


def _delete(sink: Sink, rows: Sequence[Deletion]) -> None:
    """Those that are refused together are asked for in halves: one that is unknown there keeps no other."""
    try:
        sink.delete([row.person_id for row in rows if row.person_id is not None])
    except Refused as error:
        half = len(rows) // 2
        if half:
            _delete(sink, rows[:half])
            _delete(sink, rows[half:])
        else:
            _put_off(rows, str(error))
    except NotNow as error:
        _put_off(rows, str(error), error.pause)
    except Misconfigured as error:
        _put_off(rows, str(error))
    else:
        with db.transaction():
            Deletion.objects.filter(pk__in=[row.pk for row in rows]).update(
                done_at=clock.now(), person_id=None, cause=""
            )


def _put_off(rows: Sequence[Deletion], cause: str, pause: timedelta | None = None) -> None:
    """Twice as long each time, or for as long as the sink asked for."""
    log.warning("deletion_put_off", sink=rows[0].sink, number=len(rows), cause=cause)
    now = clock.now()
    for row in rows:
        row.attempts += 1
        row.cause = clean(cause)
        usual = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, MOST_DOUBLINGS), LONGEST_PAUSE)
        row.due = now + max(usual, pause or usual)
    with db.transaction():
        Deletion.objects.bulk_update(rows, ("attempts", "cause", "due"))
