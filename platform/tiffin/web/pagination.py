"""Pages by cursor: cheap at any depth, and nothing is shown twice while rows are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from tiffin.web.problems import Problem


class CursorPages(CursorPagination):
    """Newest first by the UUIDv7 id; `page_size` up to 100. Views set `ordering` for anything else."""

    ordering = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any] | None:
        """Raises the problem `invalid_cursor` for a cursor that no answer of ours ever held."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, DataError):
            raise Problem("invalid_cursor") from None
