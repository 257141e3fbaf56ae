"""`manage.py simulate --rate 5 --seconds 120`: a few minutes of the platform's life, by its public API.
`manage.py simulate --points 20000000`: a day of points, by the interface of rewards."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from random import SystemRandom
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bench import points_audit, points_day, purses
from bench.actors import DEMO_COURIERS, DEMO_KITCHEN, DEMO_PASSWORD, Refused, Unanswered
from bench.report import missing_orders
from bench.simulate import Options, Purses, simulate


class Command(BaseCommand):
    help = (
        "Simulate customers, restaurants and couriers of two cities. Progress goes to standard error, one "
        "JSON object to standard output. Ends 1 when an acknowledged order is lost or does not become final, "
        "or, with --points, when the books of points do not close."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=float, help="orders a second, on average")
        parser.add_argument("--seconds", type=float, help="for how long orders come")
        parser.add_argument(
            "--points", type=int, help="instead of orders, a day in which so many points move"
        )
        parser.add_argument("--seed", type=int, help="the same seed brings the same demand again")
        parser.add_argument("--base-url", default=settings.TIFFIN_ORIGIN, help="the platform's origin")
        parser.add_argument("--acknowledged", type=Path, help="where the acknowledged orders' ids are kept")
        parser.add_argument(
            "--patience", type=float, default=180.0, help="seconds to wait for the last order"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        seed = given["seed"] if given["seed"] is not None else SystemRandom().getrandbits(32)
        if given["points"] is not None:
            self._play_points(given["points"], seed)
            return
        if (given["rate"] or 0) <= 0 or (given["seconds"] or 0) <= 0:
            raise CommandError("--rate and --seconds must be above zero")
        kept = given["acknowledged"] or settings.TIFFIN_HOME / "log" / f"simulate-{int(time.time())}.ids"
        options = Options(
            base_url=given["base_url"],
            rate=given["rate"],
            seconds=given["seconds"],
            seed=seed,
            kitchens=(DEMO_KITCHEN,),
            couriers=DEMO_COURIERS,
            password=DEMO_PASSWORD,
            acknowledged=kept,
            patience_seconds=given["patience"],
        )
        try:
            run = simulate(options, missing=missing_orders, purses=Purses(purses.fill, purses.look))
            report = asyncio.run(run)
        except (Refused, Unanswered, httpx.HTTPError) as reason:
            raise CommandError(f"The simulation cannot begin at {options.base_url}: {reason}") from None
        self.stdout.write(json.dumps(report))
        if report["lost"] or report["unfinished"]:
            raise CommandError(
                f"{report['lost']} acknowledged orders are lost, {report['unfinished']} did not become final"
            )
        if differences := report["points"].get("differences"):
            raise CommandError(f"The books do not close: {differences[:5]}")

    def _play_points(self, points: int, seed: int) -> None:
        """A day of points, and whether its books close: those of what was posted, and the ledger's own."""
        if points <= 0:
            raise CommandError("--points must be above zero")
        report = points_day.play(points, seed=seed)
        broken = list(points_audit.findings())
        self.stdout.write(json.dumps({**report, "audit_findings": broken[:20]}))
        if report["refused"] or report["differences"] or broken:
            raise CommandError(f"The books do not close: {[*report['differences'], *broken][:5]}")
