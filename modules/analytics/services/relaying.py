"""The relays: what the log tells goes to each sink, at its own pace and with a cursor of its own.

A body is sent, and then the cursor moves past what was in it: who dies in between sends it again, under the
same ids. Nothing is queued here. What a sink does not take yet stays in the log, and one that is down holds
up no other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db.models import F

from modules.analytics import sinks
from modules.analytics.models import Sink as SinkRow
from modules.analytics.relays import RELAYS
from modules.analytics.services.holding import clean, hold
from modules.analytics.services.packing import Entry, Poison, agreed, pack, poison
from modules.analytics.sinks import Misconfigured, NotNow, Refused, Sink
from tiffin import clock, db
from tiffin.log import Recorded, relays
from tiffin.log.pages import FeedUnavailable
from tiffin.log.relays import Overtaken, Reading, Relay, Stopped

log = structlog.get_logger(__name__)

# How long one turn goes on before it makes room for others.
BUDGET_SECONDS = 10.0
# By then it ends even among messages of which many are refused: there is time for the twenty requests, each
# answered in six seconds, after which the first of a largest body stands alone. A turn's lease is longer.
LATEST_SECONDS = 120.0
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_DOUBLINGS = 8
# Where more than so many may be refused and none is taken, some are tried alone before anything is held.
MOST_HELD = 20
PROBES = 8
_chance = random.SystemRandom()


class Senseless(Misconfigured):
    """Nothing of one log is taken, so that it is no message's fault. The other logs go on."""


def relay_to(name: str) -> None:
    """Send what there is for a sink, for BUDGET_SECONDS at most; nothing where it is not configured, or is
    given a rest. Raises ImproperlyConfigured."""
    sink = next((each for each in sinks.chosen() if each.name == name), None)
    if sink is None:
        return
    row, _ = SinkRow.objects.get_or_create(name=name)
    began = clock.now()
    if row.retry_at is not None and row.retry_at > began:
        return
    try:
        is_complete = _send_all(sink)
    except NotNow as error:
        _rest(row, str(error), max(error.pause or timedelta(0), _pause(row.failures)))
    except Misconfigured as error:
        _rest(row, str(error), LONGEST_PAUSE)
    except Overtaken as error:
        log.warning("relay_overtaken", sink=name, error=str(error))
    else:
        _note(name, began if is_complete else row.complete_at)


def try_now(*, name: str) -> None:
    """Give a sink in trouble another try at once."""
    with db.transaction():
        SinkRow.objects.filter(name=name).update(retry_at=None)


def hold_refused(*, name: str) -> None:
    """What a sink refuses is held from now on, and it goes on, however much that is: until it has taken all
    that there was. Somebody has seen that it is the messages' fault, and not ours."""
    with db.transaction():
        SinkRow.objects.filter(name=name).update(holds_all=True, retry_at=None)


def _send_all(sink: Sink) -> bool:
    """A page of each log in turn, until none has more; whether it came to that. Raises Misconfigured once
    every other log has had its turn."""
    relay, began = RELAYS[sink.name], time.monotonic()
    # In another order each time: where one takes all of a turn, another is the first some turn later.
    unread, unavailable = _chance.sample(list(relay.producers), len(relay.producers)), False
    senseless: Misconfigured | None = None
    while unread and time.monotonic() < began + BUDGET_SECONDS:
        left = []
        for producer in unread:
            try:
                if _send_page(sink, relay, producer, latest=began + LATEST_SECONDS):
                    left.append(producer)
            except (FeedUnavailable, Stopped) as error:
                unavailable = True
                log.warning("log_unread", subscriber=relay.name, producer=producer, error=str(error))
            except Senseless as error:
                senseless = error
        unread = left
    if senseless is not None:
        raise senseless
    return not unread and not unavailable


def _send_page(sink: Sink, relay: Relay, producer: str, *, latest: float) -> bool:
    """Whether there is more."""
    reading = relays.read(relay, producer)
    left = reading.events
    while left and time.monotonic() < latest:
        packed = pack(sink, left)
        untold = sum(each.message is None for each in packed.poison)
        if untold > MOST_HELD and untold > packed.events - untold:
            raise Senseless("of nearly no event a message can be made")
        sent, refused, unsent = _deliver(sink, packed.entries, latest)
        past = left[: packed.events]
        if unsent:
            past = past[: past.index(unsent[0].record)]
        if unsent and not past:
            raise NotNow("it answers too slowly for what it refuses to be found")
        if past:
            told = {record.event_id for record in past}
            held = [each for each in packed.poison + refused if each.record.event_id in told]
            _move(sink, reading, past, sent, held)
        left = left[len(past) :]
    return reading.more or bool(left)


class _Delivered(NamedTuple):
    """How many of a body were sent, those that were refused, and those at its end for which there was no
    time."""

    sent: int
    refused: list[Poison]
    unsent: list[Entry]


def _deliver(sink: Sink, entries: Sequence[Entry], latest: float) -> _Delivered:
    """Send a body; of one that is refused each half, until what is wrong stands alone. Who agrees no more
    when their part comes to be sent is left out.

    Raises NotNow, Misconfigured: then the cursor stays, and what was sent of it is sent again.
    """
    refused: list[Poison] = []
    sent, taken, waiting = 0, 0, [list(entries)]
    while waiting and time.monotonic() < latest:
        body = agreed(waiting.pop())
        if not body:
            continue
        try:
            sink.send([entry.rendered for entry in body])
            sent += len(body)
        except Refused as error:
            taken = taken or sent or _taken_alone(sink, entries, error, latest)
            half = len(body) // 2
            if half:
                waiting += [body[half:], body[:half]]
            else:
                refused.append(poison(body[0], str(error)))
    return _Delivered(sent, refused, [entry for body in reversed(waiting) for entry in body])


def _taken_alone(sink: Sink, entries: Sequence[Entry], refusal: Refused, latest: float) -> int:
    """How many of some messages, from all parts of a body that was refused, are taken by themselves; they
    come again with the others, under the same ids. Where few were refused so far none is tried.

    Raises Senseless where none is taken: then it is not the messages' fault.
    """
    row = SinkRow.objects.get(name=sink.name)
    if row.holds_all or row.refused + len(entries) <= MOST_HELD:
        return 0
    step = max(len(entries) // PROBES, 1)
    tried, taken = 0, 0
    for begin in range(0, len(entries), step):
        if time.monotonic() >= latest:
            return taken
        left = agreed(entries[begin : begin + step])
        if not left:
            continue
        tried += 1
        with suppress(Refused):
            sink.send([_chance.choice(left).rendered])
            taken += 1
    if tried and not taken:
        raise Senseless(f"nearly everything is refused: {refusal}")
    return taken


def _move(sink: Sink, reading: Reading, past: Sequence[Recorded], sent: int, held: Sequence[Poison]) -> None:
    row = SinkRow.objects.filter(name=sink.name)
    with db.transaction():
        reading.move_past(past)
        hold(sink, held)
        if sent:
            row.update(sent=F("sent") + sent, sent_at=clock.now(), refused=0)
        elif held:
            row.update(refused=F("refused") + len(held))


def _pause(failures: int) -> timedelta:
    """Twice as long each time, a quarter to either side."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(failures, MOST_DOUBLINGS), LONGEST_PAUSE)
    return pause * (0.75 + _chance.random() / 2)


def _rest(row: SinkRow, cause: str, pause: timedelta) -> None:
    log.warning("sink_in_trouble", sink=row.name, cause=cause, pause=str(pause))
    now = clock.now()
    with db.transaction():
        SinkRow.objects.filter(name=row.name).update(
            trouble=clean(cause),
            trouble_since=row.trouble_since or now,
            failures=F("failures") + 1,
            retry_at=now + pause,
        )


def _note(name: str, complete_at: datetime | None) -> None:
    """It has taken all that it was given."""
    with db.transaction():
        SinkRow.objects.filter(name=name).update(
            complete_at=complete_at, trouble="", trouble_since=None, failures=0, retry_at=None
        )
        if complete_at is not None:
            SinkRow.objects.filter(name=name).update(holds_all=False)
