"""PostgreSQL and Redis for one test run, on a data folder that the next run uses again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tiffin.embedded import environment, ports
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home, Lock, read_json, write_json
from tiffin.embedded.postgres import DATABASE, Postgres
from tiffin.embedded.processes import Child, Program, end_orphans, wait_until
from tiffin.embedded.redis import Redis
from tiffin.embedded.secrets import (
    bank_key,
    endpoint_key,
    internal_key,
    master_key,
    notice_key,
    token_keys,
    vapid_key,
    vendor_key,
)
from tiffin.embedded.supervisor import SERVICE_SECONDS, recorded, written_down

ROOT = Path(__file__).resolve().parents[3]
# What the schemas are made of: while none of it has changed, they need not be looked at.
_SOURCES = (
    "platform/tiffin/migrations/*.py",
    "platform/tiffin/db/schemas.py",
    "platform/tiffin/management/commands/upgrade.py",
    "modules/*/migrations/*.py",
    "config/modules.py",
    "requirements/base.txt",
)


@dataclass
class Services:
    """Everything of a test run's data folder, `test` inside the usual one; never a person's."""

    home: Home
    postgres: Postgres
    redis: Redis
    env: dict[str, str]
    lock: Lock
    children: dict[str, Child] = field(default_factory=dict)

    @classmethod
    def of_this_run(cls) -> Services:
        """Choose addresses and put them into the environment, which settings will read. Starts nothing."""
        home = Home.at(environment.home_of(ROOT, os.environ) / "test")
        home.prepare()
        lock = Lock(home)
        chosen = ports.inner_ports(home) if lock.holder() else ports.renew_taken(home)
        token_keys(home.secrets)
        master_key(home.secrets)
        vendor_key(home.secrets)
        internal_key(home.secrets)
        vapid_key(home.secrets)
        endpoint_key(home.secrets)
        notice_key(home.secrets)
        bank_key(home.secrets)
        postgres = Postgres(home, chosen["postgres"], durable=False)
        redis = Redis(home, chosen["redis"])
        env = environment.complete(
            environment.without_services(os.environ),
            home,
            database_url=postgres.url,
            redis_url=redis.url,
            origin="http://testserver",
        )
        env.pop("PROMETHEUS_MULTIPROC_DIR")
        os.environ.update(env)
        return cls(home, postgres, redis, env, lock)

    def start(self) -> None:
        """Raises CannotStart, AlreadyRunning."""
        self.lock.take()
        end_orphans(recorded(self.home), home=self.home.path)
        self.postgres.prepare()
        self.redis.prepare()
        self.start_one(self.postgres.program(self.env))
        self.start_one(self.redis.program(self.env))

    def start_one(self, program: Program) -> None:
        """Start one of the two and wait until it serves. Raises CannotStart."""
        self.children[program.name] = Child(program)
        write_json(self.home.run / "status.json", written_down("testing", "", self.children))
        if not wait_until(program.ready, seconds=SERVICE_SECONDS):
            raise CannotStart(f"{program.name} did not start; see {program.log}.")

    def stop_one(self, name: str) -> None:
        """Take one of the two away, for a test that wants to see what happens then."""
        self.children.pop(name).stop()

    def stop(self) -> None:
        for name in ("redis", "postgres"):
            if name in self.children:
                self.stop_one(name)
        self.lock.release()

    def bring_schemas_up(self) -> None:
        """Migrate what is new; begin again when a migration that was applied has changed since."""
        noted = self.home.run / "schemas.json"
        before, now = read_json(noted), dict(_fingerprints())
        if before != now:
            if any(now.get(name) != mark for name, mark in before.items()):
                self._drop_database()
            _upgrade()
            write_json(noted, now)
        _prepare_logs()

    def _drop_database(self) -> None:
        server = self.postgres.url.replace(f"/{DATABASE}?", "/postgres?")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _fingerprints() -> Iterator[tuple[str, str]]:
    for pattern in _SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            yield str(path.relative_to(ROOT)), hashlib.sha256(path.read_bytes()).hexdigest()


def _upgrade() -> None:
    from django.core.management import call_command

    call_command("upgrade", verbosity=0)


def _prepare_logs() -> None:
    """Days go by and handlers come and go without a migration."""
    from django.conf import settings

    from tiffin.log import cursors, tidying

    for module in settings.TIFFIN_MODULES:
        cursors.ensure(module)
        tidying.ensure_partitions(module)
