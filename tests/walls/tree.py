"""Small trees of modules, written to be read by the rules."""

from __future__ import annotations

from pathlib import Path

from tiffin.walls import SourceFile, read_modules

ADOPTED = {"auth": "identity", "contenttypes": "identity"}


def plant(root: Path, files: dict[str, str]) -> Path:
    """Write `files` (path under `root`: source), with an `__init__.py` in every folder on the way."""
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.relative_to(root).parents:
            if folder != Path("."):
                (root / folder / "__init__.py").touch()
        path.write_text(source)
    return root


def modules_of(root: Path, files: dict[str, str]) -> list[SourceFile]:
    return read_modules(plant(root, files), adopted=ADOPTED)
