"""The scripts a newcomer runs, on a machine that is not as it should be, and on one that is."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiffin.embedded import environment
from tiffin.embedded.commands import remove
from tiffin.embedded.home import Home
from tiffin.embedded.ports import LOOPBACK
from tiffin.testing.services import ROOT

pytestmark = pytest.mark.full


def script(name: str, *arguments: str, root: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(root / "script" / name), *arguments],
        env={**environment.without_services(os.environ), **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="tiffin-start-") as folder:
        Path(folder).chmod(0o711)
        home = Home.at(Path(folder) / "home")
        yield home
        remove(home)


@pytest.fixture
def bare_tree(tmp_path: Path) -> Path:
    """A clone in which nothing has been installed yet."""
    for folder in ("script", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.timeout(300)
def test_a_second_check_needs_no_network_and_installs_nothing() -> None:
    """Every proxy is a dead end: what still reached for the network would fail."""
    dead_end = {
        "PIP_INDEX_URL": f"http://{LOOPBACK}:9/",
        "http_proxy": f"http://{LOOPBACK}:9",
        "https_proxy": f"http://{LOOPBACK}:9",
        "PIP_RETRIES": "0",
    }
    script("up", "--help")  # whatever is to be installed is
    checked = script("up", "--check", **dead_end)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "Delivered" in checked.stdout
    assert "Installing" not in checked.stdout + checked.stderr


def test_a_port_in_use_is_one_sentence(home: Home) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        refused = script("up", "--port", str(other.getsockname()[1]), TIFFIN_HOME=str(home.path))
    assert refused.returncode == 1
    assert refused.stderr.startswith("Port ")
    assert refused.stderr.count("\n") == 1


def test_down_without_up_is_no_error(home: Home) -> None:
    done = script("down", TIFFIN_HOME=str(home.path))
    assert (done.returncode, done.stdout) == (0, "Tiffin is not running.\n")


def test_only_an_old_python_is_one_sentence(bare_tree: Path) -> None:
    programs = bare_tree / "bin"
    programs.mkdir()
    for tool in ("bash", "env", "dirname", "cat", "cksum", "sed", "tr", "df", "awk"):
        (programs / tool).symlink_to(str(shutil.which(tool)))
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.10\nexit 1\n')
    old.chmod(0o755)

    refused = script("up", root=bare_tree, PATH=str(programs))

    assert refused.returncode == 1
    assert refused.stderr == (
        "Tiffin needs Python 3.11 or newer, but there is only: Python 3.8.10; "
        "install one, or name it in TIFFIN_PYTHON.\n"
    )


def test_no_network_at_the_first_start_is_one_sentence(bare_tree: Path) -> None:
    refused = script(
        "up",
        root=bare_tree,
        PIP_INDEX_URL=f"http://{LOOPBACK}:9/",
        PIP_RETRIES="0",
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1",
    )
    assert refused.returncode == 1
    assert "the first start needs a network" in refused.stderr
    assert refused.stderr.count("\n") == 1
