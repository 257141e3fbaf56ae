"""A module as Django loads it: its rooms that register something are imported when the apps are ready. Of one
that is elsewhere only what it publishes can be imported here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import ClassVar

from django.apps import AppConfig

REGISTERING_ROOMS = ("provider", "handlers", "jobs", "audit", "serving")


class ModuleConfig(AppConfig):
    """Base of each module's `apps.py`: `name`, `label`, `provides`, its interface classes, and `secrets`, the
    settings that no other module may know."""

    provides: ClassVar[tuple[type, ...]] = ()
    secrets: ClassVar[tuple[str, ...]] = ()
    default_auto_field = "django.db.models.BigAutoField"
    # Django looks for the one configuration in `apps.py`, where this base is imported too: it is none.
    default = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def ready(self) -> None:
        for room in REGISTERING_ROOMS:
            if find_spec(f"{self.name}.{room}") is not None:
                import_module(f"{self.name}.{room}")


PUBLISHED_ROOMS = ("interface", "events")


class ModuleElsewhere(ImportError):
    """Something inside a module was imported in a deployable that does not hold the module."""


class _Keeper:
    """Finds nothing and refuses what is inside the modules kept out."""

    def __init__(self, packages: frozenset[str]) -> None:
        self.packages = packages

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, room = ".".join(name.split(".")[:2]), name.split(".")[2:3]
        if package in self.packages and room and room[0] not in PUBLISHED_ROOMS:
            raise ModuleElsewhere(f"{package} is elsewhere: call its interface, {name} is not here")
        return None


def keep_out(packages: Iterable[str]) -> None:
    """From now on nothing of `packages` (`modules.payments`) can be imported but what they publish."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Keeper)]
    kept_out = frozenset(packages)
    if kept_out:
        sys.meta_path.insert(0, _Keeper(kept_out))
