"""Each module's models live in its own database alias; the kernel's tables in every one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

KERNEL_LABEL = "kernel"


class ModuleRouter:
    """Routes by app label: `orders.Order` → alias `orders`. Django's and allauth's own apps belong to the
    module that settings name in TIFFIN_ADOPTED_APPS. Kernel models are always read `using` an alias."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        instance = hints.get("instance")
        if model._meta.app_label == KERNEL_LABEL and instance is not None:
            return instance._state.db  # type: ignore[no-any-return]
        return self._alias(model._meta.app_label)

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return self._alias(one._meta.app_label) == self._alias(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if app_label == KERNEL_LABEL:
            return db in settings.TIFFIN_MODULES
        return self._alias(app_label) == db

    @staticmethod
    def _alias(app_label: str) -> str | None:
        if app_label in settings.TIFFIN_MODULES:
            return app_label
        return settings.TIFFIN_ADOPTED_APPS.get(app_label)
