"""Who of the staff did what: a row in the module concerned, and a line in the log."""

from __future__ import annotations

import structlog

from tiffin import context
from tiffin.models import StaffAction

log = structlog.get_logger(__name__)


def action(module: str, name: str, subject: str, detail: str = "") -> None:
    """Record that whoever is at the page did `name` to `subject`; called once it is done."""
    actor = context.current().actor
    StaffAction.objects.using(module).create(
        staff_id=actor.id, action=name, subject=subject, detail=detail[:1000]
    )
    log.info("staff_action", action=name, subject=subject, of_module=module)
