"""The feed of a producer whose log is here: what a subscriber may read, below the horizon."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db import connections

from tiffin.log.events import Recorded
from tiffin.log.pages import Horizon, Page, Place

# A row may be read once no transaction that could still write before it is running: its stamp lies below the
# snapshot's xmin. A row's stamp is never below its own transaction's id, so what is read is committed.
# Partitions are pruned by day, one day back, because a day is that of the transaction's beginning.
# Of what nobody asked for only the last is told, which is as far as was read; and of what cannot be read yet,
# for it will be looked at again and again.
_READ = """
SELECT event.*
FROM (SELECT epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS txid FROM log_home) AS horizon,
     unnest(%(shards)s::smallint[], %(epochs)s::int[], %(txids)s::bigint[], %(positions)s::bigint[],
            %(days)s::date[]) AS place(shard, epoch, txid, position, day)
CROSS JOIN LATERAL (
    SELECT shard, epoch, txid, position, day, event_id, name, key, seq, occurred_at, region, actor,
           correlation, causation, CASE WHEN wanted THEN payload ELSE ''::bytea END, above, readable, waiting
    FROM (
        SELECT *, count(*) FILTER (WHERE NOT above) OVER () AS readable,
               bool_or(above AND wanted) OVER () AS waiting,
               lead(position) OVER (PARTITION BY above ORDER BY epoch, txid, position) IS NULL AS is_last
        FROM (
            SELECT *, log_event.txid >= horizon.txid AND log_event.epoch = horizon.epoch AS above,
                   split_part(name, '.', 2) = ANY(%(kinds)s) AS wanted
            FROM log_event
            WHERE log_event.shard = place.shard
              AND (log_event.epoch, log_event.txid, log_event.position)
                  > (place.epoch, place.txid, place.position)
              AND log_event.day >= place.day
            ORDER BY log_event.epoch, log_event.txid, log_event.position
            LIMIT %(limit)s
        ) AS next
    ) AS seen
    WHERE is_last OR (wanted AND NOT above)
    ORDER BY epoch, txid, position
) AS event
"""

_FIRST_DAY = date(2000, 1, 1)
ONE_DAY = timedelta(days=1)


def read(producer: str, places: Sequence[Place], kinds: Collection[str], *, limit: int) -> Page:
    """Of at most `limit` events a shard after `places` those of these `kinds`, and the last; with the payload
    of these `kinds` only."""
    with connections[producer].cursor() as cursor:
        cursor.execute(
            _READ,
            {
                "shards": [place.shard for place in places],
                "epochs": [place.epoch for place in places],
                "txids": [place.txid for place in places],
                "positions": [place.position for place in places],
                "days": [place.day or _FIRST_DAY for place in places],
                "kinds": list(kinds),
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    events = [Recorded._make((*row[:14], bytes(row[14]))) for row in rows if not row[15]]
    waiting, full = (any(row[17] for row in rows), any(row[16] == limit for row in rows))
    return Page(events, waiting=waiting, full=full)


def horizon(producer: str, since: datetime | None = None) -> Horizon:
    """Where everything is there to be read; with `since`, the place of the first event from then on."""
    with connections[producer].cursor() as cursor:
        cursor.execute(
            "SELECT epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, current_date, kept_from"
            " FROM log_home"
        )
        now = Horizon._make(cursor.fetchone())
        if since is None:
            return now
        cursor.execute(
            "SELECT min(txid) FROM log_event WHERE epoch = %s AND day >= %s AND occurred_at >= %s",
            [now.epoch, since.date() - ONE_DAY, since],
        )
        first = cursor.fetchone()[0]
    return now if first is None else now._replace(txid=min(now.txid, first))
