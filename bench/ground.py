"""What a benchmark stands on: the whole platform as `script/up` starts it, commits durable, on a data folder
of its own that is gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from bench.measuring import Cpu, cpu_seconds, say
from tiffin.embedded import begun, environment, ports, programs
from tiffin.embedded.commands import remove
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home
from tiffin.embedded.processes import Child, last_line, wait_until
from tiffin.embedded.supervisor import PLATFORM_SECONDS, Supervisor

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "bench"


@dataclass
class Ground:
    """A running platform. `web_url` is the web process itself, `url` the origin in front of everything."""

    supervisor: Supervisor
    more: dict[str, Child] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return self.supervisor.home

    @property
    def url(self) -> str:
        return self.supervisor.url

    @property
    def web_port(self) -> int:
        return ports.inner_ports(self.home)["web"]

    def cpu(self) -> Cpu:
        """Processor time so far of each process, the one that measures among them."""
        return cpu_seconds(self._pids()) | {"generator": sum(os.times()[:2])}

    def resident(self, name: str) -> int:
        """Bytes of memory that a process holds, with its children."""
        leader = psutil.Process(self._pids()[name])
        return sum(each.memory_info().rss for each in (leader, *leader.children(recursive=True)))

    def _pids(self) -> dict[str, int]:
        children = {name: one.child for name, one in self.supervisor.watched.items()} | self.more
        return {name: child.process.pid for name, child in children.items() if child is not None}

    def stop(self, *names: str) -> None:
        """End processes for good."""
        for name in names:
            child = self.more.pop(name, None) or self.supervisor.watched.pop(name).child
            if child is not None:
                child.stop()

    def again(self, name: str) -> None:
        """End a process and start it anew, so that it reads what there is by now."""
        watched = self.supervisor.watched[name]
        if watched.child is not None:
            watched.child.stop()
        watched.child = Child(watched.program)
        if not wait_until(watched.program.ready, seconds=PLATFORM_SECONDS):
            raise CannotStart(f"{name} did not start again: {last_line(watched.program.log.read_text())}")

    def serve_beside(self, name: str, wsgi: str) -> int:
        """Serve another WSGI application exactly as the web process serves the platform; returns its port."""
        port = ports.free_port()
        web = programs.web(ROOT, self.home, self.supervisor.env, port)
        argv = tuple(wsgi if each == "config.wsgi" else each for each in web.argv)
        child = Child(replace(web, name=name, argv=argv, log=self.home.logs / f"{name}.log"))
        self.more[name] = child
        serves = wait_until(lambda: programs.answers(port, "/"), seconds=PLATFORM_SECONDS)
        if not serves or child.exit_code is not None:
            raise CannotStart(f"{name} did not start: {last_line(child.program.log.read_text())}")
        return port

    def work_beside(self, name: str) -> None:
        """Start one more worker process, as whoever has more processors than one does."""
        worker, _ = programs.working(ROOT, self.home, self.supervisor.env)
        argv = tuple(each.replace("--hostname=worker", f"--hostname={name}") for each in worker.argv)
        self.more[name] = Child(replace(worker, name=name, argv=argv, log=self.home.logs / f"{name}.log"))

    def work_with(self, settings: str) -> None:
        """Start a worker and a beat that have other settings."""
        env = {**self.supervisor.env, "DJANGO_SETTINGS_MODULE": settings}
        for program in programs.working(ROOT, self.home, env):
            self.more[program.name] = Child(program)

    def end(self) -> None:
        for child in self.more.values():
            child.stop()
        self.supervisor.stop()

    def connect(self, schema: str) -> psycopg.Connection[Any]:
        """A connection of the administrator's, past every wall; commits at once."""
        connection = psycopg.connect(self.supervisor.env["DATABASE_URL"], autocommit=True)
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        return connection


@contextmanager
def ground(settings: str = "config.settings") -> Iterator[Ground]:
    """The platform with the demo's data; within the block this process has its settings too."""
    home = environment.home_of(ROOT, environment.outside(ROOT)) / FOLDER
    supervisor = Supervisor(ROOT, Home.at(home), 0, say)
    # Whatever somebody's `.env` names is theirs: a benchmark brings its own services.
    supervisor.outside = environment.without_services(supervisor.outside)
    remove(supervisor.home)
    begun.copy_into(supervisor.home, ROOT, supervisor.outside)
    standing = Ground(supervisor)
    try:
        supervisor.start()
        django_is_up(supervisor.env, settings)
        yield standing
    finally:
        standing.end()
        remove(supervisor.home)


def django_is_up(env: Mapping[str, str], settings: str = "config.settings") -> None:
    """Make this process one of the platform's; none whose metrics anybody asks for."""
    import django

    os.environ.update(env, DJANGO_SETTINGS_MODULE=settings)
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    django.setup()
