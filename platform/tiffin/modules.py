"""A module as Django loads it: its rooms that register something are imported when the apps are ready."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar

from django.apps import AppConfig

REGISTERING_ROOMS = ("provider", "handlers", "jobs")


class ModuleConfig(AppConfig):
    """Base of each module's `apps.py`: `name`, `label`, and `provides`, its interface classes."""

    provides: ClassVar[tuple[type, ...]] = ()
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
