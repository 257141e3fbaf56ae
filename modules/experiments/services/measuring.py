"""What those who take part do, counted since they do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from modules.experiments.interface import ExperimentState
from modules.experiments.models import Experiment, Exposure, Forgotten, Recent
from modules.experiments.selectors.forgotten import forgotten_of
from tiffin import clock, db, ids

# Exposures are told a moment later than what happens then: either of both may be written down first, and
# whoever comes second counts. They wait for each other, so that neither misses the other's.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('experiments.outcomes'))"
# Of experiments that run; of several exposures each is counted for itself.
_COUNT = """
INSERT INTO experiments_outcome AS stands (id, exposure_id, measure, amount)
SELECT gen_random_uuid(), exposure.id, done.measure, sum(done.amount)
FROM json_to_recordset(%(done)s::json)
    AS done(attribute text, unit text, measure text, amount bigint, at timestamptz)
JOIN experiments_exposure AS exposure
    ON exposure.unit = done.unit AND exposure.attribute = done.attribute AND exposure.at <= done.at
JOIN json_to_recordset(%(running)s::json) AS running(key text, phase int)
    ON running.key = exposure.experiment AND running.phase = exposure.phase
GROUP BY exposure.id, done.measure
ORDER BY exposure.id, done.measure
ON CONFLICT (exposure_id, measure) DO UPDATE SET amount = stands.amount + excluded.amount
RETURNING 1
"""
_CATCH_UP = """
INSERT INTO experiments_outcome (id, exposure_id, measure, amount)
SELECT gen_random_uuid(), exposure.id, done.measure, sum(done.amount)
FROM experiments_exposure AS exposure
JOIN experiments_recent AS done
    ON done.unit = exposure.unit AND done.attribute = exposure.attribute AND done.at >= exposure.at
WHERE exposure.id = ANY(%s)
GROUP BY exposure.id, done.measure
ORDER BY exposure.id, done.measure
RETURNING 1
"""


class Done(NamedTuple):
    """Somebody did something: `amount` of a measure. `attribute` is what kind of id `unit` is."""

    attribute: str
    unit: str
    measure: str
    amount: int
    at: datetime


@db.transaction_required
def measure(done: Sequence[Done]) -> int:
    """Count it for each experiment of which they are part by then; how many figures changed."""
    running = [
        {"key": key, "phase": phase}
        for key, phase in Experiment.objects.filter(state_name=ExperimentState.RUNNING.value).values_list(
            "key", "phase"
        )
    ]
    if not running or not done:
        return 0
    wait_for_the_other()
    forgotten = forgotten_of({each.unit for each in done})
    rows = [each._asdict() for each in done if each.unit not in forgotten]
    db.insert(*(Recent(**row) for row in rows))
    return len(db.select(_COUNT, done=_json(rows), running=_json(running)))


@db.transaction_required
def catch_up(exposure_ids: Collection[UUID]) -> int:
    """What those who have just been written down did since they take part, as far as it is known already."""
    return len(db.select(_CATCH_UP, list(exposure_ids))) if exposure_ids else 0


@db.transaction_required
def wait_for_the_other() -> None:
    """Until the end of the transaction nobody else writes exposures or what was done."""
    db.select(_ONE_AT_A_TIME)


@db.transaction_required
def forget(customer_id: UUID) -> None:
    """What was counted stays, and nobody can tell any more of whom; nor of what is told late."""
    wait_for_the_other()
    Forgotten.objects.update_or_create(id=customer_id, defaults={"at": clock.now()})
    Recent.objects.filter(unit=str(customer_id)).delete()
    for exposure in Exposure.objects.filter(unit=str(customer_id)).select_for_update():
        exposure.unit = str(ids.new_id())
        exposure.save(update_fields=("unit",))


def _json(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()
