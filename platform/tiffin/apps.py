"""The kernel as a Django app: its tables exist once in every module's schema."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


class KernelConfig(AppConfig):
    name = "tiffin"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Importing the gauges registers them.
        from tiffin.db import deadlines, moments, transactions
        from tiffin.jobs import gauges as _job_gauges  # noqa: F401
        from tiffin.log import gauges as _log_gauges  # noqa: F401

        connection_created.connect(deadlines.guard, dispatch_uid="tiffin.deadlines")
        connection_created.connect(moments.install, dispatch_uid="tiffin.moments")
        if settings.TIFFIN_DISTURB:
            from tiffin.testing import disturbing

            disturbing.install(settings.TIFFIN_DISTURB)
        connection_created.connect(transactions.remember, dispatch_uid="tiffin.transactions")
