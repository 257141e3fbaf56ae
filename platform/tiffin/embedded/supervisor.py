"""Starts everything in order, starts again what dies, and ends everything in the opposite order."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tiffin.embedded import environment, groups, ports, programs, topology
from tiffin.embedded.errors import BrokenHome, CannotStart
from tiffin.embedded.groups import Group
from tiffin.embedded.home import Home, Lock, read_json, write_json
from tiffin.embedded.origin import Origin
from tiffin.embedded.processes import Child, Identity, Program, end_orphans, last_line
from tiffin.embedded.redis import Redis
from tiffin.embedded.topology import Topology

Say = Callable[[str], None]

# The origin goes first, so that nobody is let in to a house that is closing; the data goes last.
STOPS = (("origin",), ("web", "stream", "beat"), ("worker",), ("redis",), ("postgres",))
SERVICE_SECONDS = 60
STEP_SECONDS = 600
PLATFORM_SECONDS = 120
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
# A child that lived this long has recovered: its next pause is short again.
RECOVERED_SECONDS = 60.0
TICK_SECONDS = 0.1
DATABASE_TRIES = 5
DATABASE_PAUSE_SECONDS = 1.0


@dataclass
class Watched:
    """A program that is to run, whether or not it does at the moment."""

    program: Program
    child: Child | None = None
    deaths: int = 0
    starts_again_at: float = 0.0

    def pause(self) -> float:
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (self.deaths - 1), LONGEST_PAUSE_SECONDS)


@dataclass
class Supervisor:
    """One platform on one data folder. `port` is the origin's; 0 chooses a free one. `wanted` is who runs
    elsewhere; None leaves it as the data folder was begun."""

    root: Path
    home: Home
    port: int
    say: Say
    durable: bool = True
    wanted: Topology | None = None
    groups: list[Group] = field(default_factory=list)
    watched: dict[str, Watched] = field(default_factory=dict)
    state: str = "starting"
    copied: bool = False

    def __post_init__(self) -> None:
        self.lock = Lock(self.home)
        self.outside = environment.outside(self.root)

    @property
    def url(self) -> str:
        return f"http://{ports.LOOPBACK}:{self.port}"

    @property
    def main(self) -> Group:
        return self.groups[0]

    @property
    def env(self) -> dict[str, str]:
        """What the main group is told."""
        return self.main.env

    def start(self) -> None:
        """Bring everything up and return once it serves. Raises CannotStart; the caller stops what runs."""
        self.home.prepare()
        self.lock.take()
        self._end_what_was_left()
        ports.require_free(self.port)
        self.port = self.port or ports.free_port()
        self._plan()
        self.copied = self.home.take_copied()
        self._start_services()
        with self._static_files():
            self._upgrade()
            self._start_platform()

    def open(self) -> None:
        """Let everybody know that it serves."""
        self._note("ready")

    def watch(self) -> None:
        """Start again what has died; to be called every TICK_SECONDS."""
        for watched in self.watched.values():
            if watched.child is not None and watched.child.exit_code is not None:
                self._mourn(watched, watched.child)
            elif watched.child is None and time.monotonic() >= watched.starts_again_at:
                watched.child = Child(watched.program)
                self._note(self.state)

    def stop(self) -> None:
        """End everything, in order; safe to call at any point of a start."""
        if any(watched.child for watched in self.watched.values()):
            self._note("stopping")
        for kinds in STOPS:
            together = [one.child for one in self.watched.values() if one.program.kind in kinds]
            children = [child for child in together if child is not None]
            for child in children:
                child.ask()
            for child in children:
                child.end()
        if self.watched:
            self.watched.clear()
            self._note("stopped")
        self.lock.release()

    # --- starting

    def _end_what_was_left(self) -> None:
        count = end_orphans(recorded(self.home), home=self.home.path)
        if count:
            self.say(f"Ended {count} processes that an earlier start had left behind.")

    def _plan(self) -> None:
        """Decide which groups there are."""
        settled = topology.settle(self.home, self.wanted)
        known: tuple[topology.Module, ...] = ()
        if settled != topology.TOGETHER:
            whole = {**environment.without_services(self.outside), "TIFFIN_HOME": str(self.home.path)}
            known = topology.read_map(self.root, whole)
            topology.require_possible(settled, known, self.outside)
        topology.note(self.home, settled)
        self.groups = groups.plan(self.home, settled, known, durable=self.durable)
        for group in self.groups:
            group.empty_metrics()

    def _start_services(self) -> None:
        redis = Redis(self.home, ports.inner_ports(self.home)["redis"])
        own_redis = "REDIS_URL" not in self.outside
        groups.equip(
            self.groups,
            self.outside,
            redis_url=redis.url if own_redis else self.outside["REDIS_URL"],
            origin=self.url,
        )
        if own_redis:
            redis.prepare()
            self._launch(redis.program(self.env))
        with self._telling("PostgreSQL"):
            self._start_servers([group for group in self.groups if group.own_server])
        if own_redis:
            with self._telling("Redis"):
                self._await("redis", SERVICE_SECONDS)
        for group in self.groups:
            environment.keep(group.env, group.home)

    def _start_servers(self, owners: list[Group]) -> None:
        for group in owners:
            group.postgres.prepare()
            self._launch(group.server())
        for group in owners:
            self._await_postgres(group)

    def _await_postgres(self, group: Group) -> None:
        name = group.server().name
        for tries_left in reversed(range(DATABASE_TRIES)):
            try:
                self._await(name, SERVICE_SECONDS)
            except CannotStart as error:
                child = self.watched[name].child
                if not tries_left or child is None or child.exit_code is None:
                    raise BrokenHome(
                        f"The database in {group.home.path} does not start ({_said(self.home, name)}); "
                        f"see {self.home.logs / name}.log, or start over with script/up --reset."
                    ) from error
            else:
                return
            # One that was killed a moment ago may not be quite gone, and keeps the data folder locked.
            time.sleep(DATABASE_PAUSE_SECONDS)
            self._launch(group.server())

    @contextmanager
    def _static_files(self) -> Iterator[None]:
        """They are collected meanwhile, those of all modules; at the end they are there."""
        if self.copied:
            yield
            return
        whole = {name: value for name, value in self.env.items() if name not in environment.WHO_IS_WHERE}
        command = ("collectstatic", "--noinput", "--verbosity=0")
        collecting = Child(programs.manage(self.root, self.home, whole, *command))
        try:
            yield
            self._finish(collecting)
        finally:
            collecting.stop()

    def _upgrade(self) -> None:
        if self.copied:
            return
        with self._telling("Schemas and tables"):
            steps = [Child(group.manage(self.root, "upgrade")) for group in self.groups]
            try:
                for step in steps:
                    self._finish(step)
            finally:
                for step in steps:
                    step.stop()

    def _start_platform(self) -> None:
        origin = Origin(self.home, self.port, tuple(self.groups), self.root)
        origin.prepare()
        ours = [program for group in self.groups for program in group.processes(self.root)]
        ours.append(origin.program(self.env))
        for program in ours:
            self._launch(program)
        if len(self.groups) > 1:  # the demo asks those elsewhere
            self._await_platform(ours)
            self._bring_demo()
        else:  # what the demo publishes is what the processes have to do first
            self._bring_demo()
            self._await_platform(ours)

    def _bring_demo(self) -> None:
        if self.copied:
            return
        with self._telling("Demo data"):
            self._finish(Child(self.main.manage(self.root, "demo")))

    def _await_platform(self, ours: list[Program]) -> None:
        with self._telling(", ".join(program.name for program in ours)):
            for program in ours:
                self._await(program.name, PLATFORM_SECONDS)
            doors = {"web": self.port, **{f"{one.name}-web": one.web_port for one in self.groups[1:]}}
            for name, port in doors.items():
                self._until(partial(programs.answers, port, "/readyz"), name, PLATFORM_SECONDS)

    def _launch(self, program: Program) -> None:
        self.watched[program.name] = Watched(program, Child(program))
        self._note(self.state)

    def _await(self, name: str, seconds: float) -> None:
        self._until(self.watched[name].program.ready, name, seconds)

    def _until(self, ready: Callable[[], bool], name: str, seconds: float) -> None:
        """Wait for `ready` unless something that must run ends. Raises CannotStart."""
        until = time.monotonic() + seconds
        while not ready():
            for watched in self.watched.values():
                if watched.child is not None and watched.child.exit_code is not None:
                    raise CannotStart(self._why(watched.program, "ended while starting"))
            if time.monotonic() > until:
                raise CannotStart(self._why(self.watched[name].program, f"was not ready in {seconds:.0f} s"))
            time.sleep(TICK_SECONDS / 2)

    def _finish(self, step: Child) -> None:
        """Wait for a step to end well. Raises CannotStart."""
        until = time.monotonic() + STEP_SECONDS
        try:
            while step.exit_code is None and time.monotonic() < until:
                time.sleep(TICK_SECONDS / 2)
        finally:
            step.stop()
        if step.exit_code != 0:
            raise CannotStart(self._why(step.program, "failed"))

    def _why(self, program: Program, what: str) -> str:
        return f"{program.name} {what}: {_said(self.home, program.name)} (see {program.log})."

    def _telling(self, what: str) -> _Telling:
        return _Telling(self.say, what)

    # --- running

    def _mourn(self, watched: Watched, child: Child) -> None:
        child.stop()
        if time.monotonic() - child.began > RECOVERED_SECONDS:
            watched.deaths = 0
        watched.deaths += 1
        watched.child = None
        watched.starts_again_at = time.monotonic() + watched.pause()
        self.say(
            f"{watched.program.name} ended ({_ending(child.exit_code)}); "
            f"it starts again in {watched.pause():.1f} s. See {watched.program.log}"
        )
        self._note(self.state)

    def _note(self, state: str) -> None:
        """Write down what runs: for `status`, for `down`, and for a start after a sudden death."""
        self.state = state
        children = {name: one.child for name, one in self.watched.items() if one.child is not None}
        elsewhere = {group.name: group.written_down() for group in self.groups[1:]}
        told = {**written_down(state, self.url, children), "elsewhere": elsewhere}
        write_json(self.home.run / "status.json", told)


class _Telling:
    """Says what is being done, and how long it took once it is."""

    def __init__(self, say: Say, what: str) -> None:
        self.say, self.what = say, what

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.say(f"  {self.what:<42} {time.monotonic() - self.began:5.1f} s")


def written_down(state: str, url: str, children: Mapping[str, Child]) -> dict[str, object]:
    """What `recorded` reads, and `status` tells."""
    processes = {
        name: {
            "pid": child.identity.pid,
            "began": child.identity.began,
            "ends_on": int(child.program.ends_on),
            "log": str(child.program.log),
        }
        for name, child in children.items()
    }
    return {"state": state, "url": url, "by": os.getpid(), "processes": processes}


def recorded(home: Home) -> list[tuple[Identity, signal.Signals]]:
    """The processes that the last supervisor of this data folder wrote down."""
    processes = read_json(home.run / "status.json").get("processes", {})
    return [
        (Identity(int(told["pid"]), str(told["began"])), signal.Signals(int(told["ends_on"])))
        for told in processes.values()
    ]


def _said(home: Home, name: str) -> str:
    path = home.logs / f"{name}.log"
    return last_line(path.read_text(errors="replace")[-4000:]) if path.exists() else "it said nothing"


def _ending(code: int | None) -> str:
    if code is None:
        return "unknown"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
