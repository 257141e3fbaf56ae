"""Which modules run elsewhere than the others: what was asked for, what there is, and what was begun with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import MARKER, Home, read_json, write_json
from tiffin.embedded.postgres import Postgres
from tiffin.embedded.processes import last_line, launched


@dataclass(frozen=True)
class Topology:
    """`elsewhere`: modules each in a group of its own; `split`: those that stay have a database each."""

    elsewhere: tuple[str, ...] = ()
    split: bool = False

    def __str__(self) -> str:
        told = "each module in a database of its own" if self.split else "its modules in one database"
        return f"{told}, {' and '.join(self.elsewhere)} elsewhere" if self.elsewhere else told


TOGETHER = Topology()


@dataclass(frozen=True)
class Module:
    """What the map (`manage.py modules`) says of a module, as far as a start must know it."""

    name: str
    owns_data: bool = True
    secrets: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    live_paths: tuple[str, ...] = ()

    @classmethod
    def told(cls, entry: Mapping[str, Any]) -> Module:
        return cls(
            name=entry["name"],
            owns_data=entry["owns_data"],
            secrets=tuple(entry["secrets"]),
            paths=tuple(route["path"] for route in entry["routes"] if not route["live"]),
            live_paths=tuple(route["path"] for route in entry["routes"] if route["live"]),
        )


def read_map(root: Path, env: Mapping[str, str]) -> tuple[Module, ...]:
    """Every module of the work tree. Raises CannotStart."""
    asked = subprocess.run(
        launched([sys.executable, "manage.py", "modules", "--json"]),
        cwd=root,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise CannotStart(f"manage.py modules failed: {last_line(asked.stderr)}")
    return tuple(map(Module.told, json.loads(asked.stdout)["modules"]))


def require_possible(topology: Topology, known: Iterable[Module], outside: Mapping[str, str]) -> None:
    """Raises CannotStart for modules that there are not, or too many, and for a server that is not ours."""
    if topology.split and "DATABASE_URL" in outside:
        raise CannotStart(
            "--split makes databases on the embedded server, but DATABASE_URL names another: "
            "set DATABASE_URL_PAYMENTS and so on instead."
        )
    names = [module.name for module in known if module.owns_data]
    for module in topology.elsewhere:
        if module not in names:
            raise CannotStart(
                f"There is no module {module!r} that could run elsewhere; there are {', '.join(names)}."
            )
    if len(topology.elsewhere) == len(names):
        raise CannotStart("Not every module can run elsewhere: one must stay.")


def settle(home: Home, wanted: Topology | None) -> Topology:
    """How this data folder was begun; as wanted where nothing has begun. Raises CannotStart."""
    told = read_json(home / MARKER)
    if "elsewhere" in told:
        begun = Topology(tuple(told["elsewhere"]), told["split"])
    elif Postgres(home, 0).data.exists():
        begun = TOGETHER
    else:
        begun = wanted or TOGETHER
    if wanted not in (None, begun):
        raise CannotStart(
            f"{home.path} was begun with {begun}; start it without --elsewhere and --split, "
            f"or anew with --reset."
        )
    return begun


def note(home: Home, topology: Topology) -> None:
    """Remember it with the data."""
    write_json(
        home / MARKER,
        {**read_json(home / MARKER), "elsewhere": topology.elsewhere, "split": topology.split},
    )
