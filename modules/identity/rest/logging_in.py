"""Logging in: django-allauth's headless views behind our own, which describe them and speak of trouble as the
rest of the API does. What succeeds is answered in allauth's form: `data.user`, and the tokens in `meta`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.account.views import LoginView, SessionView, SignupView
from allauth.headless.constants import Client
from allauth.headless.tokens.views import RefreshTokenView
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.identity import services
from modules.identity.interface import EmailTaken, LoginRefused, SessionOver, TooManyAttempts
from modules.identity.models import Account
from modules.identity.rest.serializers import (
    LOGGED_IN,
    REFRESHED,
    CredentialsSerializer,
    RefreshSerializer,
)
from tiffin.errors import DomainError
from tiffin.web.auth import actor_of
from tiffin.web.openapi import refuses
from tiffin.web.problems import RETRY_SECONDS, Problem

CREDENTIALS = OpenApiExample(
    "Zofia", value={"email": "zofia@example.com", "password": "correct horse"}, request_only=True
)
LOCKED_MINUTES = 5
_TOKENS = ("HTTP_AUTHORIZATION", "HTTP_X_SESSION_TOKEN")

AllauthView = Callable[[HttpRequest], HttpResponse]
_sign_up: AllauthView = SignupView.as_api_view(client=Client.APP)
_log_in: AllauthView = LoginView.as_api_view(client=Client.APP)
_session: AllauthView = SessionView.as_api_view(client=Client.APP)
_refresh: AllauthView = RefreshTokenView.as_api_view(client=Client.APP)

_REFUSALS: dict[str, Callable[[], DomainError]] = {
    "email_taken": EmailTaken,
    "email_password_mismatch": LoginRefused,
    "too_many_login_attempts": lambda: TooManyAttempts(minutes=LOCKED_MINUTES),
}


class PublicView(APIView):
    """Base of the views below: whoever calls them has no access token yet, or one that is over."""

    authentication_classes = []
    permission_classes = [AllowAny]


class SignUp(PublicView):
    @refuses(EmailTaken)
    @extend_schema(
        request=CredentialsSerializer,
        responses=LOGGED_IN,
        operation_id="auth_sign_up",
        summary="Become a customer",
        description="409 `email_taken`; 422 for a password that is too short or too common.",
        examples=[CREDENTIALS],
    )
    def post(self, request: Request) -> HttpResponse:
        return _ask(_sign_up, request)


class LogIn(PublicView):
    @refuses(LoginRefused, TooManyAttempts)
    @extend_schema(
        request=CredentialsSerializer,
        responses=LOGGED_IN,
        operation_id="auth_log_in",
        summary="Log in, as a customer or for a restaurant or as a courier",
        description="401 `login_refused`; 429 `too_many_attempts` after five failures.",
        examples=[CREDENTIALS],
    )
    def post(self, request: Request) -> HttpResponse:
        return _ask(_log_in, request)


class Refresh(PublicView):
    @refuses(SessionOver)
    @extend_schema(
        request=RefreshSerializer,
        responses=REFRESHED,
        operation_id="auth_refresh",
        summary="Draw a new access token; the refresh token is replaced, too",
        description="401 `token_invalid` once the session has ended.",
    )
    def post(self, request: Request) -> HttpResponse:
        return _ask(_refresh, request)


class Session(APIView):
    @extend_schema(
        request=None,
        responses={204: None},
        operation_id="auth_log_out",
        summary="Log out: end this session, and void the access tokens that are out",
    )
    def delete(self, request: Request) -> HttpResponse:
        account = Account.objects.filter(pk=actor_of(request).id).first()
        if account is None:
            raise PermissionDenied()
        if account.is_staff:  # who has a token for the day, and no session that allauth knows
            services.void_access_tokens(account_id=account.id)
            return Response(status=status.HTTP_204_NO_CONTENT)
        # allauth answers 401 to a logout that went well: nobody is logged in any more.
        answer = _answer(_session, request)
        if answer.status_code != status.HTTP_401_UNAUTHORIZED:
            raise Problem("token_invalid", status=status.HTTP_401_UNAUTHORIZED)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _ask(view: AllauthView, request: Request) -> HttpResponse:
    """allauth's answer to somebody who is nobody yet; its refusals as our problems."""
    if not isinstance(request.data, dict):
        raise ValidationError("Send a JSON object.")
    for header in _TOKENS:  # of a session before this one: allauth would refuse to begin another
        request._request.META.pop(header, None)
    answer = _answer(view, request)
    if answer.status_code >= status.HTTP_400_BAD_REQUEST:
        raise _trouble(answer)
    return answer


def _answer(view: AllauthView, request: Request) -> HttpResponse:
    plain = request._request
    _ = plain.body, request.data  # kept for allauth, and refused in our words when it is no JSON
    try:
        return view(plain)
    except ImmediateHttpResponse as early:
        return early.response  # type: ignore[no-any-return]  # allauth is untyped


def _trouble(answer: HttpResponse) -> Exception:
    if answer.status_code == status.HTTP_429_TOO_MANY_REQUESTS:
        return Problem("too_many_requests", headers={"Retry-After": str(RETRY_SECONDS)})
    errors = _errors_in(answer)
    for error in errors:
        if error["code"] in _REFUSALS:
            return _REFUSALS[error["code"]]()
    if not errors or any(error.get("param") == "refresh_token" for error in errors):
        return Problem("token_invalid")
    found = [{"path": f"/{error['param']}" if "param" in error else "", **_said(error)} for error in errors]
    return Problem("invalid_request", extensions={"errors": found})


def _said(error: dict[str, Any]) -> dict[str, str]:
    return {"message": str(error["message"]), "code": str(error["code"])}


def _errors_in(answer: HttpResponse) -> list[dict[str, Any]]:
    try:
        return list(json.loads(answer.content).get("errors", ()))
    except ValueError:
        return []
