"""The click model learns of each impression once, when a click would have come: with what was known when it
was decided, which is written with the decision. What was predicted then is held against what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2
from typing import NamedTuple
from uuid import UUID

import numpy as np

from modules.ads.engine.prediction import NOWHERE, Known, learn
from modules.ads.models import LearnedTo
from modules.ads.services.documents import document
from tiffin import clock, db

# Who has not clicked by then hardly will.
CLICKED_WITHIN = timedelta(minutes=3)
AT_ONCE = 1_000
_FIRST = UUID(int=0)

# Of impressions after a place and before a moment: their features and predictions, and whether a click came.
_NEXT = """
SELECT event.at, event.id, ARRAY(SELECT jsonb_array_elements_text(won->'features')::int),
    (won->>'clicks')::int, EXISTS (
    SELECT FROM ads_adevent AS click WHERE click.decision_id = event.decision_id AND click.slot = event.slot
        AND click.kind = 'click' AND click.verdict = 'valid')
FROM (
    SELECT at, id, decision_id, slot FROM ads_adevent
    WHERE kind = 'impression' AND verdict = 'valid' AND placement <> 'email'  -- read within days, not minutes
        AND (at, id) > (%(at)s, %(id)s) AND at < %(until)s
    ORDER BY at, id LIMIT %(most)s
) AS event
LEFT JOIN ads_decisionrecord AS decision ON decision.id = event.decision_id
LEFT JOIN LATERAL (
    SELECT won FROM jsonb_array_elements(decision.places) AS place, jsonb_array_elements(place->'won') AS won
    WHERE (won->>'slot')::int = event.slot
) AS found ON true
ORDER BY event.at, event.id
"""
_KNOWN = "SELECT place, z, n FROM ads_weight WHERE place = ANY(%s)"
_KEEP = """
INSERT INTO ads_weight (place, z, n, revision)
SELECT place, z, n, %(revision)s
FROM unnest(%(places)s::int[], %(z)s::float8[], %(n)s::float8[]) AS new(place, z, n)
ORDER BY place
ON CONFLICT (place) DO UPDATE SET z = excluded.z, n = excluded.n, revision = excluded.revision RETURNING 1
"""
_JUDGE = """
INSERT INTO ads_calibration AS known (day, bucket, shown, predicted, clicked)
SELECT %(day)s, bucket, shown, predicted, clicked
FROM json_to_recordset(%(rows)s::json) AS new(bucket int, shown bigint, predicted bigint, clicked bigint)
ORDER BY bucket
ON CONFLICT (day, bucket) DO UPDATE SET shown = known.shown + excluded.shown,
    predicted = known.predicted + excluded.predicted, clicked = known.clicked + excluded.clicked
RETURNING 1
"""


class Example(NamedTuple):
    """An impression: places of its features, what was predicted (clicks in a million), and what happened."""

    features: list[int]
    predicted: int
    clicked: bool


def learn_clicks() -> int:
    """Learn of the next impressions, up to AT_ONCE; how many those were. One worker at a time."""
    now = clock.now()
    with db.transaction():
        place, _ = LearnedTo.objects.select_for_update().get_or_create(
            id=1, defaults={"at": now - timedelta(days=3), "event_id": _FIRST}
        )
        rows = db.select(_NEXT, at=place.at, id=place.event_id, until=now - CLICKED_WITHIN, most=AT_ONCE)
        if not rows:
            return 0
        examples = [
            Example(features, predicted, clicked) for *_, features, predicted, clicked in rows if features
        ]
        place.at, place.event_id, place.revision = rows[-1][0], rows[-1][1], place.revision + 1
        place.save()
        if examples:
            _learn(examples, place.revision)
            _judge(examples, now)
    return len(rows)


def _learn(examples: Sequence[Example], revision: int) -> None:
    features = np.array([example.features for example in examples])
    places, inverse = np.unique(features, return_inverse=True)
    known = {place: (z, n) for place, z, n in db.select(_KNOWN, places.tolist())}
    before = [known.get(place, (0.0, 0.0)) for place in places.tolist()]
    z, n = np.array(before, np.float32).T
    clicked = np.array([example.clicked for example in examples])
    after = learn(inverse.reshape(features.shape), clicked, Known(z, n))
    moved = places != NOWHERE
    db.select(
        _KEEP,
        revision=revision,
        places=places[moved].tolist(),
        z=after.z[moved].tolist(),
        n=after.n[moved].tolist(),
    )


def bucket_of(predicted: int) -> int:
    """Of clicks in a million: eighths of powers of two, so that neighbours differ by 9 %."""
    return int(8 * log2(max(predicted, 1)))


def _judge(examples: Sequence[Example], now: datetime) -> None:
    rows: defaultdict[int, dict[str, int]] = defaultdict(lambda: {"shown": 0, "predicted": 0, "clicked": 0})
    for example in examples:
        row = rows[bucket_of(example.predicted)]
        row["shown"] += 1
        row["predicted"] += example.predicted
        row["clicked"] += example.clicked
    db.select(
        _JUDGE, day=now.date(), rows=document([{"bucket": bucket, **row} for bucket, row in rows.items()])
    )
