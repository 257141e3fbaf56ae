"""Everything that goes wrong, as RFC 9457 says it: a stable code, a sentence that helps, a trace id.

Translates any exception into a `Problem`; who answers with it is in `tiffin.web.answers`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from psycopg.errors import QueryCanceled
from rest_framework import exceptions as drf

from tiffin.context import DeadlineExceeded, current
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable
from tiffin.web.catalogue import KERNEL_PROBLEMS

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
RETRY_SECONDS = 2


class Problem(Exception):
    """An answer to a request that failed. May be raised; a named DomainError is better where one fits.

    `extensions` become members beside the standard ones, `headers` go out with the answer.
    """

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        detail: str = "",
        extensions: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        known = KERNEL_PROBLEMS.get(code)
        self.code = code
        self.status = status or (known.status if known else 400)
        self.title = known.title if known else HTTPStatus(self.status).phrase
        self.detail = detail or (known.advice if known else self.title)
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    def members(self, instance: str) -> dict[str, Any]:
        """The JSON object of RFC 9457 §3, with `code` and `trace_id` beside it."""
        return {
            "type": f"{TYPE_PREFIX}{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "trace_id": current().trace_id,
            **{name: value for name, value in self.extensions.items() if name not in _STANDARD},
        }

    def encode(self, instance: str) -> bytes:
        return msgspec.json.encode(self.members(instance))


_STANDARD = frozenset({"type", "title", "status", "detail", "instance", "code", "trace_id"})


def problem_of(error: BaseException) -> Problem:
    """The problem that stands for `error`; what nobody foresaw is an `internal_error` without a word more."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DomainError):
        return _refusal(error)
    if isinstance(error, drf.APIException):
        return _of_rest_framework(error)
    for kind, code in _BY_KIND:
        if isinstance(error, kind):
            return Problem(code, detail=_own_words(error), headers=_retry(code))
    return Problem("internal_error")


def _refusal(error: DomainError) -> Problem:
    problem = Problem(
        error.code,
        status=error.status,
        detail=error.sentence,
        extensions=msgspec.structs.asdict(error.data),
        headers=_retry(error.code) if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None,
    )
    problem.title = error.headline
    return problem


_BY_KIND: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (Http404, "not_found"),
    (PermissionDenied, "not_allowed"),
    (RequestDataTooBig, "body_too_large"),
    ((SuspiciousOperation, BadRequest, UnreadablePostError, MultiPartParserError), "bad_request"),
    (ModuleUnavailable, "module_unavailable"),
    (ModuleFault, "module_fault"),
    (DeadlineExceeded, "deadline_exceeded"),
    (QueryCanceled, "deadline_exceeded"),
    ((OperationalError, InterfaceError), "database_unavailable"),
)
_TRANSIENT = frozenset({"module_unavailable", "deadline_exceeded", "database_unavailable"})


def _own_words(error: BaseException) -> str:
    """What a view said in `Http404("…")`; nothing of other errors, whose text is for ourselves.

    Django's own 404 of an unknown URL carries an object, not a sentence.
    """
    if isinstance(error, Http404) and error.args and isinstance(error.args[0], str):
        return error.args[0]
    return ""


def _retry(code: str) -> dict[str, str]:
    return {"Retry-After": str(RETRY_SECONDS)} if code in _TRANSIENT else {}


def _of_rest_framework(error: drf.APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, drf.ValidationError):
        return Problem("invalid_request", extensions={"errors": list(flatten(error.detail))})
    if isinstance(error, drf.AuthenticationFailed):
        code = str(getattr(error.detail, "code", "token_invalid"))
        code = code if code in KERNEL_PROBLEMS else "token_invalid"
        headers.setdefault("WWW-Authenticate", "Bearer")
        headers["WWW-Authenticate"] += ', error="invalid_token"'
        return Problem(code, detail=str(error.detail), headers=headers)
    if isinstance(error, drf.Throttled):
        seconds = max(1, math.ceil(getattr(error, "wait", None) or 1))
        return Problem("too_many_requests", headers={"Retry-After": str(seconds)})
    if isinstance(error, drf.MethodNotAllowed):
        return Problem("method_not_allowed", detail=str(error.detail))
    for kind, code in _REST_FRAMEWORK:
        if isinstance(error, kind):
            return Problem(code, headers=headers)
    return Problem("bad_request", status=error.status_code, detail=str(error.detail), headers=headers)


_REST_FRAMEWORK: tuple[tuple[type[drf.APIException], str], ...] = (
    (drf.ParseError, "malformed_json"),
    (drf.NotAuthenticated, "not_authenticated"),
    (drf.PermissionDenied, "not_allowed"),
    (drf.NotFound, "not_found"),
    (drf.NotAcceptable, "not_acceptable"),
    (drf.UnsupportedMediaType, "unsupported_media_type"),
)


def flatten(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Each validation error with the JSON pointer (RFC 6901) of what it is about."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else f"/{_escape(str(name))}"
            yield from flatten(inner, pointer + step)
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from flatten(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"path": pointer, "message": str(detail), "code": str(getattr(detail, "code", "invalid"))}


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
