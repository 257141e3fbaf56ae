"""Who is asking: access tokens verified by public key, and the permissions that views name."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tiffin import clock, context
from tiffin.context import ANONYMOUS, Actor, ActorKind
from tiffin.web import tokens

if TYPE_CHECKING:  # Django REST framework's views import this module: it is one of their settings
    from rest_framework.views import APIView

ACCESS_COOKIE = "tiffin_access"
_SAFE_METHODS = ("GET", "HEAD")
_CHALLENGE = 'Bearer realm="tiffin"'


class Principal:
    """`request.user` of the API: not an account, only what its token says."""

    is_active = True
    is_staff = False

    def __init__(self, actor: Actor = ANONYMOUS, session_id: str = "") -> None:
        self.actor = actor
        self.session_id = session_id

    @property
    def is_authenticated(self) -> bool:
        return self.actor.kind is not ActorKind.ANONYMOUS

    @property
    def pk(self) -> UUID | None:
        return self.actor.id

    def __str__(self) -> str:
        return str(self.actor)


class Revoked:
    """Sessions that ended before their tokens did, in this process's memory.

    Filled by a tail of identity's events; an entry is forgotten once no token can be alive under it.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, datetime]] = {}
        self._lock = threading.Lock()

    def revoke(self, subject: str, until: datetime, *, issued_before: datetime | None = None) -> None:
        """Refuse tokens of `subject` (a session's or an account's id) until `until`.

        With `issued_before`, only those made earlier than that.
        """
        with self._lock:
            self._forget_past()
            self._until[subject] = (until, issued_before or until)

    def holds(self, subject: str, issued_at: float) -> bool:
        entry = self._until.get(subject)
        return entry is not None and clock.now() <= entry[0] and issued_at < entry[1].timestamp()

    def clear(self) -> None:
        self._until.clear()

    def _forget_past(self) -> None:
        now = clock.now()
        self._until = {subject: entry for subject, entry in self._until.items() if entry[0] >= now}


revoked = Revoked()


def revoke(subject: str, until: datetime, *, issued_before: datetime | None = None) -> None:
    """Refuse the tokens of a session (`sid` or `session` claim) or of an account (`sub`) until `until`."""
    revoked.revoke(subject, until, issued_before=issued_before)


def is_revoked(claims: Mapping[str, Any]) -> bool:
    """Whether the session or the account of an access token has been revoked."""
    issued_at = claims.get("iat", 0)
    subjects = (claims.get(name) for name in ("sid", "session", "sub"))
    return any(revoked.holds(subject, issued_at) for subject in subjects if isinstance(subject, str))


def principal_of(token: str) -> Principal:
    """Who stands behind an access token. Raises TokenExpired or TokenInvalid."""
    claims = tokens.verify(token)
    if claims.get("token_use") != "access":
        raise tokens.TokenInvalid("this is not an access token")
    if is_revoked(claims):
        raise tokens.TokenInvalid("the session of this token has ended")
    try:
        actor = Actor(
            kind=ActorKind(claims["kind"]),
            id=UUID(claims["sub"]),
            restaurants=tuple(UUID(restaurant) for restaurant in claims.get("restaurants", ())),
            roles=tuple(claims.get("roles", ())),
            regions=tuple(claims.get("regions", ())),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise tokens.TokenInvalid("the claims of the token are damaged") from error
    return Principal(actor, str(claims.get("sid", "")))


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; on GET and HEAD also the HttpOnly cookie, because an EventSource sends
    no headers. A cookie never authorises a write, so no write needs protection against forgery."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        principal_and_token = self._from_header(request) or self._from_cookie(request)
        if principal_and_token is not None:
            context.change(actor=principal_and_token[0].actor)
        return principal_and_token

    def authenticate_header(self, request: Request) -> str:
        return _CHALLENGE

    def _from_header(self, request: Request) -> tuple[Principal, str] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed("Send “Authorization: Bearer <token>”.", code="token_invalid")
        try:
            token = parts[1].decode("ascii")
            return principal_of(token), token
        except tokens.TokenExpired:
            raise AuthenticationFailed(
                "The access token has expired; get a new one with the refresh token.", code="token_expired"
            ) from None
        except (tokens.TokenInvalid, UnicodeDecodeError):
            raise AuthenticationFailed("The access token is not valid.", code="token_invalid") from None

    def _from_cookie(self, request: Request) -> tuple[Principal, str] | None:
        token = request.COOKIES.get(ACCESS_COOKIE)
        if not token or request.method not in _SAFE_METHODS:
            return None
        try:
            return principal_of(token), token
        except tokens.TokenInvalid:
            return None


class HasKind(BasePermission):
    """Base of the permissions below: the actor's kind decides."""

    kind: ActorKind

    def has_permission(self, request: Request, view: APIView) -> bool:
        return actor_of(request).kind is self.kind


class IsCustomer(HasKind):
    kind = ActorKind.CUSTOMER


class IsRestaurant(HasKind):
    kind = ActorKind.RESTAURANT


class IsCourier(HasKind):
    kind = ActorKind.COURIER


class IsStaff(HasKind):
    kind = ActorKind.STAFF


def roles(*names: str) -> type[BasePermission]:
    """A permission for staff who have at least one of these roles."""

    class HasRole(IsStaff):
        def has_permission(self, request: Request, view: APIView) -> bool:
            held = set(actor_of(request).roles)
            return super().has_permission(request, view) and not held.isdisjoint(names)

    return HasRole


def actor_of(request: Request) -> Actor:
    """Who sent the request; ANONYMOUS if nobody says."""
    actor = getattr(request.user, "actor", ANONYMOUS)
    return actor if isinstance(actor, Actor) else ANONYMOUS
