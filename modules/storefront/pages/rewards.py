"""A customer's points: what there is, why it came and went, and sending some to another customer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.rewards.interface import Rewards, SendingLine, SendingState
from modules.storefront import places
from modules.storefront.pages import extras
from modules.storefront.visitors import CUSTOMERS, Visitor, ask_again, open_to, refusals_told, show
from tiffin import ids
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call

LONGEST_NUMBER = 18
HELD = "Once somebody has looked into it they are sent, or are yours again."


@require_GET
@open_to(CUSTOMERS)
def rewards(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The statement, the latest first."""
    return _page(request, visitor)


@require_POST
@open_to(CUSTOMERS)
def get_code(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """They want to be sent points."""
    with refusals_told(request):
        call(Rewards).code_of(
            key=CommandKey(f"{visitor.id}:code"), customer_id=visitor.id, region=_region(request)
        )
    return HttpResponseRedirect(reverse("my-rewards"))


@require_POST
@open_to(CUSTOMERS)
def preview(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """What sending would mean, before anything is sent; a refusal stands where it was asked."""
    try:
        seen = call(Rewards).preview_sending(
            customer_id=visitor.id,
            to=request.POST.get("to", ""),
            points=number_in(request.POST.get("points", "")) or 0,
            region=_region(request),
        )
    except DomainError as refusal:
        answer = _page(request, visitor, refusal=refusal)
        answer.status_code = refusal.status
        return answer
    return show(
        request, visitor, "rewards_send.html", preview=seen, zone=_zone(request), send_key=str(ids.new_id())
    )


@require_POST
@open_to(CUSTOMERS)
def send(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """As the page before said; the key on it lets a form that is sent twice send once."""
    try:
        sent = call(Rewards).send(
            key=CommandKey(f"{visitor.id}:{request.POST.get('key', '')[:64]}"),
            customer_id=visitor.id,
            to=request.POST.get("to", ""),
            points=number_in(request.POST.get("points", "")) or 0,
            region=_region(request),
        )
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    except (ModuleUnavailable, ModuleFault):
        return ask_again(request, visitor)
    else:
        if sent.state is SendingState.HELD:
            messages.info(request, f"{sent.points} points to {sent.to} are held for review. {HELD}")
        else:
            messages.success(request, f"{sent.points} points were sent to {sent.to}.")
    return HttpResponseRedirect(reverse("my-rewards"))


def _page(request: HttpRequest, visitor: Visitor, **more: object) -> HttpResponse:
    after = number_in(request.GET.get("after", ""))
    account = call(Rewards).account(customer_id=visitor.id, region=_region(request))
    page = call(Rewards).statement(customer_id=visitor.id, after=after)
    orders = extras.order_names(visitor.id, [line.order_id for line in page.lines])
    return show(
        request,
        visitor,
        "rewards.html",
        account=account,
        page=page,
        lines=[(line, orders.get(line.order_id, "")) for line in page.lines],
        older=after is not None,
        held=[] if account.usable else _held(visitor.id),
        offers=[] if after is not None else extras.offers(_region(request)),
        zone=_zone(request),
        asked={"to": request.POST.get("to", ""), "points": request.POST.get("points", "")},
        **more,
    )


def _held(customer_id: UUID) -> list[SendingLine]:
    """What waits for somebody to look into it: nothing is sent after that."""
    page = call(Rewards).sendings(customer_id=customer_id, size=1)
    return [line for line in page.lines if line.state is SendingState.HELD]


def _region(request: HttpRequest) -> str:
    return places.region_of(request).code


def _zone(request: HttpRequest) -> str:
    return str(places.region_of(request).time_zone)


def number_in(text: str) -> int | None:
    """None for what is none, or none that a page of ours has."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
