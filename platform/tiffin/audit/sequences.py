"""No gap in any key's sequence: the log tells of each aggregate 1, 2, 3, … up to the row's `version`.

The row and its event are written in one transaction, so that one statement never sees one without the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connections

from tiffin.audit.aggregates import FIRST_ID, PAGE, absent, kinds_of, table_of
from tiffin.audit.findings import Inspection
from tiffin.db.aggregates import Aggregate
from tiffin.models import LogHome

_KEYS = """
SELECT key, min(seq), max(seq), count(*), count(DISTINCT seq) FROM log_event
WHERE key > %s GROUP BY key ORDER BY key LIMIT %s
"""
_MISSING = """
SELECT wanted.seq FROM generate_series(%s::int, %s::int) AS wanted(seq)
WHERE NOT EXISTS (SELECT FROM log_event WHERE key = %s AND log_event.seq = wanted.seq)
ORDER BY 1 LIMIT 5
"""
_ROWS = """
SELECT id, version, (SELECT max(seq) FROM log_event WHERE key = kept.id) FROM {table} AS kept
WHERE id > %s ORDER BY id LIMIT %s
"""


class Told(NamedTuple):
    """What the log tells of a key, by sequence numbers."""

    key: UUID
    first: int
    last: int
    events: int
    different: int


def sequences_whole(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts keys in the log, then rows."""
    home = LogHome.objects.using(inspection.module).get()
    begun = home.kept_from is None  # else the first days of the log are gone, as they should be
    for page in _pages(inspection.module):
        gone = absent(inspection.module, [told.key for told in page])
        for told in page:
            _look_at_key(inspection, told, begun=begun)
            if told.key in gone:
                inspection.find(told.key, "the log tells of it, but there is no such row any more")
        inspection.looked(len(page))
    for kind in kinds_of(inspection.module):
        _look_at_rows(inspection, kind, begun=begun)


def _pages(module: str) -> Iterator[list[Told]]:
    after = FIRST_ID
    while True:
        with connections[module].cursor() as cursor:
            cursor.execute(_KEYS, [after, PAGE])
            page = [Told._make(row) for row in cursor.fetchall()]
        if not page:
            return
        yield page
        after = page[-1].key


def _look_at_key(inspection: Inspection, told: Told, *, begun: bool) -> None:
    if told.events != told.different:
        inspection.find(told.key, f"the log tells {told.events - told.different} of its events twice")
    first = 1 if begun else told.first
    if told.last - first + 1 != told.different:
        with connections[inspection.module].cursor() as cursor:
            cursor.execute(_MISSING, [first, told.last, told.key])
            missing = ", ".join(str(seq) for (seq,) in cursor.fetchall())
        inspection.find(told.key, f"its events are missing from the log between 1 and {told.last}: {missing}")


def _look_at_rows(inspection: Inspection, kind: type[Aggregate], *, begun: bool) -> None:
    after = FIRST_ID
    query = _ROWS.format(table=table_of(kind, inspection.module))
    while True:
        with connections[inspection.module].cursor() as cursor:
            cursor.execute(query, [after, PAGE])
            rows = cursor.fetchall()
        if not rows:
            return
        for key, version, last in rows:
            if version != (last or 0) and (begun or last is not None):
                name = kind._meta.verbose_name
                inspection.find(
                    key, f"the {name} has told {version} events, the log's last is number {last or 0}"
                )
        inspection.looked(len(rows))
        after = rows[-1][0]
