"""The restaurant's side: orders coming in, what is sold out, pauses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.views.decorators.http import require_GET, require_POST

from modules.restaurants.interface import (
    DelayReason,
    Item,
    ItemId,
    MenuDocument,
    Option,
    OrderId,
    RejectReason,
    RestaurantId,
    Restaurants,
    RestaurantView,
    TicketState,
    TicketView,
    Working,
)
from modules.storefront.visitors import KITCHENS, Visitor, open_to, refusals_told, show
from tiffin import clock, ids, regions
from tiffin.interfaces import CommandKey, call

OPEN_STATES = [TicketState.OFFERED, TicketState.ACCEPTED, TicketState.PREPARING, TicketState.READY]
MINUTES = (10, 15, 20, 30, 45, 60)
DELAYS = (5, 10, 20, 30, 60)
PAUSES = (15, 30, 60)
SOLD_OUT_FOR = ((60, "for an hour"), (240, "for four hours"), (1440, "for a day"))
BUSY = (10, 20, 30)
BUSY_FOR = timedelta(hours=1)
MOST_A_SLOT = 1_000
REASONS = (
    (RejectReason.TOO_BUSY, "Too busy"),
    (RejectReason.ITEM_UNAVAILABLE, "Something is sold out"),
    (RejectReason.CLOSING, "Closing"),
    (RejectReason.OTHER, "Other"),
)


@require_GET
@open_to(KITCHENS)
def counter(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The counter; its tickets come by themselves."""
    return show(
        request,
        visitor,
        "kitchen.html",
        restaurants=_restaurants(visitor),
        pauses=PAUSES,
        busy=BUSY,
        **_tickets(visitor),
    )


@require_GET
@open_to(KITCHENS)
def tickets(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The part of the page that changes."""
    return show(request, visitor, "parts/tickets.html", **_tickets(visitor))


def _restaurants(visitor: Visitor) -> list[tuple[RestaurantView, Working]]:
    """The visitor's restaurants, each with how it wants to be asked."""
    own = _own(visitor)
    found = call(Restaurants).working(restaurant_ids=[each.id for each in own])
    working: dict[RestaurantId, Working] = {each.restaurant_id: each for each in found}
    return [(each, working.get(each.id, Working())) for each in own]


def _own(visitor: Visitor) -> list[RestaurantView]:
    return call(Restaurants).get_many(restaurant_ids=_ids(visitor))


def _ids(visitor: Visitor) -> list[RestaurantId]:
    return [RestaurantId(each) for each in visitor.actor.restaurants] if visitor.actor else []


def _tickets(visitor: Visitor) -> dict[str, object]:
    page = call(Restaurants).tickets(restaurant_ids=_ids(visitor), states=OPEN_STATES, limit=100)
    zones = {each.id: each.time_zone for each in _own(visitor)}

    def on_counter(*states: TicketState) -> list[tuple[TicketView, str]]:
        found = [ticket for ticket in page.tickets if ticket.state in states]
        return [(ticket, zones.get(ticket.restaurant_id, "UTC")) for ticket in reversed(found)]

    return {
        "columns": (
            ("New", on_counter(TicketState.OFFERED)),
            ("In the kitchen", on_counter(TicketState.ACCEPTED, TicketState.PREPARING)),
            ("Ready", on_counter(TicketState.READY)),
        ),
        "minutes": MINUTES,
        "delays": DELAYS,
        "reasons": REASONS,
    }


@require_POST
@open_to(KITCHENS)
def accept(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    minutes = request.POST.get("minutes", "")
    with refusals_told(request):
        call(Restaurants).accept(
            key=_key(visitor),
            order_id=OrderId(order_id),
            ready_in_minutes=int(minutes) if minutes.isascii() and minutes.isdigit() else MINUTES[2],
        )
    return _back()


@require_POST
@open_to(KITCHENS)
def reject(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Restaurants).reject(key=_key(visitor), order_id=OrderId(order_id), reason=_reason(request))
    return _back()


def _reason(request: HttpRequest) -> RejectReason:
    wanted = request.POST.get("reason", "")
    return next((each for each, _ in REASONS if each.value == wanted), RejectReason.OTHER)


@require_POST
@open_to(KITCHENS)
def ready(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Restaurants).mark_ready(key=_key(visitor), order_id=OrderId(order_id))
    return _back()


@require_POST
@open_to(KITCHENS)
def delay(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    """So many minutes later than what the page showed as promised: pressed twice it is the same time."""
    promised = parse_datetime(request.POST.get("promised", ""))
    minutes = request.POST.get("minutes", "")
    if promised is None or is_naive(promised) or minutes not in map(str, DELAYS):
        messages.error(request, "Say how much longer it takes.")
        return _back()
    with refusals_told(request):
        call(Restaurants).postpone(
            key=_key(visitor),
            order_id=OrderId(order_id),
            ready_at=promised + timedelta(minutes=int(minutes)),
            reason=DelayReason.BUSY,
        )
    return _back()


@require_POST
@open_to(KITCHENS)
def cancel(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Restaurants).cancel(key=_key(visitor), order_id=OrderId(order_id), reason=_reason(request))
        messages.success(request, "The customer gets the money back.")
    return _back()


@require_POST
@open_to(KITCHENS)
def hand_over(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Restaurants).hand_over(
            key=_key(visitor),
            order_id=OrderId(order_id),
            age_checked=request.POST.get("age_checked") == "yes",
        )
    return _back()


@require_POST
@open_to(KITCHENS)
def pause(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """For some minutes; none at all means take orders again."""
    minutes = request.POST.get("minutes", "")
    key = _key(visitor)
    with refusals_told(request):
        if minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= max(PAUSES):
            until = clock.now() + timedelta(minutes=int(minutes))
            call(Restaurants).pause(key=key, restaurant_id=RestaurantId(restaurant_id), until=until)
        else:
            call(Restaurants).resume(key=key, restaurant_id=RestaurantId(restaurant_id))
    return _back()


@require_POST
@open_to(KITCHENS)
def busy(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """For an hour everything takes longer, or as long as usual again."""
    text = request.POST.get("minutes", "")
    minutes = int(text) if text.isascii() and text.isdigit() and int(text) in BUSY else 0
    with refusals_told(request):
        call(Restaurants).set_busy(
            key=_key(visitor),
            restaurant_id=RestaurantId(restaurant_id),
            minutes=minutes,
            until=clock.now() + BUSY_FOR,
        )
    return _back()


@require_POST
@open_to(KITCHENS)
def capacity(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """How many orders for the same time are taken beforehand; an empty field is as many as come."""
    text = request.POST.get("orders_per_slot", "")
    wanted = int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_A_SLOT else None
    with refusals_told(request):
        call(Restaurants).set_capacity(
            key=_key(visitor), restaurant_id=RestaurantId(restaurant_id), orders_per_slot=wanted
        )
        messages.success(request, "From now on." if wanted else "As many as come, from now on.")
    return _back()


@require_GET
@open_to(KITCHENS)
def menu(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """What can be had and what is sold out."""
    mine = [each for each in _own(visitor) if each.id == restaurant_id]
    if not mine:
        return _back()
    published = call(Restaurants).menu(restaurant_id=mine[0].id)
    document, gone = published.document, {each.item_id: each for each in published.unavailable}
    dishes = {item.id for category in document.categories for item in category.items}
    parts: list[tuple[str, Iterable[Item | Option]]] = [
        *((category.title, category.items) for category in document.categories),
        ("Options", [option for option in _options(document) if option.id not in dishes]),
    ]
    return show(
        request,
        visitor,
        "kitchen_menu.html",
        restaurant=mine[0],
        currency=document.currency,
        parts=[(title, [(each, gone.get(each.id)) for each in things]) for title, things in parts],
        zone=str(regions.get(mine[0].region).time_zone),
        sold_out_for=SOLD_OUT_FOR,
    )


def _options(document: MenuDocument) -> Iterable[Option]:
    """Each that can be chosen with some dish, once, by its title."""
    found: dict[UUID, Option] = {}
    groups = [group for category in document.categories for item in category.items for group in item.groups]
    while groups:
        for option in groups.pop().options:
            found[option.id] = option
            groups.extend(option.groups)
    return sorted(found.values(), key=lambda option: option.title)


@require_POST
@open_to(KITCHENS)
def availability(
    request: HttpRequest, visitor: Visitor, restaurant_id: UUID, item_id: UUID
) -> HttpResponseBase:
    available = request.POST.get("available") == "yes"
    with refusals_told(request):
        call(Restaurants).set_availability(
            key=_key(visitor),
            restaurant_id=RestaurantId(restaurant_id),
            item_id=ItemId(item_id),
            available=available,
            until=None if available else _until(request.POST.get("minutes", "")),
        )
        messages.success(request, "It can be ordered again." if available else "It is shown as sold out.")
    return HttpResponseRedirect(reverse("kitchen-menu", args=[restaurant_id]))


def _until(minutes: str) -> datetime | None:
    """When what is sold out comes back by itself; None: until somebody says so."""
    known = {str(each): each for each, _ in SOLD_OUT_FOR}
    return clock.now() + timedelta(minutes=known[minutes]) if minutes in known else None


@require_POST
@open_to(KITCHENS)
def working(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """How the restaurant wants to be asked; an empty limit is the region's."""
    limit = request.POST.get("open_orders_limit", "")
    with refusals_told(request):
        call(Restaurants).set_working(
            key=_key(visitor),
            restaurant_id=RestaurantId(restaurant_id),
            wanted=Working(
                accepts_unanswered=request.POST.get("accepts_unanswered") == "yes",
                phone=request.POST.get("phone", "").replace(" ", ""),
                open_orders_limit=int(limit[:9]) if limit.isascii() and limit.isdigit() else None,
            ),
        )
        messages.success(request, "From now on.")
    return _back()


def _key(visitor: Visitor) -> CommandKey:
    """Of this person and this attempt: a refusal is nobody else's answer, and not the last one. Saying the
    same twice does no harm."""
    return CommandKey(f"{visitor.id}:{ids.new_id()}")


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("kitchen"))
