"""The menu beside the staff's pages: the modules' tables come from the site, these stand above them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tiffin.remote import elsewhere


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR navigation."""
    pages = (
        ("Overview", "home", "admin:index"),
        ("How it goes", "monitoring", "admin:dashboard"),
        ("Waiting for a person", "person_raised_hand", "admin:queues"),
        ("Held events", "error", "admin:held_events"),
        ("Jobs", "schedule", "admin:jobs"),
        ("Log", "history", "admin:log"),
    )
    items = [{"title": title, "icon": icon, "link": reverse(name)} for title, icon, name in pages]
    return [{"title": "Running the platform", "items": items}, *_elsewhere()]


def _elsewhere() -> Iterator[dict[str, Any]]:
    """The pages of modules in other deployables, which stand under the module's name at the same origin."""
    pages = (
        ("Tables", "table", ""),
        ("How it goes", "monitoring", "dashboard/"),
        ("Waiting for a person", "person_raised_hand", "queues/"),
        ("Held events", "error", "held-events/"),
        ("Jobs", "schedule", "jobs/"),
        ("Log", "history", "log/"),
    )
    for module in sorted(elsewhere()):
        items = [
            {"title": title, "icon": icon, "link": f"{reverse('admin:index')}{module}/{page}"}
            for title, icon, page in pages
        ]
        yield {"title": f"{module.capitalize()} (elsewhere)", "collapsible": True, "items": items}
