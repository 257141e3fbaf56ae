"""The menu beside the staff's pages: the modules' tables come from the site, these stand above them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR navigation."""
    pages = (
        ("Overview", "home", "admin:index"),
        ("Held events", "error", "admin:held_events"),
        ("Jobs", "schedule", "admin:jobs"),
        ("Log", "history", "admin:log"),
    )
    items = [{"title": title, "icon": icon, "link": reverse(name)} for title, icon, name in pages]
    return [{"title": "Running the platform", "items": items}]
