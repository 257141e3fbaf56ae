"""What a customer hears of their orders, and on which devices."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_info
from django.views.decorators.http import require_GET, require_POST

from modules.notifications.interface import (
    EndpointRefused,
    KindView,
    Notifications,
    PushSubscription,
    TooManyEndpoints,
)
from modules.storefront import wording
from modules.storefront.ads import ads_consent
from modules.storefront.pages import counting
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told, show
from tiffin import ids
from tiffin.interfaces import CommandKey, call


@require_GET
@open_to(CUSTOMERS)
def account(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    chosen = call(Notifications).choices(customer_id=visitor.id)
    return show(
        request,
        visitor,
        "account.html",
        chosen=chosen,
        consent=counting.consent_of(visitor),
        of_ads=ads_consent(visitor),
        languages=[(code, _name_of(code)) for code in chosen.languages],
    )


def _name_of(language: str) -> str:
    """As its speakers call it; the tag of one that Django does not know."""
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


@require_POST
@open_to(CUSTOMERS)
def choose(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The switches as they stand on the form: what is not ticked is not wanted."""
    kinds = call(Notifications).choices(customer_id=visitor.id).kinds
    with refusals_told(request):
        call(Notifications).choose(
            key=_key(visitor),
            customer_id=visitor.id,
            language=request.POST.get("language", ""),
            unwanted=_not_ticked(request, "email", [kind for kind in kinds if kind.email]),
            unwanted_push=_not_ticked(request, "push", [kind for kind in kinds if kind.push]),
        )
        messages.success(request, "That is what you hear from now on.")
    return _back()


def _not_ticked(request: HttpRequest, channel: str, kinds: list[KindView]) -> tuple[str, ...]:
    ticked = set(request.POST.getlist(channel))
    return tuple(kind.code for kind in kinds if kind.code not in ticked)


@require_POST
@open_to(CUSTOMERS)
def keep_device(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The browser's push subscription, as the page's script sends it; a refusal is a part of the page."""
    subscription = PushSubscription(
        endpoint=request.POST.get("endpoint", ""),
        p256dh=request.POST.get("p256dh", ""),
        auth=request.POST.get("auth", ""),
    )
    try:
        call(Notifications).add_browser(
            key=_key(visitor),
            customer_id=visitor.id,
            subscription=subscription,
            name=wording.device_name(request.headers.get("User-Agent", "")),
        )
    except (EndpointRefused, TooManyEndpoints) as refusal:
        answer = show(request, visitor, "parts/refusal.html", refusal=refusal)
        answer.status_code = refusal.status
        return answer
    messages.success(request, "You hear of your orders on this device, also when this page is closed.")
    return HttpResponse(status=204)


@require_POST
@open_to(CUSTOMERS)
def forget_device(request: HttpRequest, visitor: Visitor, browser_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Notifications).remove_browser(key=_key(visitor), customer_id=visitor.id, browser_id=browser_id)
        messages.success(request, "Nothing is sent to it any more.")
    return _back()


@require_GET
def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, because a worker is allowed only what lies beneath its own address."""
    worker = render(request, "storefront/push_worker.js", content_type="text/javascript")
    worker["Cache-Control"] = "no-cache"
    return worker


def _key(visitor: Visitor) -> CommandKey:
    """What these commands say may be said again: a key of its own each time does no harm."""
    return CommandKey(f"{visitor.id}:{ids.new_id()}")


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("account"))
