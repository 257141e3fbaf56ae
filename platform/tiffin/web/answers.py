"""Answering with a problem wherever an error comes up: in Django REST framework, in Django, before either."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import APIException

from tiffin.web.middleware import After
from tiffin.web.problems import CONTENT_TYPE, Problem, problem_of

API_PREFIX = "/api/"
log = structlog.get_logger(__name__)

_DJANGO_ANSWERS_THESE = (Http404, PermissionDenied, SuspiciousOperation, BadRequest)
_CODE_BY_STATUS = {
    400: "bad_request",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "module_unavailable",
}


def answer(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The HTTP answer that carries `problem`: JSON for programs, a plain page for people."""
    if not wants_page(request):
        response = HttpResponse(
            problem.encode(escape_uri_path(request.path)), status=problem.status, content_type=CONTENT_TYPE
        )
    else:
        page = loader.select_template([f"{problem.status}.html", "tiffin/problem_page.html"])
        response = HttpResponse(
            page.render({"problem": problem.members(escape_uri_path(request.path))}), status=problem.status
        )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def wants_page(request: HttpRequest) -> bool:
    """Whether a person with a browser asks, outside the API."""
    if request.path.startswith(API_PREFIX):
        return False
    return "text/html" in request.headers.get("Accept", "")


def answer_error(error: BaseException, request: HttpRequest) -> HttpResponse:
    """Answer with the problem that `error` is; record it in full if it is our own fault."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        explained = problem.code not in {"internal_error", "module_fault"}
        log.error(
            "request_failed", code=problem.code, error=str(error), exc_info=None if explained else error
        )
    return answer(problem, request)


def answer_exception(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Django REST framework's EXCEPTION_HANDLER."""
    request = context["request"]
    response = answer_error(error, request._request)
    if isinstance(error, APIException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(problem_of(exception), request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(Problem("not_allowed"), request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(problem_of(exception), request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django has logged the traceback already."""
    return answer(Problem("internal_error"), request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return answer(Problem("csrf_failed"), request)


class ProblemAnswers(After):
    """Middleware: errors of plain Django views become problems, and so does any bare answer under /api/
    that no view of ours made (an unknown URL, a wrong method)."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return _as_problem(response, request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, _DJANGO_ANSWERS_THESE):
            return None
        return answer_error(exception, request)


def _as_problem(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    bare = "json" not in response.headers.get("Content-Type", "")
    if response.status_code < HTTPStatus.BAD_REQUEST or not bare or not request.path.startswith(API_PREFIX):
        return response
    code = _CODE_BY_STATUS.get(
        response.status_code, "bad_request" if response.status_code < 500 else "internal_error"
    )
    replacement = answer(Problem(code, status=response.status_code), request)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response:
            replacement[name] = response[name]
    return replacement
