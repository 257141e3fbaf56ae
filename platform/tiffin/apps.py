"""The kernel as a Django app: its tables exist once in every module's schema."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class KernelConfig(AppConfig):
    name = "tiffin"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tiffin.db import deadlines

        connection_created.connect(deadlines.guard, dispatch_uid="tiffin.deadlines")
