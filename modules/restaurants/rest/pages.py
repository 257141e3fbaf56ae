"""Links to the next page."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


def next_url(request: Request, cursor: str | None) -> str | None:
    """The same question from `cursor` on; None on the last page."""
    if cursor is None:
        return None
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))
