"""Requests that may be repeated: under one Idempotency-Key a request takes effect once and has one answer.

As draft-ietf-httpapi-idempotency-key-header-07 describes it. The answer is written in the transaction of the
effects; a refusal undoes them and is stored alone; what never got as far (authentication, validation) or
failed on our side is not stored and may be tried again under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from django.http import HttpResponse
from rest_framework.exceptions import NotAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from tiffin import db
from tiffin.db.owners import owner_of
from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKeyReused, answers
from tiffin.interfaces.answers import Scope
from tiffin.web.answers import answer
from tiffin.web.auth import actor_of
from tiffin.web.problems import Problem, problem_of

HEADER = "Idempotency-Key"
KEY_LENGTH = 255
KEPT_HEADERS = ("Location", "ETag", "WWW-Authenticate")

View = TypeVar("View", bound=Callable[..., Any])


class StoredResponse(DTO):
    """An answer as it is kept."""

    status: int
    content_type: str
    headers: dict[str, str]
    content: bytes


class _Overtaken(Exception):
    """Somebody else executed the same request first; theirs is the answer."""


def idempotent(method: View) -> View:
    """Decorate a DRF view method that writes. It runs inside `db.transaction()` of its module, so it may not
    call other modules.

    Raises the problems `idempotency_key_required`, `request_in_progress`, `idempotency_key_reused`.
    """
    return idempotent_in(owner_of(method.__module__))(method)


def idempotent_in(owner: str) -> Callable[[View], View]:
    """As `idempotent`, for a view that stands in no module."""

    def decorate(method: View) -> View:
        @wraps(method)
        def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            scope = _scope(owner, request)
            return _answer_once(scope, request, lambda: method(view, request, *args, **kwargs))

        once.requires_idempotency_key = True  # type: ignore[attr-defined]  # read by tiffin.web.openapi
        return once  # type: ignore[return-value]  # wraps() keeps the signature

    return decorate


def _answer_once(scope: Scope, request: Request, run: Callable[[], Response]) -> HttpResponse:
    try:
        return _execute(scope, run)
    except CommandKeyReused:
        raise Problem("idempotency_key_reused") from None
    except _Overtaken:
        stored = answers.find(scope)
        return _replay(stored.body) if stored is not None else _in_progress()
    except DomainError as refusal:
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return _store_refusal(scope, request, refusal)


def _execute(scope: Scope, run: Callable[[], Response]) -> HttpResponse:
    with db.transaction(owner=scope.module):
        locked, stored = answers.lock(scope)
        if not locked:
            return _in_progress()
        if stored is not None:
            return _replay(stored.body)
        response = run()
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return response
        body = _of_response(response)
        if not answers.insert(scope, answers.ANSWER, body):
            raise _Overtaken
    return _written(body)


def _store_refusal(scope: Scope, request: Request, refusal: DomainError) -> HttpResponse:
    response = answer(problem_of(refusal), request._request)
    with db.transaction(owner=scope.module):
        stored_now = answers.insert(scope, answers.REFUSAL, _of_http(response, response.content))
    if stored_now:
        return response
    stored = answers.find(scope)
    return _replay(stored.body) if stored is not None else response


def _scope(owner: str, request: Request) -> Scope:
    key = request.headers.get(HEADER, "").strip()
    if not key or len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Problem("idempotency_key_required")
    if not request.user.is_authenticated:
        raise NotAuthenticated
    match = request.resolver_match
    route = match.route if match is not None else request.path
    return Scope(
        module=owner,
        caller=f"http:{actor_of(request)}",
        method=f"{request.method} {route}",
        key=key,
        request_hash=_hash(request),
    )


def _hash(request: Request) -> bytes:
    """Two requests are the same if path, query and JSON value are; spaces and member order do not matter."""
    body = json.dumps(request.data, cls=JSONEncoder, sort_keys=True, separators=(",", ":"))
    return answers.hash_of(f"{request.get_full_path()}\n{body}".encode("utf-8", "surrogatepass"))


def _in_progress() -> HttpResponse:
    raise Problem("request_in_progress", headers={"Retry-After": "1"})


def _of_response(response: Response) -> bytes:
    return _of_http(response, JSONRenderer().render(response.data), "application/json")


def _of_http(response: HttpResponse, content: bytes, content_type: str = "") -> bytes:
    return msgspec.msgpack.encode(
        StoredResponse(
            status=response.status_code,
            content_type=content_type or response["Content-Type"],
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
            content=content,
        )
    )


def _replay(body: bytes) -> HttpResponse:
    response = _written(body)
    response["Idempotent-Replayed"] = "true"
    return response


def _written(body: bytes) -> HttpResponse:
    """A stored answer as it goes out, the first time too: it is rendered once."""
    stored = msgspec.msgpack.decode(body, type=StoredResponse)
    response = HttpResponse(stored.content, status=stored.status, content_type=stored.content_type)
    for name, value in stored.headers.items():
        response[name] = value
    return response
