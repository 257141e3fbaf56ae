"""What is kept no longer."""

from __future__ import annotations

from datetime import timedelta

from modules.experiments.interface import ExperimentState
from modules.experiments.models import Experiment, Exposure, Outcome
from tiffin import clock, db

KEPT = timedelta(days=365)
AT_ONCE = 5_000


def tidy() -> int:
    """Exposures of what ended more than a year ago, with their outcomes; analyses stay. How many went."""
    since = clock.now() - KEPT
    over = Experiment.objects.filter(state_name=ExperimentState.STOPPED.value, stopped_at__lt=since)
    old = Exposure.objects.filter(at__lt=since, experiment__in=over.values("key"))
    with db.transaction():
        chosen = list(old.order_by("id").values_list("id", flat=True)[:AT_ONCE])
        Outcome.objects.filter(exposure_id__in=chosen).delete()
        Exposure.objects.filter(id__in=chosen).delete()
    return len(chosen)
