"""Customers, kitchens and couriers at work, by the public API, while something breaks."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

RATE = 3.0
SECONDS = 20.0  # for each strike
SEED = 1
UNDER_WAY = 5
PATIENCE_SECONDS = 150.0
AUDIT_WAIT_SECONDS = 60
_UNFINISHED = (
    "SELECT count(*) FROM orders_order"
    " WHERE id = ANY(%s::uuid[]) AND order_state NOT IN ('completed', 'cancelled')"
)
_ON_THE_COUNTER = (
    "SELECT 1 FROM orders_order WHERE id = ANY(%s::uuid[]) AND vendor_state <> 'not_offered' LIMIT 1"
)


class Audit(NamedTuple):
    """What `manage.py audit` said, and whether it found everything right."""

    clean: bool
    said: str


class Recovery(NamedTuple):
    """After one strike, in seconds from it: until what was struck was up again, and until an order placed
    after it lay on a restaurant's counter."""

    what: str
    under_way: int
    up_seconds: float
    moving_seconds: float

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.under_way} orders under way; up again after {self.up_seconds:.1f} s, "
            f"moving after {self.moving_seconds:.1f} s"
        )


class Aftermath(NamedTuple):
    """What became of the orders."""

    recoveries: tuple[Recovery, ...]
    report: dict[str, Any]
    simulate_ended: int
    audit: Audit

    def __str__(self) -> str:
        told = "; ".join(map(str, self.recoveries))
        return (
            f"{told}; {self.report['acknowledged']} acknowledged, "
            f"{self.report['delivered']} delivered, {self.report['cancelled']} cancelled, "
            f"{self.report['lost']} lost, {self.report['unfinished']} unfinished"
        )


class Storm:
    """A simulation against `platform`; what it has acknowledged stands in `kept`."""

    def __init__(
        self,
        platform: Platform,
        folder: Path,
        patience_seconds: float,
        rate: float = RATE,
        seconds: float = SECONDS,
    ) -> None:
        self.platform = platform
        self._seconds = seconds
        self.kept = folder / "acknowledged.ids"
        self._said = folder / "simulate.log"
        options = (
            f"--rate={rate}",
            f"--seconds={seconds}",
            f"--seed={SEED}",
            f"--patience={patience_seconds}",
            f"--acknowledged={self.kept}",
            f"--base-url={platform.base_url}",
        )
        with self._said.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "simulate", *options],
                cwd=ROOT,
                env=platform.environment("orders"),
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def acknowledged(self) -> list[str]:
        return self.kept.read_text().split() if self.kept.exists() else []

    def await_under_way(self) -> int:
        """How many acknowledged orders are not final, once there are UNDER_WAY of them."""
        return self._until(lambda: self._unfinished(UNDER_WAY), f"{UNDER_WAY} orders under way")

    def _unfinished(self, least: int) -> int:
        ((count,),) = self.platform.sql("orders", _UNFINISHED, [self.acknowledged()])
        return count if count >= least else 0

    def await_movement(self, beyond: int) -> None:
        """Wait until an order acknowledged after the first `beyond` lies on a restaurant's counter."""
        self._until(
            lambda: len(self.platform.sql("orders", _ON_THE_COUNTER, [self.acknowledged()[beyond:]])),
            "a new order on a counter",
        )

    def _until(self, look: Callable[[], int], what: str) -> int:
        """What `look` sees, once it sees something; while the database is away it sees nothing."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not (seen := _or_nothing(look)):
            assert self._process.poll() is None, f"the simulation ended before {what}: {self._tail()}"
            assert time.monotonic() < ends, f"no {what} in {PATIENCE_SECONDS} s: {self._tail()}"
            time.sleep(0.1)
        return seen

    def end(self) -> tuple[dict[str, Any], int]:
        """Its report and how it ended, once every order is final or patience is over."""
        output, _ = self._process.communicate(timeout=self._seconds + PATIENCE_SECONDS + 60)
        assert output, self._tail()
        return dict(json.loads(output.splitlines()[-1])), self._process.returncode

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def _tail(self) -> str:
        return self._said.read_text(errors="replace")[-1500:]


def _or_nothing(look: Callable[[], int]) -> int:
    try:
        return look()
    except psycopg.OperationalError:  # it is what was struck, and recovers
        return 0


def audit(platform: Platform, acknowledged: Path, *, wait: int) -> Audit:
    """What `manage.py audit` says of everything, and of the acknowledged orders."""
    command = ["manage.py", "audit", f"--acknowledged={acknowledged}", f"--wait={wait}"]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=platform.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Audit(done.returncode == 0, done.stdout + done.stderr)


def ride_out(
    platform: Platform,
    folder: Path,
    strikes: Mapping[str, Callable[[], object]],
    *,
    patience_seconds: float = PATIENCE_SECONDS,
    audit_wait: int = AUDIT_WAIT_SECONDS,
    rate: float = RATE,
) -> Aftermath:
    """Let `strikes` happen one after the other while orders are under way; each returns when what it struck
    is up again."""
    storm = Storm(platform, folder, patience_seconds, rate, SECONDS * len(strikes))
    try:
        recoveries = tuple(_recover(storm, what, strike) for what, strike in strikes.items())
        report, ended = storm.end()
    finally:
        storm.stop()
    return Aftermath(recoveries, report, ended, audit(platform, storm.kept, wait=audit_wait))


def _recover(storm: Storm, what: str, strike: Callable[[], object]) -> Recovery:
    under_way = storm.await_under_way()
    before, began = len(storm.acknowledged()), time.monotonic()
    strike()
    up = time.monotonic() - began
    storm.await_movement(before)
    return Recovery(what, under_way, up, time.monotonic() - began)


def require_unharmed(platform: Platform, aftermath: Aftermath) -> None:
    """Raises AssertionError unless every order is there and final and the books agree."""
    wrong = (aftermath.report["lost"], aftermath.report["unfinished"], aftermath.simulate_ended)
    assert wrong == (0, 0, 0), f"{aftermath}\n{stuck(platform, aftermath.report['unfinished_ids'])}"
    assert aftermath.audit.clean, aftermath.audit.said


def stuck(platform: Platform, order_ids: list[str]) -> str:
    """Where orders stand that should be final, and what is still to be done for them."""
    lines = []
    for order_id in order_ids:
        axes = platform.sql(
            "orders",
            "SELECT order_state, payment_state, vendor_state, courier_state, refund_state, points_state"
            " FROM orders_order WHERE id = %s",
            [order_id],
        )
        lines.append(f"{order_id}: {axes}")
        for module in ("orders", "payments", "restaurants", "delivery", "rewards"):
            jobs = platform.sql(
                module,
                "SELECT name, state, attempts, due - now(), lease_until - now(), cause"
                " FROM job WHERE key = %s",
                [order_id],
            )
            lines += [f"  {module}: {job}" for job in jobs]
    return "\n".join(lines)
