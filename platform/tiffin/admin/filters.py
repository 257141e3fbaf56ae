"""Filters of lists that every module may want."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tiffin import clock, ids

_WITHIN = {
    "hour": ("in the last hour", timedelta(hours=1)),
    "day": ("in the last day", timedelta(days=1)),
    "week": ("in the last seven days", timedelta(days=7)),
    "month": ("in the last thirty days", timedelta(days=30)),
}


class Made(admin.SimpleListFilter):
    """When rows were made, by their ids, which are in the order of time: no table needs an index for it."""

    title = "made"
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in _WITHIN.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (value := self.value()) not in _WITHIN:
            return queryset
        _, within = _WITHIN[value]
        return queryset.filter(pk__gte=ids.first_id(clock.now() - within))
