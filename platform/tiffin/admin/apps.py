"""The staff's pages as a Django app; the label differs from Django's own `admin`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StaffPagesConfig(AppConfig):
    name = "tiffin.admin"
    label = "staff_pages"

    def ready(self) -> None:
        """Beside each module's `admin.py`, which Django finds."""
        autodiscover_modules("dashboard")
