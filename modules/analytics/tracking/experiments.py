"""What is told of experiments: as Segment's "A/B Testing" has it (spec/ab-testing). Each wire says it its
way."""

from __future__ import annotations

from uuid import UUID

from modules.analytics.kinds import EXPERIMENT_VIEWED, Tracked
from modules.analytics.tracking.telling import tell
from tiffin.log import Recorded


def exposed(record: Recorded, *, customer_id: UUID, experiment: str, variation: str) -> Tracked:
    """A customer saw this `variation` of an `experiment`, both named by their keys."""
    properties = {
        "experiment_id": experiment,
        "experiment_name": experiment,
        "variation_id": variation,
        "variation_name": variation,
    }
    return tell(EXPERIMENT_VIEWED, record, customer_id, properties, part=f"{experiment} {variation}")
