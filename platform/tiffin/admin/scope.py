"""Which modules, and which of their kernel rows, somebody at the staff's pages may see and change."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from tiffin.admin.staff import staff_of


def visible_modules(request: HttpRequest) -> list[str]:
    """Modules in which the staff's roles have "view"."""
    return [module for module in settings.TIFFIN_MODULES if staff_of(request).has_perm(f"{module}.view")]


def may_change(request: HttpRequest, module: str) -> bool:
    """Whether the staff's roles have "change" in `module`."""
    return module in settings.TIFFIN_MODULES and staff_of(request).has_perm(f"{module}.change")


def require_change(request: HttpRequest, module: str) -> None:
    """Raises PermissionDenied unless the staff's roles have "change" in `module`."""
    if not may_change(request, module):
        raise PermissionDenied


def in_scope(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of the staff's regions. Those of no region concern every one, and those who work everywhere."""
    actor = staff_of(request).actor
    return rows if actor.works_everywhere else rows.filter(region__in=actor.regions)
