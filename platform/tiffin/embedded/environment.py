"""What the processes get to know: addresses, keys and folders, as environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tiffin.embedded.home import Home, read_json, write_json
from tiffin.embedded.secrets import secret

KEPT = "environment.json"
WHO_IS_WHERE = ("TIFFIN_MODULES", "TIFFIN_ELSEWHERE")
_KEPT_NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "TIFFIN_HOME",
    "TIFFIN_ORIGIN",
    "TIFFIN_SECRET_KEY",
    *WHO_IS_WHERE,
)
_OF_A_MODULE = "DATABASE_URL_"


def outside(root: Path) -> dict[str, str]:
    """What the person who starts it has set: `.env`, and above it the environment."""
    return {**read_dotenv(root / ".env"), **os.environ}


def without_services(env: Mapping[str, str]) -> dict[str, str]:
    """The environment less what would lead to somebody's own platform: tests never touch that."""
    return {name: value for name, value in env.items() if not _leads_there(name)}


def _leads_there(name: str) -> bool:
    return name in _KEPT_NAMES or name.startswith(_OF_A_MODULE)


def database_setting(module: str) -> str:
    """The setting that says where one module's database is."""
    return _OF_A_MODULE + module.upper()


def home_of(root: Path, env: Mapping[str, str], default: str = ".tiffin") -> Home:
    """The data folder; a relative one is relative to the work tree."""
    return Home.at(root / Path(env.get("TIFFIN_HOME") or default).expanduser())


def complete(
    env: Mapping[str, str], home: Home, *, database_url: str, redis_url: str, origin: str
) -> dict[str, str]:
    """The environment of the platform's processes; what was set outside stays."""
    return {
        **env,
        "TIFFIN_HOME": str(home.path),
        "TIFFIN_ORIGIN": env.get("TIFFIN_ORIGIN") or origin,
        "TIFFIN_SECRET_KEY": env.get("TIFFIN_SECRET_KEY") or secret(home.secrets, "secret-key"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PROMETHEUS_MULTIPROC_DIR": str(home.run / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }


def keep(env: Mapping[str, str], home: Home) -> None:
    """Note it for commands that a person runs beside the platform."""
    path = home.run / KEPT
    path.touch(mode=0o600)
    write_json(path, {name: value for name, value in env.items() if _leads_there(name)})
    path.chmod(0o600)


def adopt(root: Path) -> None:
    """Take over `.env` and the running platform's environment, so that `manage.py` by hand speaks to it."""
    for name, value in outside(root).items():
        os.environ.setdefault(name, value)
    for name, value in read_json(home_of(root, os.environ).run / KEPT).items():
        os.environ.setdefault(name, str(value))


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; quotes around a value and lines that begin with # are left out."""
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("\"'")
    return found
