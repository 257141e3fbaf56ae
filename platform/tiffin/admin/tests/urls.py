"""The staff's pages as they are when the test begins: the site makes its urls from what is registered."""

from __future__ import annotations

from typing import Any

from django.urls import path

from tiffin.admin.site import site


def __getattr__(name: str) -> Any:
    if name == "urlpatterns":
        return [path("admin/", site.urls)]
    raise AttributeError(name)
