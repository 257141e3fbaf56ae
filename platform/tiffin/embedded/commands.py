"""The commands behind `script/up` and `script/down`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tiffin.embedded import environment
from tiffin.embedded.errors import AlreadyRunning, CannotStart
from tiffin.embedded.home import CHECK_LOG, Home, Lock
from tiffin.embedded.postgres import Postgres
from tiffin.embedded.processes import end_orphans, launched, wait_until
from tiffin.embedded.report import report, status
from tiffin.embedded.supervisor import TICK_SECONDS, Supervisor, recorded
from tiffin.embedded.topology import Topology

STOP_SECONDS = 90
JOURNEY_SECONDS = 180


def say(line: str) -> None:
    print(line, flush=True)


def up(root: Path, wanted: Topology | None, *, port: int, reset: bool, durable: bool) -> int:
    """Start, tell, and stay until somebody ends it."""
    home = environment.home_of(root, environment.outside(root))
    if reset:
        remove(home)
    supervisor = Supervisor(root, home, port, say, durable=durable, wanted=wanted)
    say(f"Tiffin starts in {home.path}")

    def stay() -> int:
        say(report(supervisor))
        supervisor.open()
        while True:
            supervisor.watch()
            time.sleep(TICK_SECONDS)

    return _run(supervisor, stay)


def check(root: Path, wanted: Topology | None) -> int:
    """Start on a data folder made for it, take an order all the way, end, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="tiffin-check-") as folder:
        Path(folder).chmod(0o711)  # root's PostgreSQL runs as another user, who must get through
        home = Home.at(Path(folder) / "home")
        supervisor = Supervisor(root, home, 0, say, durable=False, wanted=wanted)
        say(f"Tiffin starts in {home.path}")
        ended = 1
        try:
            ended = _run(supervisor, lambda: _journey(supervisor))
        finally:
            if ended != 0:
                _keep_logs(home, environment.home_of(root, environment.outside(root)))
            remove(home)
        return ended


def down(root: Path) -> int:
    """End the platform of this data folder, whether or not its supervisor still lives."""
    home = environment.home_of(root, environment.outside(root))
    holder = Lock(home).holder()
    if holder is None:
        left = end_orphans(recorded(home), home=home.path)
        say(f"Ended {left} processes that were left behind." if left else "Tiffin is not running.")
        return 0
    say("Tiffin stops …")
    if holder.alive:
        os.kill(holder.pid, signal.SIGTERM)
    if not wait_until(lambda: Lock(home).holder() is None, seconds=STOP_SECONDS):
        raise CannotStart(f"Tiffin did not stop in {STOP_SECONDS} s; see {home.logs}.")
    say("Stopped.")
    return 0


def tell(root: Path) -> int:
    """What runs, and where. Ends 1 when nothing does."""
    home = environment.home_of(root, environment.outside(root))
    if Lock(home).holder() is None:
        say("Tiffin is not running.")
        return 1
    say(status(home))
    return 0


def _run(supervisor: Supervisor, then: Callable[[], int]) -> int:
    try:
        supervisor.start()
        return then()
    except KeyboardInterrupt:
        say("\nTiffin stops …")
        return 0 if supervisor.state == "ready" else 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()


def _journey(supervisor: Supervisor) -> int:
    """An order as a customer, a restaurant and a courier would take it there."""
    command = launched([sys.executable, "-m", "bench.journey", "--base-url", supervisor.url])
    say("\nAn order goes its way")
    supervisor.open()
    journey = subprocess.Popen(command, cwd=supervisor.root, env=supervisor.env)
    until = time.monotonic() + JOURNEY_SECONDS
    while journey.poll() is None and time.monotonic() < until:
        supervisor.watch()
        time.sleep(TICK_SECONDS)
    if journey.poll() is None:
        journey.kill()
        say(f"The order was not there in {JOURNEY_SECONDS} s.")
    died = [name for name, watched in supervisor.watched.items() if watched.deaths]
    if died:
        say(f"Died meanwhile: {', '.join(died)}.")
    return 0 if journey.wait() == 0 and not died else 1


def _keep_logs(of_check: Home, home: Home) -> None:
    """What a check that failed has said outlives its data folder."""
    if of_check.logs.exists():
        kept = home / CHECK_LOG
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(of_check.logs, kept)
        say(f"The logs of this check are kept in {kept}.")


def remove(home: Home) -> None:
    """Delete a data folder, with what an earlier supervisor has left running. Raises AlreadyRunning."""
    if Lock(home).holder() is not None:
        raise AlreadyRunning(f"Tiffin is running in {home.path}; script/down stops it, then start over.")
    end_orphans(recorded(home), home=home.path)
    for each in (*home.groups, home):
        each.reset(besides=[Postgres(each, 0).folder])
