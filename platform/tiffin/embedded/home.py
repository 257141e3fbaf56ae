"""The data folder: where everything of one platform lies, and what makes it recognisable as ours."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tiffin.embedded.errors import AlreadyRunning, BrokenHome, NoSpace
from tiffin.embedded.processes import Identity

LAYOUT = 1
MARKER = "tiffin-home.json"
ROOMS = ("postgres", "redis", "caddy", "static", "secrets", "log", "run")
# The logs of a check that failed.
CHECK_LOG = "check-log"
# The data folders of the modules that run elsewhere than the others.
GROUPS = "groups"
COPIED = "copied"
OURS = (*ROOMS, CHECK_LOG, GROUPS)
NEEDED_BYTES = 500_000_000
# A unix socket's path may hold 107 bytes; PostgreSQL's adds `/.s.PGSQL.54321`.
LONGEST_SOCKETS_FOLDER = 80


@dataclass(frozen=True)
class Home:
    """Paths only; nothing is made before `prepare`."""

    path: Path

    @classmethod
    def at(cls, path: str | os.PathLike[str]) -> Home:
        return cls(Path(path).expanduser().resolve())

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def logs(self) -> Path:
        return self / "log"

    @property
    def run(self) -> Path:
        return self / "run"

    @property
    def secrets(self) -> Path:
        return self / "secrets"

    @property
    def prepared(self) -> bool:
        return (self / MARKER).exists()

    def beside(self, name: str) -> Home:
        """Another data folder next to this one."""
        return Home(self.path.parent / name)

    def group(self, name: str) -> Home:
        """The data folder, inside this one, of modules that run elsewhere than the others."""
        return Home(self / GROUPS / name)

    @property
    def groups(self) -> list[Home]:
        """Those that are there."""
        return [Home(path) for path in sorted((self / GROUPS).glob("*/"))]

    @property
    def sockets(self) -> Path:
        """Short enough for unix sockets, and reachable by the user PostgreSQL runs as."""
        if len(str(self.run)) <= LONGEST_SOCKETS_FOLDER and others_reach(self.path):
            return self.run
        return Path(tempfile.gettempdir()) / f"tiffin-{os.getuid()}-{self.short_name}"

    @property
    def short_name(self) -> str:
        """Tells this folder from every other on the machine."""
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:10]

    def note_copied(self) -> None:
        """It is a copy of what this very code has begun: the next start has nothing to bring up to date."""
        (self.run / COPIED).touch()

    def take_copied(self) -> bool:
        """Whether that was noted; it is only once."""
        try:
            (self.run / COPIED).unlink()
        except FileNotFoundError:
            return False
        return True

    def prepare(self) -> None:
        """Make the folder and its rooms. Raises BrokenHome, NoSpace."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._recognise()
            for room in ROOMS:
                (self / room).mkdir(exist_ok=True)
            _make_private(self.secrets)
            if self.sockets != self.run:
                self.sockets.mkdir(mode=0o711, exist_ok=True)
                _own(self.sockets)
        except (FileExistsError, NotADirectoryError, PermissionError) as error:
            raise BrokenHome(
                f"The data folder {self.path} cannot be used ({error.strerror}: {error.filename}); "
                f"name another with TIFFIN_HOME."
            ) from error
        self._check_space()

    def _recognise(self) -> None:
        marker = self / MARKER
        if not marker.exists():
            others = sorted(entry.name for entry in self.path.iterdir() if not _is_ours(entry))
            if others:
                raise BrokenHome(
                    f"{self.path} holds other things ({others[0]}, …) and was never a data folder of Tiffin; "
                    f"name an empty one with TIFFIN_HOME."
                )
            write_json(marker, {"layout": LAYOUT})
        if read_json(marker).get("layout") != LAYOUT:
            raise BrokenHome(
                f"The data folder {self.path} is broken or of another version ({MARKER}); "
                f"script/up --reset starts over."
            )

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise NoSpace(
                f"Only {free // 1_000_000} MB are free at {self.path}; "
                f"Tiffin needs {NEEDED_BYTES // 1_000_000} MB to start."
            )

    def reset(self, *, besides: Iterable[Path] = ()) -> None:
        """Forget everything: what a start made is removed, and nothing else. Raises BrokenHome."""
        if not self.path.exists():
            return
        if not self.prepared:
            self._recognise()
        for folder in (*(self / room for room in OURS), self.sockets, *besides):
            shutil.rmtree(folder, ignore_errors=True)
        write_json(self / MARKER, {"layout": LAYOUT})


def _is_ours(entry: Path) -> bool:
    """A room, a hidden file, or another data folder inside this one (the tests keep theirs there)."""
    return entry.name in OURS or entry.name.startswith(".") or (entry / MARKER).exists()


def others_reach(path: Path) -> bool:
    """Whether every user may pass through to `path`; only root, who runs PostgreSQL as another, cares."""
    if os.getuid() != 0:
        return True
    return all(_passable(folder) for folder in (path, *path.parents) if folder.exists())


def _passable(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _make_private(folder: Path) -> None:
    folder.chmod(0o700)


def _own(folder: Path) -> None:
    """A folder of a known name in a place for all could have been laid there by somebody else."""
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise BrokenHome(f"{folder} belongs to somebody else; remove it or name another TIFFIN_HOME.")


class Lock:
    """Held by the one supervisor of a data folder while it lives; the system lets go at its death."""

    NAME = "supervisor.lock"

    def __init__(self, home: Home) -> None:
        self._home = home
        self._path = home.run / self.NAME
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises AlreadyRunning."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            self._file = None
            raise AlreadyRunning(
                f"Tiffin is already running in {self._home.path}; script/down stops it."
            ) from None
        self._file.truncate(0)
        me = Identity.of(os.getpid())
        self._file.write(json.dumps({"pid": me.pid, "began": me.began}))
        self._file.flush()

    def release(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def holder(self) -> Identity | None:
        """Who holds the lock now, if anybody."""
        if not self._path.exists():
            return None
        with self._path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                told = read_json(self._path)
                return Identity(int(told.get("pid", 0)), str(told.get("began", "")))
        return None


def read_json(path: Path) -> dict[str, Any]:
    """What the file says; nothing when it is missing or torn."""
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def write_json(path: Path, what: Any) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(what, indent=2, ensure_ascii=False))
    fresh.replace(path)
