"""What holds for the house as a whole."""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from config.modules import MODULES
from tests.walls.tree import modules_of
from tiffin.walls import SourceFile
from tiffin.walls.size import FILE_LINES, oversized
from tiffin.walls.source import literal

ROOT = Path(__file__).parents[2]
PUBLISHED = ("", "interface", "events", "policies")

IMPORT_ALONE = """
import importlib, sys
importlib.import_module(sys.argv[1])
if "django" in sys.modules:
    from django.conf import settings
    assert not settings.configured, "it configures Django"
    from django.apps import apps
    assert not apps.ready, "it starts Django"
"""


def imported_alone(name: str, *, path: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.path.insert(0, {path!r})\n{IMPORT_ALONE}" if path else IMPORT_ALONE
    return subprocess.run(
        [sys.executable, "-c", program, name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
        env={"PATH": ""},
    )


def published_rooms() -> list[str]:
    rooms = []
    for module in MODULES:
        folder = ROOT / "modules" / module
        rooms += [
            f"modules.{module}.{room}".rstrip(".")
            for room in PUBLISHED
            if (folder / f"{room or '__init__'}.py").exists() or (room and (folder / room).is_dir())
        ]
    return rooms


@pytest.mark.parametrize("name", published_rooms())
def test_what_is_published_can_be_imported_without_django_set_up(name: str) -> None:
    result = imported_alone(name)
    assert result.returncode == 0, result.stderr


def test_a_published_room_that_needs_django_set_up_is_found(tmp_path: Path) -> None:
    modules_of(tmp_path, {"fakes/orders/events.py": "from django.contrib.auth.models import User\n"})
    result = imported_alone("fakes.orders.events", path=str(tmp_path))
    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr


def test_every_folder_of_modules_is_listed_by_the_deployable() -> None:
    folders = {path.parent.name for path in ROOT.glob("modules/*/__init__.py")}
    assert folders == set(MODULES)


def test_platform_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "platform/__init__.py").exists()
    program = "import platform, tiffin; assert platform.python_version(); print(tiffin.__file__)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    assert Path(result.stdout.strip()).is_relative_to(ROOT / "platform")


def test_the_kernel_names_no_module(kernel: list[SourceFile]) -> None:
    """Neither by import nor by a dotted name that it would import later."""
    addresses = tuple(f"modules.{module}" for module in MODULES)
    for file in kernel:
        if ".tests" in file.name or ".testing" in file.name:
            continue
        roots = {name.split(".")[0] for name, _ in file.imports}
        assert roots.isdisjoint({"modules", "config", "regions"}), file.path
        for node in file.nodes:
            text = literal(node) if isinstance(node, ast.expr) else None
            assert not (text or "").startswith(addresses), f"{file.path}:{getattr(node, 'lineno', 0)}"


def test_files_and_functions_can_be_read_at_once(tree: list[SourceFile], kernel: list[SourceFile]) -> None:
    """What does not is a warning: somebody should look at it when passing by."""
    findings = [
        f"{finding.path.relative_to(ROOT)}:{finding.line}: {finding.message}"
        for file in tree + kernel
        if file.room != "migrations" and ".tests" not in file.name
        for finding in oversized(file)
    ]
    if findings:
        warnings.warn("\n".join(["hard to read at once:", *findings]), stacklevel=1)


def test_a_long_file_is_noticed(tmp_path: Path) -> None:
    (file, *_) = [
        file
        for file in modules_of(tmp_path, {"modules/orders/services.py": "x = 1\n" * (FILE_LINES + 1)})
        if file.room == "services"
    ]
    assert "becomes a package" in next(oversized(file)).message
