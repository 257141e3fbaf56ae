"""What a start tells at its end: what runs where, which pages to open, who may sign in, a first order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tiffin.embedded.groups import Group
from tiffin.embedded.home import Home, read_json
from tiffin.embedded.supervisor import Supervisor

PAGES = (
    ("/", "order as a customer"),
    ("/restaurant/", "cook as a restaurant"),
    ("/courier/", "deliver as a courier"),
    ("/admin/", "look after it as staff"),
    ("/api/v1/docs", "the API, with examples"),
)


def report(supervisor: Supervisor) -> str:
    """The whole text. What the demo has to say it has left in `run/demo.json`."""
    demo = read_json(supervisor.home.run / "demo.json")
    return "\n".join(
        (
            "",
            f"Tiffin runs at {supervisor.url} (Ctrl-C or script/down stops it)",
            *_section("Pages", [(supervisor.url + path, what) for path, what in PAGES]),
            *_section("Logins", _logins(supervisor.url, demo)),
            *_section("Test cards", [(card["method"], card["what"]) for card in demo.get("cards", ())]),
            *_section("Modules", _modules(supervisor)),
            *_section("Processes", list(_processes(supervisor))),
            *_first_order(demo),
        )
    )


def _section(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    width = max(len(left) for left, _ in rows)
    yield from ("", title)
    yield from (f"  {left:<{width}}  {right}" for left, right in rows)


def _logins(url: str, demo: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{login['email']}  {login['password']}", f"{login['role']}: {url}{login['page']}")
        for login in demo.get("logins", ())
    ]


def _modules(supervisor: Supervisor) -> list[tuple[str, str]]:
    """Who is where; nothing when all are together."""
    told = [(", ".join(group.names), _place(group)) for group in supervisor.groups]
    return told if supervisor.main.names else []


def _place(group: Group) -> str:
    databases = "a database each" if len(group.postgres.databases) > 1 else "one database"
    server = _short(group.postgres.folder) if group.own_server else "a server of yours"
    return f"http://{group.web}, {databases} in {server}"


def _processes(supervisor: Supervisor) -> Iterator[tuple[str, str]]:
    for name, watched in supervisor.watched.items():
        if watched.child is not None:
            yield name, f"pid {watched.child.identity.pid:<7} {_short(watched.program.log)}"


def _first_order(demo: dict[str, Any]) -> list[str]:
    return ["", "A first order, in one line", f"  {demo['curl']}"] if demo.get("curl") else []


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def status(home: Home) -> str:
    """What `status` tells of a platform that another process looks after."""
    told = read_json(home.run / "status.json")
    rows = [
        (name, f"pid {one['pid']:<7}{_short(Path(one['log']))}")
        for name, one in told.get("processes", {}).items()
    ]
    return "\n".join(
        (
            f"Tiffin is {told.get('state', 'stopped')} at {told.get('url')}",
            *_section("Elsewhere", [(name, one["web"]) for name, one in told.get("elsewhere", {}).items()]),
            *_section("Processes", rows),
        )
    )
