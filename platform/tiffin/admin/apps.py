"""The staff's pages as a Django app; the label differs from Django's own `admin`."""

from __future__ import annotations

from django.apps import AppConfig


class StaffPagesConfig(AppConfig):
    name = "tiffin.admin"
    label = "staff_pages"
