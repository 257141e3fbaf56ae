"""Who is at the page. Customers, kitchens and couriers each have a door with cookies of its own, so that one
browser can play all three; no script can read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from modules.identity.interface import AccountKind, Identity, SessionOver, SessionView
from tiffin import context
from tiffin.context import Actor, ActorKind
from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call
from tiffin.web.auth import ACCESS_COOKIE, principal_of
from tiffin.web.tokens import TokenInvalid

P = ParamSpec("P")
FRAGMENT_HEADER = "X-Fragment"


class Door(DTO):
    """One way in: for whom, by which cookies under which path, and where to log in."""

    kind: AccountKind
    access_cookie: str
    refresh_cookie: str
    path: str
    login: str


# The customer's access cookie is the one that the API reads for a live stream.
CUSTOMERS = Door(
    kind=AccountKind.CUSTOMER,
    access_cookie=ACCESS_COOKIE,
    refresh_cookie="tiffin_refresh",
    path="/",
    login="page-login",
)
KITCHENS = Door(
    kind=AccountKind.RESTAURANT,
    access_cookie="tiffin_kitchen",
    refresh_cookie="tiffin_kitchen_refresh",
    path="/restaurant/",
    login="kitchen-login",
)
COURIERS = Door(
    kind=AccountKind.COURIER,
    access_cookie="tiffin_courier",
    refresh_cookie="tiffin_courier_refresh",
    path="/courier/",
    login="courier-login",
)


class Visitor:
    """Somebody at a door; `session` is what their cookies become with the answer."""

    def __init__(self, door: Door, actor: Actor | None = None, session: SessionView | None = None) -> None:
        self.door = door
        self.actor = actor
        self.session = session
        self.leaves = False

    @property
    def is_known(self) -> bool:
        return self.actor is not None

    @property
    def id(self) -> UUID:
        """Raises LookupError for a stranger: such a view lets nobody in who is not known."""
        if self.actor is None or self.actor.id is None:
            raise LookupError("nobody is logged in")
        return self.actor.id

    def enter(self, session: SessionView) -> None:
        """Logged in just now."""
        self.session = session
        self.actor = principal_of(session.access_token).actor
        context.change(actor=self.actor)

    def leave(self, request: HttpRequest) -> None:
        """Logged out."""
        refresh_token = request.COOKIES.get(self.door.refresh_cookie)
        if refresh_token:
            call(Identity).log_out(refresh_token=refresh_token)
        self.actor, self.session, self.leaves = None, None, True


View = Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase]
DjangoView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def open_to(door: Door, *, known_only: bool = True) -> Callable[[View[P]], DjangoView[P]]:
    """The view is told who visits; strangers are asked to log in first unless they may come in too."""

    def decorate(view: View[P]) -> DjangoView[P]:
        @wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            visitor = recognise(door, request)
            if visitor.actor is not None:
                context.change(actor=visitor.actor)
            if known_only and not visitor.is_known:
                response: HttpResponseBase = _ask_to_log_in(door, request)
            else:
                response = view(request, visitor, *args, **kwargs)
            _write_cookies(request, response, visitor)
            return response

        return opened

    return decorate


def recognise(door: Door, request: HttpRequest) -> Visitor:
    """By the access token, or by a new one that the refresh token draws."""
    access, refresh = (request.COOKIES.get(name) for name in (door.access_cookie, door.refresh_cookie))
    if access:
        try:
            return _of_kind(door, principal_of(access).actor)
        except TokenInvalid:
            pass  # over, or revoked: the refresh token decides
    if refresh:
        try:
            session = call(Identity).renew(refresh_token=refresh)
            return _of_kind(door, principal_of(session.access_token).actor, session)
        except (SessionOver, TokenInvalid):
            pass  # a stranger again
    return Visitor(door)


def _of_kind(door: Door, actor: Actor, session: SessionView | None = None) -> Visitor:
    if actor.kind is not ActorKind(door.kind.value):
        return Visitor(door)
    return Visitor(door, actor, session)


def _ask_to_log_in(door: Door, request: HttpRequest) -> HttpResponse:
    if FRAGMENT_HEADER in request.headers:
        return HttpResponse("You were logged out.", status=401)
    back = request.get_full_path() if request.method == "GET" else door.path
    return HttpResponseRedirect(f"{reverse(door.login)}?{urlencode({'next': back})}")


def _write_cookies(request: HttpRequest, response: HttpResponseBase, visitor: Visitor) -> None:
    door, session = visitor.door, visitor.session
    if visitor.leaves:
        response.delete_cookie(door.access_cookie, path=door.path, samesite="Lax")
        response.delete_cookie(door.refresh_cookie, path=door.path, samesite="Lax")
    if session is None:
        return
    for name, value, seconds in (
        (door.access_cookie, session.access_token, session.access_seconds),
        (door.refresh_cookie, session.refresh_token, session.refresh_seconds),
    ):
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=door.path,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """A refusal within the block becomes a message on the next page."""
    try:
        yield
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    except (ModuleUnavailable, ModuleFault):
        messages.error(request, "A part of the platform did not answer. Please try again in a moment.")


def ask_again(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Nobody answered, and what was asked may have happened: the same form again, under the same key."""
    asked = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    response = show(request, visitor, "unanswered.html", asked=asked)
    response.status_code = 503
    return response


def show(request: HttpRequest, visitor: Visitor, template: str, **shown: object) -> HttpResponse:
    """A page or a part of one; private as soon as it knows somebody."""
    response = render(request, f"storefront/{template}", {"visitor": visitor, **shown})
    response["Cache-Control"] = "private, no-store" if visitor.is_known else "no-cache"
    return response
