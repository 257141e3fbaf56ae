"""The last release as code: the source of every interface and event as it was, loaded beside today's.

Tests make the two talk to each other. What is loaded is in no register, unless one says `registered`.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import count
from pathlib import Path
from types import CodeType, ModuleType

from tiffin.interfaces import registry
from tiffin.interfaces.declaring import Interface
from tiffin.log import events
from tiffin.log.events import Event

PUBLISHED = ("interface", "events")
_IMPORT = re.compile(rb"^(\s*(?:from|import)\s+)modules\.", re.MULTILINE)
_numbers = count(1)


def keep_sources(modules: Path, folder: Path) -> None:
    """Copy what the modules publish, file by file, from `modules` to `folder`, for what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for module in sorted(path for path in modules.iterdir() if path.is_dir()):
        for room in PUBLISHED:
            for source in _files(module / room):
                target = folder / source.relative_to(modules)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def _files(room: Path) -> list[Path]:
    if room.with_suffix(".py").is_file():
        return [room.with_suffix(".py")]
    return sorted(room.rglob("*.py"))


@dataclass
class Release:
    """Interfaces and events by wire name."""

    interfaces: dict[str, type[Interface]] = field(default_factory=dict)
    events: dict[str, type[Event]] = field(default_factory=dict)

    @contextmanager
    def registered(self) -> Iterator[None]:
        """Within the block the registers know these, and nothing else: `dispatch` and the log speak them."""
        providers: dict[str, Interface] = {}
        before = registry._interfaces, registry._providers, events._classes
        registry._interfaces, registry._providers, events._classes = self.interfaces, providers, self.events
        try:
            yield
        finally:
            registry._interfaces, registry._providers, events._classes = before


@contextmanager
def loaded(folder: Path) -> Iterator[Release]:
    """The sources in `folder` (`<module>/interface.py`, …) as a release. They import each other."""
    package = f"release_{next(_numbers)}"
    release = Release()
    finder = _Finder(package, folder)
    sys.meta_path.insert(0, finder)
    try:
        with release.registered():
            for room in sorted(_rooms(folder)):
                import_module(f"{package}.{room}")
        yield release
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


def _rooms(folder: Path) -> set[str]:
    found = {path.relative_to(folder).with_suffix("").parts[:2] for path in folder.rglob("*.py")}
    return {".".join(parts) for parts in found if len(parts) == 2}


class _Finder(MetaPathFinder):
    """Finds the release's modules under its package, which stands for `modules` in their imports."""

    def __init__(self, package: str, folder: Path) -> None:
        self._package = package
        self._folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == self._package:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(self._folder)]
            return spec
        if fullname.partition(".")[0] != self._package:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader = _Loader(fullname, str(found.origin), self._package)
        return found


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, package: str) -> None:
        super().__init__(fullname, path)
        self._package = package.encode()

    def get_code(self, fullname: str) -> CodeType:
        """Compiled anew: a cached file would hold today's imports."""
        source = self.get_data(self.get_filename(fullname))
        return compile(
            _IMPORT.sub(rb"\1" + self._package + b".", source), self.path, "exec", dont_inherit=True
        )


def today(interfaces: Mapping[str, type[Interface]], published: Mapping[str, type[Event]]) -> Release:
    """What this process knows, as a release."""
    return Release(interfaces=dict(interfaces), events=dict(published))
