"""Groups: modules that run together, with processes, a database server and secrets of their own.

Everything is one group, unless modules run elsewhere: then each of them is a group too, of whose server no
other group knows the address.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tiffin.embedded import environment, ports, programs
from tiffin.embedded.home import Home
from tiffin.embedded.postgres import DATABASE, Postgres
from tiffin.embedded.processes import Program
from tiffin.embedded.secrets import KEYS, internal_key, share, token_keys
from tiffin.embedded.topology import Module, Topology

# What was set outside for the main group, and is not for those elsewhere to know.
_MAIN_ONLY = ("TIFFIN_SECRET_KEY", "DATABASE_URL")


@dataclass
class Group:
    """`name` is empty for the main group; no `modules`: all there are, and nobody has asked which."""

    name: str
    home: Home
    logs: Path
    postgres: Postgres
    web_port: int
    modules: tuple[Module, ...] = ()
    own_server: bool = True
    env: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The settings that not every group may know, of those that this one must."""
        if not self.modules:
            return tuple(KEYS)
        return tuple(name for module in self.modules for name in module.secrets)

    @property
    def web(self) -> str:
        return f"{ports.LOOPBACK}:{self.web_port}"

    @property
    def stream(self) -> str:
        return f"unix/{programs.stream_socket(self.home)}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(module.name for module in self.modules)

    def processes(self, root: Path) -> list[Program]:
        """What serves and works for its modules."""
        live = not self.modules or any(module.live_paths for module in self.modules)
        ours = [
            programs.web(root, self.home, self.env, self.web_port),
            *([programs.stream(root, self.home, self.env)] if live else []),
            *programs.working(root, self.home, self.env),
        ]
        return [self.own(program) for program in ours]

    def empty_metrics(self) -> None:
        """What the processes of the last start have counted."""
        metrics = self.home.run / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)

    def written_down(self) -> dict[str, str]:
        """What `status` tells of a group elsewhere."""
        return {"home": str(self.home.path), "web": f"http://{self.web}"}

    def server(self) -> Program:
        return self.own(self.postgres.program(self.env))

    def manage(self, root: Path, *command: str) -> Program:
        return self.own(programs.manage(root, self.home, self.env, *command))

    def own(self, program: Program) -> Program:
        """The program under this group's name, with a log beside all others."""
        name = f"{self.name}-{program.name}" if self.name else program.name
        return replace(program, name=name, log=self.logs / f"{name}.log")


def plan(home: Home, topology: Topology, known: Iterable[Module], *, durable: bool) -> list[Group]:
    """The main group, and one for each module elsewhere, each with a prepared data folder."""
    known = tuple(known)
    stay = tuple(module for module in known if module.name not in topology.elsewhere)
    databases = [database_of(module) for module in stay if topology.split and module.owns_data]
    main = _group("", home, home, stay)
    main.postgres = replace(main.postgres, databases=(*main.postgres.databases, *databases))
    apart = [module for module in known if module.name in topology.elsewhere]
    groups = [main, *(_group(module.name, home.group(module.name), home, (module,)) for module in apart)]
    for group in groups:
        group.postgres = replace(group.postgres, durable=durable)
    return groups


def _group(name: str, home: Home, main: Home, modules: tuple[Module, ...]) -> Group:
    home.prepare()
    chosen = ports.renew_taken(home)
    postgres = Postgres(home, chosen["postgres"])
    return Group(name, home, main.logs, postgres, web_port=chosen["web"], modules=modules)


def database_of(module: Module) -> str:
    """Its own database, where those that stay together have one each."""
    return f"{DATABASE}_{module.name}"


def equip(groups: list[Group], outside: Mapping[str, str], *, redis_url: str, origin: str) -> None:
    """Tell each group what it has to know, and none what only another may; what was set outside stays."""
    _hand_out_keys(groups)
    for group in groups:
        given = _given(group, groups, outside)
        group.own_server = "DATABASE_URL" not in given
        group.env = environment.complete(
            {**_databases(group), **_neighbours(group, groups), **given},
            group.home,
            database_url=given.get("DATABASE_URL", group.postgres.url),
            redis_url=redis_url,
            origin=origin,
        )


def _hand_out_keys(groups: list[Group]) -> None:
    main = groups[0]
    internal_key(main.home.secrets)
    for group in groups:
        for name in group.secrets:
            KEYS[name](group.home.secrets)
    signer = next(group for group in groups if "TIFFIN_JWT_PRIVATE_KEY" in group.secrets)
    for group in groups:
        share(internal_key(main.home.secrets), group.home.secrets)
        share(token_keys(signer.home.secrets)[1], group.home.secrets)


def _given(group: Group, groups: list[Group], outside: Mapping[str, str]) -> dict[str, str]:
    """What was set outside, as far as it is for this group."""
    theirs = {environment.database_setting(name) for other in groups for name in other.names} - {
        environment.database_setting(name) for name in group.names
    }
    hidden = {*theirs, *(name for name in KEYS if name not in group.secrets)}
    if not group.name:
        return {name: value for name, value in outside.items() if name not in hidden}
    given = {name: value for name, value in outside.items() if name not in {*hidden, *_MAIN_ONLY}}
    url = given.pop(environment.database_setting(group.name), None)
    return {**given, "DATABASE_URL": url} if url else given


def _databases(group: Group) -> dict[str, str]:
    """The address of each module that has a database of its own on the group's server."""
    return {
        environment.database_setting(module.name): group.postgres.url_of(database_of(module))
        for module in group.modules
        if database_of(module) in group.postgres.databases
    }


def _neighbours(group: Group, groups: list[Group]) -> dict[str, str]:
    """Who is here, and where the others are."""
    if len(groups) == 1:
        return {}
    others = [
        f"{module.name}=http://{other.web}"
        for other in groups
        if other is not group
        for module in other.modules
        if module.owns_data  # the others have nothing to be asked for
    ]
    return {"TIFFIN_MODULES": ",".join(group.names), "TIFFIN_ELSEWHERE": ",".join(others)}
