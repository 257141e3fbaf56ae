"""How django-allauth's headless API logs our accounts in: named by ACCOUNT_ADAPTER, HEADLESS_ADAPTER and
HEADLESS_TOKEN_STRATEGY."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from modules.identity import selectors, services
from modules.identity.interface import (
    AccountId,
    AccountKind,
    EmailTaken,
    LoginRefused,
    SessionOver,
    SessionView,
    TooManyAttempts,
)
from modules.identity.models import Account
from modules.identity.sessions import SessionStore
from tiffin.context import Actor, ActorKind
from tiffin.web.tokens import ACCESS_SECONDS, actor_claims, sign, sign_access

TRIES = 5
TRIES_WINDOW_SECONDS = 5 * 60


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Registers and logs out through our use cases."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Account:
        """What allauth calls to store a new customer; `user` is its blank one, ours is returned instead."""
        data = form.cleaned_data
        try:
            return services.register_customer(email=data["email"], password=data["password"])
        except EmailTaken as taken:
            error = ValidationError(taken.sentence, code=taken.code)
            raise ImmediateHttpResponse(ErrorResponse(request, exception=error)) from taken

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user.pk, UUID):
            services.void_access_tokens(account_id=request.user.pk)
        super().logout(request)


class TokenStrategy(JWTTokenStrategy):  # type: ignore[misc]  # allauth is untyped
    """allauth's access and refresh tokens, with our claims."""

    def get_claims(self, user: Account) -> dict[str, Any]:
        return claims_of(user)

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        payload: dict[str, Any] | None = super().create_access_token_payload(request)
        if payload is not None:
            payload["expires_in"] = ACCESS_SECONDS
        return payload


def claims_of(account: Account) -> dict[str, Any]:
    """What an access token of `account` says beside whose it is and for how long."""
    return {**actor_claims(actor_for(account)), "session": str(account.token_family)}


def actor_for(account: Account) -> Actor:
    scopes = selectors.scopes_of(account)
    return Actor(
        kind=ActorKind(account.kind),
        id=account.id,
        restaurants=scopes.restaurants,
        roles=scopes.roles,
        regions=scopes.regions,
    )


def staff_access_token(account: Account) -> str:
    return sign_access(
        actor_for(account), session_id=str(account.token_family), expires_in=services.STAFF_TOKEN_LIFE
    )


def account_for(email: str, password: str, kind: AccountKind) -> Account:
    """Whose password it is. Raises LoginRefused, and TooManyAttempts after five failures in five minutes."""
    address = email.strip().lower()
    tries = f"identity:{kind.value}-login:{sha256(address.encode()).hexdigest()}"
    if cache.get(tries, 0) >= TRIES:
        raise TooManyAttempts(minutes=TRIES_WINDOW_SECONDS // 60)
    account: Account | None = Account.objects.filter(email=address, kind=kind.value).first()
    if account is None:
        make_password(password)  # as slow as a wrong password, so that nobody learns who has an account
    elif account.check_password(password) and account.is_active:
        cache.delete(tries)
        return account
    cache.add(tries, 0, TRIES_WINDOW_SECONDS)
    with suppress(ValueError):  # the cache lost it in between
        cache.incr(tries)
    raise LoginRefused()


def open_session(account: Account) -> SessionView:
    """A session as allauth's login makes it, for pages of ours that log people in."""
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    refresh_token = internal.create_refresh_token(account, session)
    session.save()
    return _session_view(account, session, refresh_token)


def renew_session(refresh_token: str) -> SessionView:
    """Raises SessionOver."""
    known = internal.validate_refresh_token(refresh_token)
    if known is None or not known[0].is_active:
        raise SessionOver()
    account, session, _ = known
    return _session_view(account, session, refresh_token)


def end_session(refresh_token: str) -> None:
    """Also voids the access tokens that are out; one that is over stays so."""
    known = internal.validate_refresh_token(refresh_token)
    if known is not None:
        account, session, _ = known
        session.flush()
        services.void_access_tokens(account_id=account.pk)


def _session_view(account: Account, session: SessionStore, refresh_token: str) -> SessionView:
    return SessionView(
        access_token=_access_token(account, session),
        access_seconds=ACCESS_SECONDS,
        refresh_token=refresh_token,
        refresh_seconds=settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN,
        account_id=AccountId(account.id),
        kind=AccountKind(account.kind),
        email=account.email,
    )


def _access_token(account: Account, session: SessionStore) -> str:
    """As allauth's strategy writes it, but by our clock."""
    claims = {
        "sub": str(account.pk),
        "sid": internal.session_key_to_sid(session.session_key),
        "jti": str(uuid4()),
        "token_use": "access",
        **claims_of(account),
    }
    return sign(claims, expires_in=ACCESS_SECONDS)
