"""What is kept no longer, let go a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
from django.db import DatabaseError
from django.db.models import QuerySet

from modules.experiments.interface import ExperimentState
from modules.experiments.models import Experiment, Exposure, Forgotten, Outcome, Recent
from modules.experiments.services.telling import LIFE
from tiffin import clock, db

log = structlog.get_logger(__name__)

KEPT = timedelta(days=365)
RECENTLY = timedelta(hours=1)
# Longer than any token that was given to them may be told, and processes hold back what they tell.
REMEMBERED = LIFE + timedelta(days=1)
AT_ONCE = 5_000


def tidy() -> None:
    """Exposures of what ended more than a year ago go with their outcomes, of a server's experiments all that
    are older; analyses stay. A kind that cannot be let go leaves the others done. Raises DatabaseError."""
    failed: DatabaseError | None = None
    for part in (_recent, _forgotten, _exposures):
        try:
            part()
        except DatabaseError as error:
            log.error("experiments_not_tidied", part=part.__name__, error=repr(error))
            failed = error
    if failed is not None:
        raise failed


def _recent() -> None:
    _let_go(Recent.objects.filter(at__lt=clock.now() - RECENTLY))


def _forgotten() -> None:
    _let_go(Forgotten.objects.filter(at__lt=clock.now() - REMEMBERED))


def _exposures() -> None:
    since = clock.now() - KEPT
    ended = {"state_name": ExperimentState.STOPPED.value, "stopped_at__lt": since}
    lives = set(Experiment.objects.exclude(**ended).values_list("key", flat=True))
    for key in _exposed():
        if key not in lives:
            _let_go(Exposure.objects.filter(experiment=key, at__lt=since))


def _exposed() -> Iterator[str]:
    """From one to the next by the index: those that live may have millions that are old."""
    keys = Exposure.objects.order_by("experiment").values_list("experiment", flat=True)
    key = ""
    while (found := keys.filter(experiment__gt=key).first()) is not None:
        yield (key := found)


def _let_go(rows: QuerySet[Any]) -> None:
    """In transactions that are short enough for the server, however much has piled up."""
    while ids := list(rows.order_by("at").values_list("pk", flat=True)[:AT_ONCE]):
        with db.transaction():
            if rows.model is Exposure:
                Outcome.objects.filter(exposure_id__in=ids).delete()
            rows.model._default_manager.filter(pk__in=ids).delete()
