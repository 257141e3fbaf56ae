"""The first middleware: gives each request its context, its time and its line in the log."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tiffin import context
from tiffin.context import ANONYMOUS, Context
from tiffin.telemetry.metrics import HTTP_SECONDS
from tiffin.web.middleware import EitherWay

log = structlog.get_logger(__name__)

DEADLINE_SECONDS = 10.0
# W3C Trace Context §3.2: version, trace id, parent id, flags.
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)")
_QUIET = ("/livez", "/readyz", "/metrics", "/static/", "/internal/", *settings.TIFFIN_QUIET_PREFIXES)


class RequestContext(EitherWay):
    """Sets `tiffin.context` for the request and clears it after; logs the request with its route, never
    its query or body; answers with `traceparent` and `X-Trace-Id`."""

    def _call(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with context.use(context_for(request)):
            return _finish(request, super()._call(request), began)

    async def _acall(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        with context.use(context_for(request)):
            return _finish(request, await super()._acall(request), began)


def context_for(request: HttpRequest) -> Context:
    """A context for what `request` asks: its trace if it brings one, nobody's yet, with a deadline."""
    seconds = getattr(settings, "TIFFIN_REQUEST_SECONDS", DEADLINE_SECONDS)
    return Context(
        actor=ANONYMOUS,
        correlation=_trace_of(request.headers.get("traceparent", "")) or uuid4(),
        deadline=time.monotonic() + seconds,
    )


def _trace_of(traceparent: str) -> UUID | None:
    match = _TRACEPARENT.match(traceparent)
    if match is None or not int(match[1], 16) or not int(match[2], 16):
        return None
    return UUID(hex=match[1])


def _finish(request: HttpRequest, response: HttpResponse, began: float) -> HttpResponse:
    now = context.current()
    response["X-Trace-Id"] = now.trace_id
    response["traceparent"] = f"00-{now.trace_id}-{uuid4().hex[:16]}-01"
    seconds = time.perf_counter() - began
    route = _route(request)
    method = request.method or ""
    HTTP_SECONDS.labels(method, route, str(response.status_code)).observe(seconds)
    if response.status_code >= HTTPStatus.BAD_REQUEST or not request.path.startswith(_QUIET):
        log.info(
            "request",
            method=method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            actor_kind=now.actor.kind.value,
        )
    return response


def _route(request: HttpRequest) -> str:
    """The pattern that matched, not the path: paths hold ids and would make a series each."""
    return request.resolver_match.route if request.resolver_match is not None else "-"
