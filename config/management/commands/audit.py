"""`manage.py audit`: does everything hold that must always hold? Ends 1 and says what does not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.audit import audit
from tiffin.audit import TOLERANCE, Check, Inspection

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Look at every module for what must always hold: orders, money, deadlines, logs, cursors, copies. "
        "One line for each invariant and each thing that is broken; ends 1 when something is."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--acknowledged",
            type=Path,
            help="ids of orders that must be there, one a line, as simulate keeps",
        )
        parser.add_argument(
            "--wait", type=float, default=0.0, help="seconds to look again and again until nothing is broken"
        )
        parser.add_argument(
            "--tolerance",
            type=float,
            default=TOLERANCE.total_seconds(),
            help="seconds that news may be unread, and a job or deadline overdue (default %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="as one JSON document")

    def handle(self, *args: Any, **given: Any) -> None:
        if given["acknowledged"] is not None and not given["acknowledged"].is_file():
            raise CommandError(f"There is no file {given['acknowledged']}.")
        until = time.monotonic() + given["wait"]
        checks = self._look(given)
        while _broken(checks) and time.monotonic() < until:
            waited_for = sorted({check.invariant for check in checks if check.broken})
            self.stderr.write(f"{_broken(checks)} broken; waiting for {', '.join(waited_for)}")
            time.sleep(PAUSE_SECONDS)
            checks = self._look(given)
        self.stdout.write(_as_json(checks) if given["json"] else "\n".join(_lines(checks)))
        if broken := _broken(checks):
            raise CommandError(f"{broken} {'thing is' if broken == 1 else 'things are'} not as they must be.")

    def _look(self, given: dict[str, Any]) -> list[Check]:
        tolerance = timedelta(seconds=given["tolerance"])
        checks = list(
            audit(acknowledged=given["acknowledged"], tolerance=tolerance, progress=self._tell_progress)
        )
        if self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        return checks

    def _tell_progress(self, inspection: Inspection) -> None:
        """One line that is written over, for people at a terminal."""
        if self.stderr.isatty():
            line = f"{inspection.module} {inspection.invariant} {inspection.looked_at:,}"
            self.stderr.write(f"\r\033[K{line}", ending="")


def _broken(checks: Iterable[Check]) -> int:
    return sum(check.broken for check in checks)


def _lines(checks: list[Check]) -> Iterable[str]:
    for invariant in dict.fromkeys(check.invariant for check in checks):
        mine = [check for check in checks if check.invariant == invariant]
        looked_at, broken = sum(check.looked_at for check in mine), _broken(mine)
        notes = "; ".join(check.note for check in mine if check.note)
        yield f"{invariant:12} {looked_at:>10,} looked at  {broken:>6,} broken{notes and f'  ({notes})'}"
    for check in checks:
        for finding in check.findings:
            where = f"{finding.module} {finding.key}".strip()
            yield f"{finding.invariant}: {where}: {finding.problem}"
        if unlisted := check.broken - len(check.findings):
            yield f"{check.invariant}: {check.module}: and {unlisted:,} more"


def _as_json(checks: list[Check]) -> str:
    return json.dumps({"clean": not _broken(checks), "checks": msgspec.to_builtins(checks)})
