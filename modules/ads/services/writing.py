"""Decisions are written down a moment after they were made, many at once: nobody waits for it. A process that
dies loses what it had not written yet; offers are signed, so that nothing that is paid for depends on it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from prometheus_client import Counter as Metric

from modules.ads.engine.deciding import Beaten, Placed, Won
from modules.ads.engine.features import in_slot
from modules.ads.interface import PageView, Point
from modules.ads.services import habits, measuring
from modules.ads.services.documents import document
from modules.ads.services.emptiness import NO_CREATIVE, why_empty
from modules.ads.services.habits import Visit
from modules.ads.services.measuring import Chance
from tiffin import db

MOST_WAITING = 20_000
# Few, so that requests are answered in between.
AT_ONCE = 50
DROPPED = Metric("tiffin_ads_decisions_dropped_total", "Decisions that were never written: too many waited.")

_WRITE = """
INSERT INTO ads_decisionrecord (id, at, region, viewer_id, asked, places, filled, wanted, took_us)
SELECT id, at, region, viewer_id, asked, places, filled, wanted, took_us
FROM json_to_recordset(%(rows)s::json) AS new(id uuid, at timestamptz, region text, viewer_id uuid,
    asked jsonb, places jsonb, filled smallint, wanted smallint, took_us int)
ON CONFLICT (id) DO NOTHING
RETURNING 1
"""
_COUNT = """
INSERT INTO ads_fill AS fill (hour, region, placement, requests, wanted, filled)
SELECT hour, region, placement, requests, wanted, filled
FROM json_to_recordset(%(rows)s::json) AS new(hour timestamptz, region text, placement text, requests bigint,
    wanted bigint, filled bigint)
ORDER BY hour, region, placement
ON CONFLICT (hour, region, placement) DO UPDATE SET requests = fill.requests + excluded.requests,
    wanted = fill.wanted + excluded.wanted, filled = fill.filled + excluded.filled
RETURNING 1
"""


_COUNT_EMPTY = """
INSERT INTO ads_unfilled AS empty (hour, region, placement, reason, slots)
SELECT hour, region, placement, reason, slots
FROM json_to_recordset(%(rows)s::json) AS new(hour timestamptz, region text, placement text, reason text,
    slots bigint)
ORDER BY hour, region, placement, reason
ON CONFLICT (hour, region, placement, reason) DO UPDATE SET slots = empty.slots + excluded.slots RETURNING 1
"""


class Made(NamedTuple):
    """A decision as it was made; `chosen` are the creatives of its ads in their order. Of whom `is_measured`
    it is kept what they might have seen, to be compared with what they order."""

    id: UUID
    at: datetime
    region: str
    viewer_id: UUID | None
    view: PageView
    placed: list[Placed]
    chosen: Mapping[int, UUID]
    seconds: float
    is_measured: bool = False


_waiting: deque[Made] = deque(maxlen=MOST_WAITING)


def note(made: Made) -> None:
    """To be written soon. Where more wait than fit in, the oldest is dropped, and counted."""
    if len(_waiting) == MOST_WAITING:
        DROPPED.inc()
    _waiting.append(made)


def forget() -> None:
    """Write nothing of what waits. For tests."""
    _waiting.clear()


def write() -> int:
    """Write what waits, up to AT_ONCE; how many those were."""
    batch: list[Made] = []
    while _waiting and len(batch) < AT_ONCE:
        batch.append(_waiting.popleft())
    if not batch:
        return 0
    try:
        with db.transaction():
            db.select(_WRITE, rows=document([_row(made) for made in batch]))
            _count(batch)
            habits.learn(_looks(batch))
            # Last, as whoever counts orders does: two who wait for each other would wait for ever.
            measuring.expose(list(_chances(batch)))
    except BaseException:
        _waiting.extendleft(reversed(batch))
        raise
    return len(batch)


def _looks(batch: Sequence[Made]) -> list[Visit]:
    """Whose menu somebody looked at says a little of what they like."""
    return [
        Visit(made.viewer_id, made.view.restaurant_id, made.region, made.at)
        for made in batch
        if made.viewer_id and made.view.restaurant_id
    ]


def _row(made: Made) -> dict[str, Any]:
    numbers = iter(range(sum(len(placed.won) for placed in made.placed)))
    return {
        "id": made.id,
        "at": made.at,
        "region": made.region,
        "viewer_id": made.viewer_id,
        "asked": _asked(made),
        "places": [_place(placed, made, numbers) for placed in made.placed],
        "filled": len(made.chosen),
        "wanted": sum(placed.slots for placed in made.placed),
        "took_us": round(made.seconds * 1e6),
    }


def _asked(made: Made) -> PageView:
    """No address is kept: where somebody is only to the hundredth of a degree. Nobody is named who is not
    known."""
    point = made.view.point
    return msgspec.structs.replace(
        made.view,
        customer_id=made.view.customer_id if made.viewer_id else None,
        device_id=made.view.device_id if made.viewer_id else None,
        point=Point(lat=round(point.lat, 2), lon=round(point.lon, 2)) if point else None,
    )


def _place(placed: Placed, made: Made, numbers: Any) -> dict[str, Any]:
    return {
        "placement": placed.placement,
        "slots": placed.slots,
        "no_fill": placed.no_fill,
        "left": placed.left,
        "skipped": placed.skipped,
        "won": [
            _won(won, number, made.chosen.get(number)) for won in placed.won for number in [next(numbers)]
        ],
        "beaten": [_beaten(beaten) for beaten in placed.beaten],
        "held_out": [flight.id for flight in placed.ghosts],
    }


def _won(won: Won, number: int, creative_id: UUID | None) -> dict[str, Any]:
    return {
        "slot": number,
        "flight": won.flight.id,
        "campaign": won.flight.campaign_id,
        "creative": creative_id,
        "advertiser": won.flight.advertiser,
        "pricing": won.flight.pricing,
        "bid": won.flight.bid,
        "price": won.price,
        "clicks": won.clicks,
        "weight": won.weight,
        "score": won.score,
        "likes": round(won.likes, 3),
        "days": won.days,
        "metres": round(won.metres, -2),
        "features": in_slot(won.features, won.slot).tolist(),
    }


def _beaten(beaten: Beaten) -> dict[str, Any]:
    flight = beaten.flight
    return {
        "flight": flight.id,
        "campaign": flight.campaign_id,
        "advertiser": flight.advertiser,
        "why": beaten.why,
        "score": beaten.score,
    }


def _chances(batch: Sequence[Made]) -> Iterator[Chance]:
    """The campaigns with a holdout that won, or would have."""
    for made in batch:
        if not made.is_measured or made.viewer_id is None:
            continue
        for placed in made.placed:
            won = [(each.flight, False) for each in placed.won if each.flight.holdout]
            for flight, is_ghost in [*won, *((flight, True) for flight in placed.ghosts)]:
                yield Chance(flight.campaign_id, made.viewer_id, is_ghost, made.at, made.region)


def _count(batch: Sequence[Made]) -> None:
    """By hour and placement what was asked for and filled, and why the rest stayed empty."""
    fills: defaultdict[tuple[datetime, str, str], Counter[str]] = defaultdict(Counter)
    empty: Counter[tuple[datetime, str, str, str]] = Counter()
    for made in batch:
        hour = made.at.replace(minute=0, second=0, microsecond=0)
        numbers = iter(range(sum(len(placed.won) for placed in made.placed)))
        for placed in made.placed:
            key = (hour, made.region, placed.placement.value)
            shown = sum(next(numbers) in made.chosen for _ in placed.won)
            fills[key] += Counter(requests=1, wanted=placed.slots, filled=shown)
            if shown < len(placed.won):
                empty[(*key, NO_CREATIVE)] += len(placed.won) - shown
            if len(placed.won) < placed.slots:
                empty[(*key, why_empty(placed))] += placed.slots - len(placed.won)
    columns = ("requests", "wanted", "filled")
    rows = [
        {**_named(*key), **{column: counted[column] for column in columns}} for key, counted in fills.items()
    ]
    db.select(_COUNT, rows=document(rows))
    if empty:
        reasons = [{**_named(*key), "reason": why, "slots": slots} for (*key, why), slots in empty.items()]
        db.select(_COUNT_EMPTY, rows=document(reasons))


def _named(hour: Any, region: Any, placement: Any) -> dict[str, Any]:
    return {"hour": hour, "region": region, "placement": placement}
