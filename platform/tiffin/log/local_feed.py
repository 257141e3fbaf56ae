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
_COLUMNS = """shard, epoch, txid, position, day, event_id, name, key, seq, occurred_at, region, actor,
           correlation, causation"""
_AFTER = """log_event.shard = place.shard
      AND (log_event.epoch, log_event.txid, log_event.position) > (place.epoch, place.txid, place.position)
      AND log_event.day >= place.day"""
_KIND = "split_part(name, '.', 2) = ANY(%(kinds)s)"
# Of what nobody asked for only the last is told, which is as far as was read. Of what cannot be read yet it
# is only told that there is some: it will be looked at again and again.
_READ = f"""
SELECT event.*
FROM (SELECT epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS txid FROM log_home) AS horizon,
     unnest(%(shards)s::smallint[], %(epochs)s::int[], %(txids)s::bigint[], %(positions)s::bigint[],
            %(days)s::date[]) AS place(shard, epoch, txid, position, day)
CROSS JOIN LATERAL (
    (SELECT {_COLUMNS}, CASE WHEN {_KIND} THEN payload ELSE ''::bytea END, count AS count
     FROM (
         SELECT *, row_number() OVER in_order AS number, count(*) OVER () AS count
         FROM (
             SELECT * FROM log_event
             WHERE {_AFTER} AND (log_event.epoch, log_event.txid) < (horizon.epoch, horizon.txid)
             ORDER BY log_event.epoch, log_event.txid, log_event.position
             LIMIT %(limit)s
         ) AS next
         WINDOW in_order AS (ORDER BY epoch, txid, position)
     ) AS readable
     WHERE {_KIND} OR number = count
     ORDER BY number)
    UNION ALL
    (SELECT {_COLUMNS}, ''::bytea, NULL
     FROM log_event
     WHERE {_AFTER} AND (log_event.epoch, log_event.txid) >= (horizon.epoch, horizon.txid) AND {_KIND}
     LIMIT 1)
) AS event
"""  # noqa: S608  # constants of this module

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
    events = [Recorded._make((*row[:14], bytes(row[14]))) for row in rows if row[15] is not None]
    counts = {row[15] for row in rows}
    return Page(events, waiting=None in counts, full=limit in counts)


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
