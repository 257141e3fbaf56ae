"""Nothing waits past its deadline, whatever waits has exactly one, and no job is left lying."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from tiffin import clock
from tiffin.audit.aggregates import FIRST_ID, PAGE, kinds_of
from tiffin.audit.findings import Inspection, last_line, second
from tiffin.db.aggregates import Aggregate
from tiffin.jobs.adding import DEADLINE_SLOT
from tiffin.models import Job, JobState

_DEADLINES = Q(slot=DEADLINE_SLOT)


def deadlines_kept(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts deadline rows, then the rows of every kind that may wait for something."""
    inspection.looked(Job.objects.using(inspection.module).filter(_DEADLINES).count())
    _look_for_overdue(
        inspection, _DEADLINES, tolerance, "passed its deadline {name} at {due} and still waits"
    )
    for kind in kinds_of(inspection.module):
        if kind.NOT_FINAL is not None:
            _look_at_rows(inspection, kind, kind.NOT_FINAL)


def jobs_done(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts jobs, deadlines among them."""
    jobs = Job.objects.using(inspection.module)
    inspection.looked(jobs.count())
    _look_for_overdue(inspection, ~_DEADLINES, tolerance, "its job {name} was due at {due}; nobody does it")
    for job in jobs.filter(state=JobState.HELD).order_by("due").iterator(PAGE):
        inspection.find(
            job.key, f"its job {job.name} is held after {job.attempts} tries: {last_line(job.cause)}"
        )


def _look_for_overdue(inspection: Inspection, which: Q, tolerance: timedelta, problem: str) -> None:
    now = clock.now()
    overdue = Job.objects.using(inspection.module).filter(
        which, Q(lease_until=None) | Q(lease_until__lte=now), state=JobState.WAITING, due__lt=now - tolerance
    )
    for job in overdue.order_by("due").iterator(PAGE):
        inspection.find(job.key, problem.format(name=job.name, due=second(job.due)))


def _look_at_rows(inspection: Inspection, kind: type[Aggregate], not_final: Q) -> None:
    of_row = Job.objects.filter(_DEADLINES, key=OuterRef("pk")).order_by().values("key")
    rows = kind._base_manager.using(inspection.module).annotate(
        waits=ExpressionWrapper(not_final, BooleanField()),
        deadlines=Coalesce(Subquery(of_row.annotate(count=Count("*")).values("count")), 0),
    )
    after = FIRST_ID
    while page := list(
        rows.filter(pk__gt=after).order_by("pk").values_list("pk", "waits", F("deadlines"))[:PAGE]
    ):
        for key, waits, deadlines in page:
            if deadlines != int(waits):
                inspection.find(key, _said(str(kind._meta.verbose_name), deadlines, waits=waits))
        inspection.looked(len(page))
        after = page[-1][0]


def _said(name: str, deadlines: int, *, waits: bool) -> str:
    if not waits:
        return f"the {name} is over, and has a deadline all the same"
    if not deadlines:
        return f"the {name} waits for something and has no deadline: nobody would notice"
    return f"the {name} has {deadlines} deadlines instead of one"
