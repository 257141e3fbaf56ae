"""What is told of experiments: as Segment's "A/B Testing" has it (spec/ab-testing). Each wire says it its
way."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from modules.analytics.kinds import EXPERIMENT_VIEWED, Tracked
from modules.analytics.tracking.telling import tell
from modules.experiments.events import ExposureRecorded
from modules.experiments.interface import Unit
from tiffin.log import Recorded


def exposed(event: ExposureRecorded, record: Recorded) -> Iterator[Tracked]:
    """A customer became part of an experiment. Of browsers nothing is told: nobody has asked them."""
    if event.attribute != Unit.CUSTOMER.value:
        return
    properties = {
        "experiment_id": event.experiment,
        "experiment_name": event.name,
        "variation_id": event.variation,
        "variation_name": event.variation_name or event.variation,
        "phase": event.phase,
    }
    yield tell(EXPERIMENT_VIEWED, record, UUID(event.unit), properties)
