"""Looking at a module, one invariant after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Protocol

from django.db import Error as DatabaseTrouble
from django.db import close_old_connections

from tiffin.audit.cursors import cursors_caught_up
from tiffin.audit.deadlines import deadlines_kept, jobs_done
from tiffin.audit.findings import Check, Inspection, Progress
from tiffin.audit.projections import projections_true
from tiffin.audit.sequences import sequences_whole
from tiffin.interfaces import CallFailed

# In a live system things are under way: what is younger than this is nobody's fault yet.
TOLERANCE = timedelta(seconds=10)


class Look(Protocol):
    def __call__(self, inspection: Inspection, tolerance: timedelta) -> None: ...


INVARIANTS: dict[str, Look] = {
    "sequences": sequences_whole,
    "cursors": cursors_caught_up,
    "deadlines": deadlines_kept,
    "jobs": jobs_done,
    "projections": projections_true,
}


def check(
    module: str, *, tolerance: timedelta = TOLERANCE, progress: Progress | None = None
) -> Iterator[Check]:
    """Look at a module of this process: one Check for each of INVARIANTS, as soon as it is done."""
    for invariant, look in INVARIANTS.items():
        yield inspected(Inspection(invariant, module, progress), partial(look, tolerance=tolerance))


def inspected(inspection: Inspection, look: Callable[[Inspection], None]) -> Check:
    """Have `look` done. That the database or a module cannot be asked is a finding, not the end."""
    close_old_connections()
    try:
        look(inspection)
    except (DatabaseTrouble, CallFailed) as trouble:
        inspection.find("", f"could not be looked at: {trouble}".strip())
    return inspection.result()
