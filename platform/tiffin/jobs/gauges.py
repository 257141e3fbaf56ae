"""What the jobs look like to Prometheus: overdue and held, per module."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from tiffin import clock
from tiffin.models import Job, JobState
from tiffin.telemetry.metrics import Reading, register_gauge_source

# Younger ones are on their way.
OVERDUE_AFTER = timedelta(seconds=10)


@register_gauge_source
def job_gauges() -> Iterator[Reading]:
    """Read when somebody looks; two counts a module, by index."""
    for module in settings.TIFFIN_MODULES:
        labels = {"module": module}
        jobs = Job.objects.using(module)
        overdue = jobs.filter(state=JobState.WAITING, due__lt=clock.now() - OVERDUE_AFTER).count()
        yield (
            "tiffin_jobs_overdue",
            "Jobs and deadlines due for more than ten seconds.",
            labels,
            float(overdue),
        )
        held = jobs.filter(state=JobState.HELD).count()
        yield "tiffin_jobs_held", "Jobs given up after their last try.", labels, float(held)
