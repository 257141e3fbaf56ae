"""What points a region owes: what moved them, and what lies in the lots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from modules.rewards.interface import Flow
from modules.rewards.models.books import ASIDE, CAME, WENT, Flows
from tiffin import db

# So much of the busiest hour is read in well under a second.
WINDOW = timedelta(minutes=10)
LOTS_A_PAGE = 20_000

# Points are of the region of their lot, wherever they move. What opens a lot is the lot.
_MOVED = """
SELECT entry.flow, taken.part, entry.customer_id, coalesce(lot.region, entry.region) AS region
FROM rewards_entry AS entry
LEFT JOIN LATERAL unnest(entry.lots, entry.parts) AS parts(lot, part) ON true
CROSS JOIN LATERAL (SELECT coalesce(parts.part, entry.amount) AS part) AS taken
LEFT JOIN rewards_lot AS lot ON lot.id = parts.lot
WHERE entry.at >= %(since)s AND (%(until)s::timestamptz IS NULL OR entry.at < %(until)s)
      AND entry.flow = ANY(%(flows)s)
"""
_BY_FLOW = f"""
SELECT flow, sum(part)::bigint FROM ({_MOVED}) AS moved WHERE region = %(region)s GROUP BY flow
"""  # noqa: S608  # of constants
# One statement sees one moment: what lies in the lots now, less what has moved since, lay there then.
_COUNTED = f"""
SELECT (SELECT coalesce(sum(pending + available + held), 0) FROM rewards_lot
        WHERE is_open AND region = %(region)s AND customer_id > %(after)s
              AND (%(last)s::uuid IS NULL OR customer_id <= %(last)s))::bigint
     - (SELECT coalesce(sum(CASE WHEN flow = ANY(%(came)s) THEN part ELSE -part END), 0)
        FROM ({_MOVED}) AS moved
        WHERE region = %(region)s AND customer_id > %(after)s
              AND (%(last)s::uuid IS NULL OR customer_id <= %(last)s))::bigint
"""  # noqa: S608  # of constants
_LAST_OF_PAGE = """
SELECT max(customer_id::text)::uuid FROM (
    SELECT customer_id FROM rewards_lot WHERE is_open AND customer_id > %s ORDER BY customer_id LIMIT %s
) AS page HAVING count(*) = %s
"""
NOBODY = UUID(int=0)


def points_moved(region: str, since: datetime, until: datetime) -> Counter[Flow]:
    """By flow, how many points of the region's lots moved from `since` on and before `until`."""
    moved: Counter[Flow] = Counter()
    flows = [*_values(CAME), *_values(WENT), *_values(ASIDE)]
    for begin in _steps(since, until):
        end = min(begin + WINDOW, until)
        for flow, points in db.select(_BY_FLOW, region=region, since=begin, until=end, flows=flows):
            moved[Flow(flow)] += points
    return moved


def points_in_lots(region: str, at: datetime) -> int:
    """How many points lay in the region's lots at `at`, which must be over: asked of the lots themselves,
    some thousand customers at a time."""
    came, went = _values(CAME), _values(WENT)
    counted: int = 0
    after = NOBODY
    while True:
        last = last_of_page(after)
        [(points,)] = db.select(
            _COUNTED, region=region, after=after, last=last, since=at, until=None, came=came,
            flows=[*came, *went],
        )  # fmt: skip
        counted += points
        if last is None:
            return counted
        after = last


def last_of_page(after: UUID) -> UUID | None:
    """The customer with whom a page of open lots ends; None when what is left is less than one."""
    found = db.select(_LAST_OF_PAGE, after, LOTS_A_PAGE, LOTS_A_PAGE)
    last: UUID | None = found[0][0] if found else None
    return last


def _values(columns: Flows) -> list[str]:
    return [flow.value for flows in columns.values() for flow in flows]


def _steps(since: datetime, until: datetime) -> Iterator[datetime]:
    while since < until:
        yield since
        since += WINDOW
