"""Pages of everything there is, for whoever goes through it."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import models

MAXIMUM_PAGE_SIZE = 200

Row = TypeVar("Row", bound=models.Model)


def page_of(model: type[Row], after: UUID | None, size: int, **only: Any) -> list[Row]:
    """Rows by id, from `after` on, at most MAXIMUM_PAGE_SIZE of them."""
    rows = model._default_manager.filter(**only).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows[: min(max(size, 1), MAXIMUM_PAGE_SIZE)])
