"""Looking at a module, one invariant after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Protocol

import msgspec
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections

from tiffin.audit.cursors import cursors_caught_up
from tiffin.audit.deadlines import deadlines_kept, jobs_done
from tiffin.audit.findings import Check, Inspection, Progress
from tiffin.audit.projections import projections_true
from tiffin.audit.rules import rules_hold
from tiffin.audit.sequences import sequences_whole
from tiffin.dto import DTO
from tiffin.interfaces import CallFailed
from tiffin.log.pages import FeedUnavailable
from tiffin.remote import NotHere, Unreached, home_of, peer_of

# In a live system things are under way: what is younger than this is nobody's fault yet.
TOLERANCE = timedelta(seconds=10)
# A module elsewhere looks at one thing in one answer: many rows take their time.
CHECK_SECONDS = 600.0


class Look(Protocol):
    def __call__(self, inspection: Inspection, tolerance: timedelta) -> None: ...


INVARIANTS: dict[str, Look] = {
    "sequences": sequences_whole,
    "cursors": cursors_caught_up,
    "deadlines": deadlines_kept,
    "jobs": jobs_done,
    "rules": rules_hold,
    "projections": projections_true,
}


class CheckRequest(DTO):
    """Another deployable is asked to look at one of its modules."""

    module: str
    invariant: str
    tolerance_seconds: float


def check(
    module: str, *, tolerance: timedelta = TOLERANCE, progress: Progress | None = None
) -> Iterator[Check]:
    """Look at a module, or have it looked at where it runs: one Check for each of INVARIANTS."""
    for invariant, look in INVARIANTS.items():
        inspection = Inspection(invariant, module, progress)
        if home_of(module) is None:
            yield inspected(inspection, partial(look, tolerance=tolerance))
        else:
            yield _checked_elsewhere(inspection, tolerance)


def answer_check(body: bytes) -> bytes:
    """Look at a module of this process for another one. Raises NotHere, msgspec.MsgspecError."""
    asked = msgspec.msgpack.decode(body, type=CheckRequest)
    look = INVARIANTS.get(asked.invariant)
    if look is None or asked.module not in settings.TIFFIN_MODULES:
        raise NotHere(f"{asked.invariant} of {asked.module} is not looked at here")
    inspection = Inspection(asked.invariant, asked.module)
    tolerance = timedelta(seconds=asked.tolerance_seconds)
    return msgspec.msgpack.encode(inspected(inspection, partial(look, tolerance=tolerance)))


def inspected(inspection: Inspection, look: Callable[[Inspection], None]) -> Check:
    """Have `look` done. That the database or a module cannot be asked is a finding, not the end."""
    close_old_connections()
    try:
        look(inspection)
    except (DatabaseTrouble, CallFailed, FeedUnavailable) as trouble:
        inspection.find("", f"could not be looked at: {trouble}".strip())
    return inspection.result()


def _checked_elsewhere(inspection: Inspection, tolerance: timedelta) -> Check:
    asked = CheckRequest(
        module=inspection.module,
        invariant=inspection.invariant,
        tolerance_seconds=tolerance.total_seconds(),
    )
    try:
        body = msgspec.msgpack.encode(asked)
        answer = peer_of(inspection.module).post("audit", body, timeout_seconds=CHECK_SECONDS)
        return msgspec.msgpack.decode(answer, type=Check)
    except (Unreached, msgspec.MsgspecError) as trouble:
        inspection.find("", f"could not be looked at: {trouble}")
        return inspection.result()
