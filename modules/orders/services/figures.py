"""Counting what happened, by the hour, from the orders' own log.

What is counted, each in the hour in which it happened, however long after its order:

- `placed`, `accepted`, `delivered`;
- `cancelled`, by reason;
- `arrived`: what somebody brought and had a promise, by the minutes after it that it came (`LATE`);
- `answered`: restaurants that accepted, by the seconds they took (`ANSWERED`);
- `refunded`, by reason, with the amount.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from modules.orders.events import (
    Course,
    OrderAccepted,
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderRefunded,
)
from modules.orders.interface import Fulfilment
from modules.orders.models import Figure, FigurePlace, Order
from modules.orders.selectors.figures import ANSWERED, LATE, MORE, What
from modules.orders.selectors.tracking import course_of
from tiffin import db, regions
from tiffin.log import Event, Recorded
from tiffin.log.feed import Place, read
from tiffin.log.publishing import SHARDS

COUNTED = (OrderPlaced, OrderAccepted, OrderDelivered, OrderCancelled, OrderRefunded)
KINDS = frozenset(event.kind for event in COUNTED)
EVENTS_A_SHARD = 100
# So much is counted well within the job's lease; the rest is the next run's.
ROUNDS = 300
_A_DAY = timedelta(days=1)


class _Fact(NamedTuple):
    """One thing that happened."""

    at: datetime
    what: What
    detail: str = ""
    amount: int = 0


def count_figures(*, at_once: int = EVENTS_A_SHARD, rounds: int = ROUNDS) -> int:
    """Count what the log has had to tell since the last time; returns how many events were looked at.

    What is counted and up to where are committed together, so that whoever dies has counted nothing; of two
    who count at the same time one has counted nothing, either. An event that is not to be read yet, because
    an older transaction still runs, is counted when it is.
    """
    seen = 0
    for _ in range(rounds):
        places = _places()
        page = read(OrderPlaced.producer, places, KINDS, limit=at_once)
        if not page.events or not _count(places, page.events):
            break
        seen += len(page.events)
        if not page.full:
            break
    return seen


def _places() -> list[Place]:
    found = _read_places(FigurePlace.objects.all())
    if len(found) < SHARDS:
        FigurePlace.objects.bulk_create(map(FigurePlace, range(SHARDS)), ignore_conflicts=True)
        found = _read_places(FigurePlace.objects.all())
    return found


def _read_places(rows: Any) -> list[Place]:
    columns = rows.order_by("shard").values_list("shard", "epoch", "txid", "position", "day")
    return [Place(*row) for row in columns]


def _count(places: list[Place], events: Sequence[Recorded]) -> bool:
    """Add what these events tell and move on behind them. False when somebody else has meanwhile."""
    counted = [event for event in events if event.kind in KINDS]
    with db.transaction():
        if _read_places(FigurePlace.objects.select_for_update()) != places:
            return False
        _add(_sums(counted))
        ends = {
            event.shard: FigurePlace(
                shard=event.shard,
                epoch=event.epoch,
                txid=event.txid,
                position=event.position,
                day=event.day - _A_DAY,
            )
            for event in events
        }
        db.update(*ends.values(), fields=("epoch", "txid", "position", "day"))
    return True


_Sums = dict[tuple[str, datetime, str, str], tuple[int, int]]


def _sums(events: Sequence[Recorded]) -> _Sums:
    """Of regions that are no more nobody has a page."""
    zones = {region.code: region for region in regions.all()}
    courses = _courses_of({event.key for event in events})
    sums: _Sums = {}
    for event in events:
        region, course = zones.get(event.region or ""), courses.get(event.key)
        if region is None or course is None:
            continue
        for fact in _facts(event.decode(), event.occurred_at, course):
            hour = region.local(fact.at).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
            place = (region.code, hour, fact.what.value, fact.detail)
            count, amount = sums.get(place, (0, 0))
            sums[place] = count + 1, amount + fact.amount
    return sums


def _courses_of(order_ids: Iterable[UUID]) -> dict[UUID, Course]:
    """What the orders know that their events do not say."""
    orders = Order.objects.filter(pk__in=list(order_ids)).defer("sealed", "pickup", "note", "names")
    return {order.pk: course_of(order) for order in orders}


def _facts(event: Event, at: datetime, order: Course) -> Iterator[_Fact]:
    match event:
        case OrderPlaced():
            yield _Fact(at, What.PLACED)
        case OrderAccepted():
            yield _Fact(at, What.ACCEPTED)
            yield _Fact(at, What.ANSWERED, _range(ANSWERED, (at - order.asked_at).total_seconds()))
        case OrderDelivered():
            yield _Fact(event.delivered_at, What.DELIVERED)
            # When somebody fetches it, if at all, is not for us to say.
            if order.promised_by is not None and order.fulfilment is Fulfilment.DELIVERY:
                late = (event.delivered_at - order.promised_by).total_seconds() / 60
                yield _Fact(event.delivered_at, What.ARRIVED, _range(LATE, late))
        case OrderCancelled():
            yield _Fact(at, What.CANCELLED, event.reason[:64])
        case OrderRefunded() if event.amount or event.points:
            yield _Fact(at, What.REFUNDED, event.reason[:64], event.amount.amount)


def _range(ends: Sequence[int], value: float) -> str:
    """The range that `value` lies in, by its end, which belongs to it."""
    index = bisect_left(ends, value)
    return str(ends[index]) if index < len(ends) else MORE


@db.transaction_required
def _add(sums: _Sums) -> None:
    """Whoever gets here has locked the places: nobody else writes figures meanwhile."""
    touched = Figure.objects.filter(
        region__in={region for region, *_ in sums}, hour__in={hour for _, hour, *_ in sums}
    )
    before = {(row.region, row.hour, row.what, row.detail): (row.count, row.amount) for row in touched}
    rows = []
    for place, (count, amount) in sorted(sums.items()):
        had, worth = before.get(place, (0, 0))
        region, hour, what, detail = place
        rows.append(
            Figure(
                region=region, hour=hour, what=what, detail=detail, count=had + count, amount=worth + amount
            )
        )
    Figure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=("region", "hour", "what", "detail"),
        update_fields=("count", "amount"),
    )
