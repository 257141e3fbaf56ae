"""The whole platform for tests that look at it from outside, and may kill any part of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil
import psycopg
import redis
from psycopg import sql

from tiffin.embedded import environment, programs
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home, read_json
from tiffin.embedded.processes import last_line, launched, wait_until
from tiffin.testing.services import ROOT

START_SECONDS = 300
# Beside the real regions: one in which every timeout is a few seconds.
HURRIED_REGION = "tests.regions.xt"


class Platform:
    """A running platform with the demo's data, on a data folder of its own; `settings` for its processes.

    Commits are on disk only where it is `durable`: it starts slower, and its database may be killed.
    """

    def __init__(self, home: Home, *, durable: bool = False, **settings: str) -> None:
        self.home = home
        self._kept = () if durable else ("--forgetful",)
        self._settings = settings
        self._options: tuple[str, ...] = ()
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._connections: dict[str, psycopg.Connection[Any]] = {}

    @property
    def outside(self) -> dict[str, str]:
        """What every platform of tests is told, whatever its own settings are."""
        return {**environment.without_services(os.environ), "TIFFIN_REGION_PACKAGES": HURRIED_REGION}

    def start(self, *options: str) -> None:
        """Start as `script/up` does. Raises CannotStart with what it said."""
        self._options = options
        command = [sys.executable, "-m", "tiffin.embedded", "up", *self._kept, "--port", "0", *options]
        env = {**self.outside, "TIFFIN_HOME": str(self.home.path), **self._settings}
        self.home.path.mkdir(parents=True, exist_ok=True)
        output = self.home.path / ".supervisor.log"
        with output.open("wb") as log:
            self._supervisor = subprocess.Popen(
                launched(command), cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        process = self._supervisor
        wait_until(lambda: self.ready or process.poll() is not None, seconds=START_SECONDS)
        if not self.ready:
            self.stop()
            raise CannotStart(last_line(output.read_text()))

    def kill_everything(self) -> None:
        """SIGKILL for every process at once, the supervisor first, so that it starts none again."""
        supervisor = psutil.Process(self.pid)
        for process in [supervisor, *supervisor.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # gone with its parent
                process.kill()
        psutil.wait_procs([supervisor])

    def start_again(self) -> None:
        """Start on the same data and under the same address, after a sudden death."""
        self.start(*self._options, "--port", self.base_url.rpartition(":")[2])

    def stop(self) -> None:
        """Ctrl-C, and wait for the end."""
        while self._connections:
            self._connections.popitem()[1].close()
        if self._supervisor is not None:
            self._supervisor.send_signal(signal.SIGINT)
            self._supervisor.wait(120)
            self._supervisor = None

    @property
    def ready(self) -> bool:
        running = self._supervisor is not None and self._supervisor.poll() is None
        return running and self._status.get("state") == "ready" and self._status.get("by") == self.pid

    @property
    def pid(self) -> int:
        """The supervisor's."""
        if self._supervisor is None:
            raise ProcessLookupError("the platform is not running")
        return self._supervisor.pid

    @property
    def base_url(self) -> str:
        return str(self._status["url"])

    @property
    def output(self) -> str:
        """What the supervisor has said so far."""
        return (self.home.path / ".supervisor.log").read_text()

    @property
    def demo(self) -> dict[str, Any]:
        """What `manage.py demo` tells: logins, cards, a curl line."""
        return read_json(self.home.run / "demo.json")

    def process(self, name: str) -> int:
        """The pid of `web`, `stream`, `worker`, `beat`, `redis`, `postgres` or `origin`; of a group elsewhere
        that of `payments-web` and so on."""
        return int(self._status["processes"][name]["pid"])

    def children(self, name: str) -> list[int]:
        """The pids of that process's workers."""
        return [child.pid for child in psutil.Process(self.process(name)).children(recursive=True)]

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a process a signal; returns its pid."""
        pid = self.process(name)
        os.kill(pid, number)
        return pid

    def await_restart(self, name: str, former: int, *, seconds: float = 30) -> None:
        """Wait until `name` runs again under another pid than `former`, and its group is ready."""
        elsewhere = self._elsewhere.get(name.rpartition("-")[0])
        port = int((elsewhere["web"] if elsewhere else self.base_url).rpartition(":")[2])
        back = wait_until(
            lambda: (
                self._status.get("processes", {}).get(name, {}).get("pid", former) != former
                and programs.answers(port, "/readyz")
            ),
            seconds=seconds,
        )
        if not back:
            raise TimeoutError(f"{name} was not back in {seconds} s")

    def log(self, name: str) -> str:
        """What a process has written to its log file."""
        return (self.home.logs / f"{name}.log").read_text(errors="replace")

    def home_of(self, module: str) -> Home:
        """The data folder of the group in which `module` is."""
        elsewhere = self._elsewhere.get(module)
        return Home.at(elsewhere["home"]) if elsewhere else self.home

    def address_of(self, module: str) -> str:
        """Where the group answers in which a module is that runs elsewhere."""
        return self._elsewhere[module]["web"]

    def environment(self, module: str = "") -> dict[str, str]:
        """What a command by hand is told in the group of `module`; without one, in the main group."""
        return {
            **environment.without_services(os.environ),
            **read_json(self.home_of(module).run / environment.KEPT),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TIFFIN_REGION_PACKAGES": HURRIED_REGION,
            **self._settings,
        }

    def empty_redis(self) -> None:
        """FLUSHALL: everything the broker and the caches held is gone."""
        with redis.Redis.from_url(self.environment()["REDIS_URL"]) as client:
            client.flushall()

    def sql(self, module: str, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query in a module's schema, past every interface; committed at once."""
        try:
            self._enter(module)
        except (KeyError, psycopg.OperationalError):  # there is none, or its server was started again since
            self._connections[module] = psycopg.connect(self._database_url(module), autocommit=True)
            self._enter(module)
        cursor = self._connections[module].execute(query.encode(), parameters)
        return cursor.fetchall() if cursor.description else []

    def await_rows(
        self, module: str, query: str, parameters: Sequence[Any] = (), *, seconds: float = 10
    ) -> list[tuple[Any, ...]]:
        """The rows of `query` as soon as there are any. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while not (rows := self.sql(module, query, parameters)):
            if time.monotonic() > until:
                raise TimeoutError(f"no row in {seconds} s: {query}")
            time.sleep(0.05)
        return rows

    def _enter(self, module: str) -> None:
        self._connections[module].execute(sql.SQL("SET search_path = {}").format(sql.Identifier(module)))

    def _database_url(self, module: str) -> str:
        told = self.environment(module)
        return told.get(environment.database_setting(module), told["DATABASE_URL"])

    @property
    def _elsewhere(self) -> dict[str, dict[str, str]]:
        """The groups elsewhere, by name."""
        return dict(self._status.get("elsewhere", {}))

    @property
    def _status(self) -> dict[str, Any]:
        return read_json(self.home.run / "status.json")
