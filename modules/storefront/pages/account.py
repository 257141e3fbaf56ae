"""Coming in and going out, at each of the three doors."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from modules.identity.interface import (
    AccountKind,
    EmailTaken,
    Identity,
    LoginRefused,
    PasswordTooWeak,
    TooManyAttempts,
)
from modules.storefront import places
from modules.storefront.visitors import COURIERS, CUSTOMERS, KITCHENS, Door, Visitor, open_to, show
from tiffin.errors import DomainError
from tiffin.interfaces import call

WHO = {
    AccountKind.CUSTOMER: "Log in to order",
    AccountKind.RESTAURANT: "Restaurants: log in",
    AccountKind.COURIER: "Couriers: log in",
}


@require_http_methods(["GET", "POST"])
@open_to(CUSTOMERS, known_only=False)
def log_in(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_in(request, visitor)


@require_http_methods(["GET", "POST"])
@open_to(KITCHENS, known_only=False)
def log_in_kitchen(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_in(request, visitor)


@require_http_methods(["GET", "POST"])
@open_to(COURIERS, known_only=False)
def log_in_courier(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_in(request, visitor)


def _log_in(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    door = visitor.door
    email = request.POST.get("email", "")
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            visitor.enter(
                call(Identity).log_in(email=email, password=request.POST.get("password", ""), kind=door.kind)
            )
            return HttpResponseRedirect(_next(request, door))
        except (LoginRefused, TooManyAttempts) as error:
            refusal = error
    response = show(
        request,
        visitor,
        "log_in.html",
        title=WHO[door.kind],
        for_customers=door.kind is AccountKind.CUSTOMER,
        email=email,
        refusal=refusal,
        next=_next(request, door),
    )
    response.status_code = refusal.status if refusal else 200
    return response


@require_http_methods(["GET", "POST"])
@open_to(CUSTOMERS, known_only=False)
def register(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """A new customer is logged in at once."""
    email, password = request.POST.get("email", ""), request.POST.get("password", "")
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            region = places.region_of(request).code
            call(Identity).register(email=email, password=password, region=region)
            visitor.enter(call(Identity).log_in(email=email, password=password, kind=AccountKind.CUSTOMER))
            return HttpResponseRedirect(_next(request, CUSTOMERS))
        except (EmailTaken, PasswordTooWeak, LoginRefused, TooManyAttempts) as error:
            refusal = error
    response = show(
        request,
        visitor,
        "register.html",
        email=email,
        refusal=refusal,
        next=_next(request, CUSTOMERS),
    )
    response.status_code = refusal.status if refusal else 200
    return response


@require_POST
@open_to(CUSTOMERS, known_only=False)
def log_out(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_out(request, visitor)


@require_POST
@open_to(KITCHENS, known_only=False)
def log_out_kitchen(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_out(request, visitor)


@require_POST
@open_to(COURIERS, known_only=False)
def log_out_courier(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    return _log_out(request, visitor)


def _log_out(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    visitor.leave(request)
    messages.info(request, "You are logged out.")
    response = HttpResponseRedirect(visitor.door.path)
    if visitor.door is CUSTOMERS:
        # Whoever uses the browser next finds neither a basket with names nor somebody else's messages.
        response["Clear-Site-Data"] = '"storage"'
    return response


def _next(request: HttpRequest, door: Door) -> str:
    """Where to go on; a link may not send people elsewhere."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else door.path
