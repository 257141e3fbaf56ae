"""What is kept no longer."""

from __future__ import annotations

from datetime import timedelta

from modules.experiments.interface import ExperimentState
from modules.experiments.models import Experiment, Exposure, Outcome, Recent
from tiffin import clock, db

KEPT = timedelta(days=365)
RECENTLY = timedelta(hours=1)
AT_ONCE = 5_000


def tidy() -> int:
    """Exposures of what ended more than a year ago go with their outcomes, of a server's experiments all that
    are older; analyses stay. How many exposures went."""
    since = clock.now() - KEPT
    lives = Experiment.objects.exclude(
        state_name=ExperimentState.STOPPED.value, stopped_at__lt=since
    ).values_list("key", flat=True)
    old = Exposure.objects.filter(at__lt=since).exclude(experiment__in=list(lives))
    with db.transaction():
        chosen = list(old.order_by("id").values_list("id", flat=True)[:AT_ONCE])
        Outcome.objects.filter(exposure_id__in=chosen).delete()
        Exposure.objects.filter(id__in=chosen).delete()
        Recent.objects.filter(at__lt=clock.now() - RECENTLY).delete()
    return len(chosen)
