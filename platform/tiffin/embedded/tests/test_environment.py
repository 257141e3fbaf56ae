"""What was set outside stays, and tests never inherit the way to somebody's own platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.embedded import environment
from tiffin.embedded.groups import equip, plan
from tiffin.embedded.home import Home
from tiffin.embedded.topology import TOGETHER


def test_dotenv_reads_names_and_values(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nA=1\nexport B = 'two words'\n\nC=\"x=y\"\nnot a setting\n")
    assert environment.read_dotenv(file) == {"A": "1", "B": "two words", "C": "x=y"}


def test_the_environment_stands_above_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TIFFIN_DEBUG=0\nTIFFIN_HOSTS=a\n")
    monkeypatch.setenv("TIFFIN_DEBUG", "1")
    found = environment.outside(tmp_path)
    assert (found["TIFFIN_DEBUG"], found["TIFFIN_HOSTS"]) == ("1", "a")


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    first, again = (equipped(home) for _ in range(2))
    assert first == again
    assert len(first["TIFFIN_SECRET_KEY"]) > 50
    assert {file.stat().st_mode & 0o077 for file in home.secrets.iterdir()} == {0}
    assert {file.name for file in home.secrets.iterdir()} == {
        "bank.key",
        "endpoint.key",
        "internal.key",
        "jwt-private.pem",
        "jwt-public.pem",
        "master.key",
        "notice.key",
        "postgres-password",
        "secret-key",
        "vapid.pem",
        "vendor.key",
    }


def equipped(home: Home) -> dict[str, str]:
    groups = plan(home, TOGETHER, (), durable=False)
    equip(groups, {}, redis_url="r", origin="o")
    return groups[0].env


def test_tests_are_told_no_services() -> None:
    told = environment.without_services(
        {"DATABASE_URL": "a person's", "DATABASE_URL_PAYMENTS": "too", "TIFFIN_MODULES": "x", "PATH": "/bin"}
    )
    assert told == {"PATH": "/bin"}
