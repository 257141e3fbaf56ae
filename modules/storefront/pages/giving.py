"""Giving points to a good cause: once or each month, and what was given, with what is in writing of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.rewards.interface import DonationUnknown, Rewards, StandingState
from modules.storefront import places, wording
from modules.storefront.errors import FormIncomplete
from modules.storefront.pages.rewards import number_in
from modules.storefront.visitors import CUSTOMERS, Visitor, ask_again, open_to, refusals_told, show
from tiffin import clock, ids
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call

DAYS = range(1, 32)
FIRST_YEAR, LAST_YEAR = 2000, 9000
# What a customer may do with a standing order; the rest is how it stands.
_BECOMES = {state.value: state for state in StandingState if state is not StandingState.UNKNOWN}


@require_GET
@open_to(CUSTOMERS)
def giving(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Whom to give to, what is given each month, and what was given, the newest first."""
    return _page(request, visitor)


@require_POST
@open_to(CUSTOMERS)
def preview(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """What giving would mean, before anything is given; a refusal stands where it was asked."""
    try:
        seen = call(Rewards).preview_donation(
            customer_id=visitor.id, charity_id=_charity(request), points=_points(request)
        )
    except DomainError as refusal:
        return _page(request, visitor, refused="once", refusal=refusal)
    return show(request, visitor, "giving_give.html", preview=seen, give_key=str(ids.new_id()))


@require_POST
@open_to(CUSTOMERS)
def give(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """As the page before said; the key on it lets a form that is sent twice give once."""
    try:
        given = call(Rewards).donate(
            key=_key(request, visitor),
            customer_id=visitor.id,
            charity_id=_charity(request),
            points=_points(request),
        )
    except DomainError as refusal:
        messages.error(request, refusal.sentence)
    except (ModuleUnavailable, ModuleFault):
        return ask_again(request, visitor)
    else:
        messages.success(request, f"Thank you: {given.points} points were given to {given.charity}.")
    return HttpResponseRedirect(reverse("my-giving"))


@require_POST
@open_to(CUSTOMERS)
def give_monthly(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """From the next such day on."""
    try:
        order = call(Rewards).give_monthly(
            key=_key(request, visitor),
            customer_id=visitor.id,
            charity_id=_charity(request),
            points=_points(request),
            day=_day(request),
        )
    except DomainError as refusal:
        return _page(request, visitor, refused="monthly", refusal=refusal)
    messages.success(request, f"{order.points} points are given to {order.charity} each month.")
    return HttpResponseRedirect(reverse("my-giving"))


@require_POST
@open_to(CUSTOMERS)
def change_monthly(request: HttpRequest, visitor: Visitor, standing_order_id: UUID) -> HttpResponseBase:
    """Other points, a pause, or the end of it."""
    state = _BECOMES.get(request.POST.get("state", ""))
    with refusals_told(request):
        order = call(Rewards).change_standing_order(
            key=CommandKey(f"{visitor.id}:{ids.new_id()}"),
            customer_id=visitor.id,
            standing_order_id=standing_order_id,
            points=None if state else _points(request),
            state=state,
        )
        messages.success(request, wording.standing_order_changed(order))
    return HttpResponseRedirect(reverse("my-giving"))


@require_GET
@open_to(CUSTOMERS)
def receipt(request: HttpRequest, visitor: Visitor, donation_id: UUID) -> HttpResponseBase:
    """A donation in writing, as it is printed."""
    try:
        written = call(Rewards).donation_receipt(customer_id=visitor.id, donation_id=donation_id)
    except DonationUnknown:
        raise Http404("You have no such receipt.") from None
    return show(request, visitor, "giving_receipt.html", receipt=written)


def _page(
    request: HttpRequest, visitor: Visitor, *, refused: str = "", refusal: DomainError | None = None
) -> HttpResponse:
    region, rewards = places.region_of(request), call(Rewards)
    after = _uuid(request.GET.get("after", ""))
    this_year = region.local(clock.now()).year
    year = number_in(request.GET.get("year", "")) or this_year
    year = year if FIRST_YEAR <= year <= LAST_YEAR else this_year
    page = rewards.donations(customer_id=visitor.id, after=after)
    response = show(
        request,
        visitor,
        "giving.html",
        city=places.city_of(places.remembered(request)),
        account=rewards.account(customer_id=visitor.id, region=region.code),
        causes=rewards.causes(region=region.code),
        standing=rewards.standing_orders(customer_id=visitor.id),
        donations=[
            (each, wording.donation_source(each), wording.donation_state(each)) for each in page.donations
        ],
        next=page.next,
        older=after is not None,
        year=rewards.year_of_giving(customer_id=visitor.id, region=region.code, year=year),
        zone=str(region.time_zone),
        days=DAYS,
        asked={name: request.POST.get(name, "") for name in ("charity", "points", "day")},
        refused=refused,
        refusal=refusal,
        monthly_key=str(ids.new_id()),
    )
    response.status_code = refusal.status if refusal else 200
    return response


def _key(request: HttpRequest, visitor: Visitor) -> CommandKey:
    return CommandKey(f"{visitor.id}:{request.POST.get('key', '')[:64]}")


def _charity(request: HttpRequest) -> UUID:
    charity = _uuid(request.POST.get("charity", ""))
    if charity is None:
        raise FormIncomplete(sentence="Choose whom to give to.")
    return charity


def _points(request: HttpRequest) -> int:
    points = number_in(request.POST.get("points", ""))
    if points is None:
        raise FormIncomplete(sentence="Say how many points to give, in figures.")
    return points


def _day(request: HttpRequest) -> int:
    day = number_in(request.POST.get("day", ""))
    if day is None or day not in DAYS:
        raise FormIncomplete(sentence="Choose the day of the month.")
    return day


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
