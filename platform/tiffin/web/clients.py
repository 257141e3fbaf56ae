"""Who is at the other end of a request, as far as the network says."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest | Any) -> str:
    """The address that the one origin saw, which writes it last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return str(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))


def country_of(request: HttpRequest | Any) -> str:
    """ISO 3166, as whoever stands in front of the origin says; empty where nobody does."""
    header = settings.TIFFIN_COUNTRY_HEADER
    return str(request.headers.get(header, ""))[:2].upper() if header else ""
