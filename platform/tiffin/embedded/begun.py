"""A platform with the demo's data that was begun once and ended: others begin as a copy of it.

To begin from nothing takes a cluster, every schema and the demo, most of a minute on a busy machine; tests
and benchmarks would do so dozens of times. Only those that name a folder for it with TIFFIN_BEGUN have it.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tiffin.embedded import environment
from tiffin.embedded.commands import remove
from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import Home, read_json, write_json
from tiffin.embedded.postgres import Postgres
from tiffin.embedded.supervisor import Supervisor

FOLDER = "TIFFIN_BEGUN"
# What a platform's data is made of.
_SOURCES = ("platform", "modules", "regions", "config", "demo", "requirements")
_MADE_OF = ".begun.json"
_KEPT = ("secrets", "static")


def copy_into(home: Home, root: Path, env: Mapping[str, str]) -> None:
    """Let `home`, in which nothing has begun, go on from there; does nothing where no folder is named. Who
    comes first begins it, with `env`; others wait. Raises CannotStart."""
    named = env.get(FOLDER)
    if not named:
        return
    source = Home.at(root / named)
    source.path.mkdir(parents=True, exist_ok=True)
    home.prepare()
    with _alone(source):
        if read_json(source / _MADE_OF) != (now := _made_of(root)):
            _begin(source, root, env)
            write_json(source / _MADE_OF, now)
        for room in _KEPT:
            _copy(source / room, home / room)
        _copy(Postgres(source, 0).folder, Postgres(home, 0).folder)
        if (told := source.run / "demo.json").exists():
            _copy(told, home.run / "demo.json")
    home.note_copied()


def _begin(source: Home, root: Path, env: Mapping[str, str]) -> None:
    remove(source)
    supervisor = Supervisor(root, source, 0, lambda line: None, durable=False)
    supervisor.outside = environment.without_services(env)
    try:
        supervisor.start()
    finally:
        supervisor.stop()


@contextmanager
def _alone(source: Home) -> Iterator[None]:
    with (source / ".begun.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _copy(what: Path, to: Path) -> None:
    """With its owners, PostgreSQL's user among them."""
    to.parent.mkdir(parents=True, exist_ok=True)
    source = f"{what}/." if what.is_dir() else str(what)
    done = subprocess.run(["cp", "-a", source, str(to)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"What was begun could not be copied: {done.stderr.strip()}")


def _made_of(root: Path) -> dict[str, str]:
    """Of every source, and of the day: logs have a partition for each."""
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return {"sources": digest.hexdigest(), "day": str(datetime.now(UTC).date())}
