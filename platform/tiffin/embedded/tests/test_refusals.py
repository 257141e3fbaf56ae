"""What keeps the platform from starting is told in one sentence, never as a traceback."""

from __future__ import annotations

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from tiffin.embedded.errors import BrokenHome, NoSpace
from tiffin.embedded.home import MARKER, Home
from tiffin.embedded.ports import LOOPBACK
from tiffin.embedded.tests.house import House

Usage = namedtuple("Usage", "total used free")


def sentence(text: str) -> str:
    """The text, which must be one line."""
    assert text.count("\n") == 1, text
    return text.strip()


def test_a_port_in_use(house: House) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        refused = house.run("up", "--port", str(port))
    assert refused.returncode == 1
    assert sentence(refused.stderr) == (
        f"Port {port} is in use by another program; "
        f"end it or choose another with script/up --port {port + 1}."
    )


def test_no_port(house: House) -> None:
    refused = house.run("up", "--port", "99999")
    assert refused.returncode == 2
    assert "a port is a number from 1 to 65535" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_where_the_data_folder_should_be(house: House) -> None:
    house.home.path.write_text("")
    refused = house.run("up", "--port", "0")
    assert refused.returncode == 1
    assert "cannot be used" in sentence(refused.stderr)
    house.home.path.unlink()


def test_a_database_without_its_version(house: House) -> None:
    house.home.prepare()
    (house.home / "postgres" / "data-18").mkdir()
    refused = house.run("up", "--port", "0")
    assert refused.returncode == 1
    assert "is broken" in sentence(refused.stderr)
    assert "script/up --reset starts over" in refused.stderr


@pytest.mark.full
def test_a_database_that_lost_a_file(house: House) -> None:
    house.up()
    house.run("down")
    (house.home / "postgres" / "data-18" / "global" / "pg_control").unlink()
    refused = house.run("up", "--port", "0")
    assert refused.returncode == 1
    assert "does not start" in sentence(refused.stderr)
    assert "script/up --reset" in refused.stderr


def test_a_folder_that_was_never_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    home = Home.at(tmp_path)
    with pytest.raises(BrokenHome, match=r"thesis\.txt"):
        home.prepare()
    with pytest.raises(BrokenHome):
        home.reset()
    assert (tmp_path / "thesis.txt").exists()


def test_a_data_folder_of_another_layout(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text('{"layout": 99}')
    with pytest.raises(BrokenHome, match="another version"):
        Home.at(tmp_path).prepare()


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - 12_000_000, 12_000_000))
    with pytest.raises(NoSpace, match="Only 12 MB are free"):
        Home.at(tmp_path).prepare()
