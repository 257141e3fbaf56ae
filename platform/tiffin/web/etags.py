"""Answers that a client need not read again: ETag and If-None-Match (RFC 9110 §8.8.3, §13.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

View = TypeVar("View", bound=Callable[..., Any])
Version = Callable[..., object]


def conditional(version: Version | None = None) -> Callable[[View], View]:
    """Decorate a DRF `get`: 304 when the client holds the answer already.

    `version(request, **url_arguments)` names the state cheaply, and the view does not even run; without it
    the answer itself is hashed, which saves the transfer only. What it may see must be checked in `version`
    as strictly as in the view.
    """

    def decorate(method: View) -> View:
        @wraps(method)
        def get(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            etag = _etag(version(request, *args, **kwargs)) if version else ""
            if etag and _holds(request, etag):
                return _not_modified(etag)
            response: Response = method(view, request, *args, **kwargs)
            if response.get("Cache-Control") == "no-store":
                return response  # it is not all that there is: nothing to be held
            etag = etag or _etag(JSONRenderer().render(response.data))
            if _holds(request, etag):
                return _not_modified(etag)
            return _label(response, etag)

        return get  # type: ignore[return-value]  # wraps() keeps the signature

    return decorate


def _etag(state: object) -> str:
    content = state if isinstance(state, bytes) else repr(state).encode()
    return quote_etag(sha256(content).hexdigest()[:32])


def _holds(request: Request, etag: str) -> bool:
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in held or etag in {value.removeprefix("W/") for value in held}


def _not_modified(etag: str) -> HttpResponse:
    return _label(HttpResponseNotModified(), etag)


def _label(response: HttpResponse, etag: str) -> HttpResponse:
    """The client may keep the answer, but must ask each time whether it still holds."""
    response["ETag"] = etag
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
