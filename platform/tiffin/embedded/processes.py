"""Start, recognise and end processes. A pid alone may be somebody else's by now, so each is known by pid
and by the moment it began."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_LINUX = sys.platform.startswith("linux")
_LAUNCH = Path(__file__).with_name("launch.py")
LOG_TURNS_AT_BYTES = 20_000_000


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one of the same pid."""

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Identity:
        return cls(pid, _began(pid) or "")

    @property
    def alive(self) -> bool:
        return bool(self.began) and _began(self.pid) == self.began


def _began(pid: int) -> str | None:
    """When `pid` began, in a form that no change of the wall clock alters; None if it runs no more."""
    if _LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else f"{_boot()}:{fields[19]}"
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@dataclass(frozen=True)
class Program:
    """What to run: `ready` says whether it serves by now, `ends_on` is the signal for a clean end."""

    name: str
    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    log: Path
    user: str | None = None
    ends_on: signal.Signals = signal.SIGTERM
    patience_seconds: float = 15.0
    ready: Callable[[], bool] = field(default=lambda: True)

    @property
    def kind(self) -> str:
        """`payments-web` is the `web` of the group `payments`."""
        return self.name.rpartition("-")[2]


class Child:
    """A program that runs, in a process group of its own: Ctrl-C in the terminal is the supervisor's."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process = _spawn(program)
        self.identity = Identity.of(self.process.pid)
        self.began = time.monotonic()

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def stop(self) -> None:
        """End it and whatever it started: ask, wait, then kill."""
        self.ask()
        self.end()

    def ask(self) -> None:
        """Send the signal for a clean end."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(self.program.ends_on)

    def end(self) -> None:
        """Wait as long as the program was promised, then kill what is left."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.program.patience_seconds)
        end_group(self.process.pid)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    turn_log(program.log)
    with program.log.open("ab") as log:
        return subprocess.Popen(
            launched(program.argv, ends_on=program.ends_on, user=program.user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=program.env,
            cwd=program.cwd,
            start_new_session=True,
        )


def launched(
    argv: Sequence[str], *, ends_on: signal.Signals = signal.SIGTERM, user: str | None = None
) -> list[str]:
    """The command that runs `argv` as `user`, ended by `ends_on` when this process dies (on Linux)."""
    shim = [sys.executable, "-I", "-S", str(_LAUNCH), str(int(ends_on)), str(os.getpid()), user or "-"]
    return [*shim, *argv]


def turn_log(log: Path) -> None:
    """Begin a new log file when the old one is long; one former is kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_TURNS_AT_BYTES:
        log.replace(log.with_suffix(".1.log"))


def group_members(group: int) -> list[int]:
    """The pids in a process group, those that only wait to be reaped left out."""
    found = []
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(pid) == group and _began(pid):
                found.append(pid)
    return found


def end_group(group: int, *, seconds: float = 2.0) -> None:
    """Kill what is left of a group, and see it gone."""
    until = time.monotonic() + seconds
    while group_members(group) and time.monotonic() < until:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        time.sleep(0.02)


def end_orphans(
    recorded: Iterable[tuple[Identity, signal.Signals]], *, home: Path, seconds: float = 15
) -> int:
    """End what an earlier supervisor of this data folder left running; returns how many there were."""
    orphans = [(one, how) for one, how in recorded if one.alive or _left_behind(one.pid, home)]
    for one, how in orphans:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(one.pid, how) if one.alive else os.killpg(one.pid, how)
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(group_members(one.pid) for one, _ in orphans):
        time.sleep(0.05)
    for one, _ in orphans:
        end_group(one.pid)
    return len(orphans)


def _left_behind(group: int, home: Path) -> bool:
    """Whether children of a leader that is gone still run for this data folder."""
    members = group_members(group)
    return bool(members) and group not in members and all(_works_for(pid, home) for pid in members)


def _works_for(pid: int, home: Path) -> bool:
    """Whether its data folder is `home`, or that of a group inside."""
    try:
        told: str = psutil.Process(pid).environ().get("TIFFIN_HOME", "")
    except psutil.Error:
        return False
    return home in (Path(told), Path(told).parent.parent)


def wait_until(ready: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Whether `ready` became true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        time.sleep(every)
    return False


def last_line(text: str) -> str:
    """What a program said last, which is mostly why it ended."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
