"""Tests that ask for no database start none."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tiffin.testing.services import ROOT


def test_a_test_without_database_starts_no_service() -> None:
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_nothing.py"
        test.write_text("def test_nothing():\n    assert True\n")
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), str(test)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "TIFFIN_HOME": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        assert not list((Path(folder) / "test" / "log").iterdir())
