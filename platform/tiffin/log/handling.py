"""Calling a subscriber's handlers, each under the context of its event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from tiffin.context import SERVICE, Context, use
from tiffin.log.events import Recorded, handling
from tiffin.log.subscribers import Handler, Subscriber


def handle(subscriber: Subscriber, record: Recorded) -> None:
    """Handle one event in the open transaction. Raises whatever the handler raises, and UnknownVersion."""
    handler = subscriber.handler(record.name)
    if handler is not None:
        _call(handler, [record])


def handle_all(subscriber: Subscriber, records: list[Recorded]) -> None:
    """Handle events in their order; a batch handler gets each run of its events at once."""
    pairs = [(subscriber.handler(record.name), record) for record in records]
    known = ((handler, record) for handler, record in pairs if handler is not None)
    for _, run in groupby(known, key=lambda pair: pair[0].function):
        (handler, first), *more = run
        _call(handler, [first, *(record for _, record in more)])


def _call(handler: Handler, records: list[Recorded]) -> None:
    if handler.batched:
        with _under(*records):
            handler.function([record.decode() for record in records])
        return
    for record in records:
        with _under(record):
            handler.function(record.decode())


@contextmanager
def _under(record: Recorded, *more: Recorded) -> Iterator[None]:
    """The context of an event: whatever is done now was caused by it, or by the first of several."""
    context = Context(
        actor=SERVICE, region=record.region, correlation=record.correlation, causation=record.event_id
    )
    with use(context), handling(record, *more):
        yield
