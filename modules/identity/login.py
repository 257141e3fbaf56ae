"""How django-allauth's headless API logs our accounts in: named by ACCOUNT_ADAPTER, HEADLESS_ADAPTER and
HEADLESS_TOKEN_STRATEGY."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from modules.identity import selectors, services
from modules.identity.interface import EmailTaken
from modules.identity.models import Account
from tiffin.context import Actor, ActorKind
from tiffin.web.tokens import ACCESS_SECONDS, actor_claims, sign_access


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
