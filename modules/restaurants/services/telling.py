"""Telling vendors' systems what happens to their orders: recorded with what happens, sent by jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from modules.restaurants import selectors
from modules.restaurants.channels import CHANNELS, Answer, Destination
from modules.restaurants.events import VendorDisconnected
from modules.restaurants.models import DeliveryAttempt, Restaurant, Ticket, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import EVENT, EventState
from modules.restaurants.policies import may_fail_for, told_is_kept
from tiffin import clock, db, jobs, regions
from tiffin.jobs import Later
from tiffin.log import Event, publish

MOST_TRIES = 8
FIRST_PAUSE = timedelta(seconds=1)
"""What is not taken is sent again after 1, 2, 4 … 64 seconds: eight times in two minutes."""
TIDY_EVERY = timedelta(days=1)
# A good address is written down as such at most so often, not with every order.
NOTED_AGAIN_AFTER = timedelta(minutes=1)
_OF_THE_EVENT = ("order_id", "restaurant_id")


@db.transaction_required
def told(ticket: Ticket, event: Event) -> Sequence[Sequence[VendorEvent]]:
    """The row by which a vendor's system hears of an event, for `publish` to store beside it; none for
    whoever has no system."""
    if ticket.connection_id is None:
        return ()
    facts = msgspec.to_builtins(event)
    jobs.add(ticket, "tell_vendor", due=clock.now())
    row = VendorEvent(
        connection_id=ticket.connection_id,
        restaurant_id=ticket.restaurant_id,
        ticket_id=ticket.id,
        kind=f"order.{event.kind.removeprefix('ticket_')}",
        step=ticket.version + 1,
        facts={name: value for name, value in facts.items() if name not in _OF_THE_EVENT},
        at=clock.now(),
    )
    return ((row,),)


def tell_of_order(*, order_id: UUID) -> None:
    """Send what a vendor's system has not yet taken of an order, one after the other in their order.

    Raises Later when it is to be tried again.
    """
    _tell(VendorEvent.objects.filter(ticket_id=order_id).order_by("step", "at"))


def tell_otherwise(*, connection_id: UUID) -> None:
    """Send what is about no order: events made for trying. Raises Later."""
    _tell(VendorEvent.objects.filter(connection_id=connection_id, ticket=None).order_by("at"))


def tidy_told(*, connection_id: UUID) -> None:
    """Forget what was told longer ago than the region keeps it, every day."""
    connection = VendorConnection.get(connection_id)
    region = regions.get(connection.region)
    now = clock.now()
    oldest = now - told_is_kept(region, on=region.local(now).date())
    with db.transaction():
        VendorEvent.objects.filter(connection_id=connection_id, at__lt=oldest).delete()
        jobs.add(connection, "tidy_told", due=now + TIDY_EVERY)


def _tell(events: QuerySet[VendorEvent]) -> None:
    waiting = list(events.filter(state_name=EventState.WAITING.value).select_related("connection"))
    for event in waiting:
        connection = event.connection
        if not (connection.pushes and (event.ticket_id is None or connection.wants(event.kind))):
            mine = VendorEvent.objects.filter(pk=event.pk, state_name__in=EVENT.before(EventState.KEPT))
            mine.update(state_name=EventState.KEPT.value)
            continue
        answer = CHANNELS[connection.channel].send(_destination(connection), selectors.messages([event])[0])
        _write_down(event, answer)
        if not answer.taken and event.state is EventState.WAITING:
            raise Later(FIRST_PAUSE * 2 ** (event.attempts - 1))


def _destination(connection: VendorConnection) -> Destination:
    return Destination(
        connection_id=connection.id,
        url=connection.url,
        secrets=tuple(secret.plain for secret in selectors.good_secrets(connection.id)),
        settings=connection.settings,
    )


def _write_down(event: VendorEvent, answer: Answer) -> None:
    """The try, what became of the event, and how the address does. The connection is locked first, as by
    whoever acknowledges: what was taken from the feed meanwhile stays taken."""
    now = clock.now()
    with db.transaction():
        connection = VendorConnection.lock(event.connection_id)
        event.refresh_from_db(fields=["attempts", "state_name", "taken_at"])
        event.attempts += 1
        if event.taken_at is None and answer.taken:
            event.move_to(EventState.DELIVERED)
            event.taken_at = now
        elif event.state is EventState.WAITING and (answer.gone or event.attempts >= MOST_TRIES):
            event.move_to(EventState.FAILED)
        DeliveryAttempt.objects.create(
            event=event,
            at=now,
            taken=answer.taken,
            status=answer.status,
            milliseconds=answer.milliseconds,
            answer=answer.text,
        )
        event.save(update_fields=["attempts", "state_name", "taken_at"])
        if answer.taken:
            _it_works(connection)
        else:
            _it_fails(connection, gone=answer.gone)


def _it_works(connection: VendorConnection) -> None:
    now = clock.now()
    noted = connection.delivered_at
    if connection.failures or noted is None or now - noted > NOTED_AGAIN_AFTER:
        VendorConnection.objects.filter(pk=connection.id).update(
            failures=0, failing_since=None, delivered_at=now
        )


def _it_fails(connection: VendorConnection, *, gone: bool) -> None:
    """Count it; an address that has failed for as long as the region bears it is disabled."""
    now = clock.now()
    connection.failures += 1
    connection.failing_since = connection.failing_since or now
    connection.save(update_fields=["failures", "failing_since"])
    region = regions.get(connection.region)
    too_long = now - connection.failing_since >= may_fail_for(region, on=region.local(now).date())
    if connection.disabled_at is None and (gone or too_long):
        disable(connection, because="gone" if gone else "failing")


@db.transaction_required
def disable(connection: VendorConnection, *, because: str) -> None:
    """Send nothing to a locked connection from now on, and say so."""
    connection.disabled_at, connection.disabled_because = clock.now(), because
    restaurants = Restaurant.objects.filter(connection_id=connection.id).order_by("id")
    publish(
        connection,
        VendorDisconnected(
            connection_id=connection.id,
            restaurant_ids=tuple(restaurants.values_list("id", flat=True)),
            because=because,
            failing_since=connection.failing_since,
        ),
        saving=("disabled_at", "disabled_because"),
    )
