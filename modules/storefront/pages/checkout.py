"""From a basket to an order: where to, what it costs line by line, with which card."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.identity.interface import AddressForm, Identity, KeptAddress
from modules.orders.interface import (
    PLACE_ERRORS,
    QUOTE_ERRORS,
    AddressTicketInvalid,
    AgeNotConfirmed,
    Fulfilment,
    Orders,
    Wishes,
)
from modules.payments.interface import Payments
from modules.storefront import baskets, places
from modules.storefront.errors import BasketUnreadable, FormIncomplete
from modules.storefront.pages import cards, extras
from modules.storefront.pages.finding import find_restaurant
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told, show
from tiffin import clock, ids, regions
from tiffin.interfaces import CommandKey, call

LONGEST_CODE = 32
LONGEST_NOTE = 300
LONGEST_KEY = 64
AGE_MISSING = "age_missing"
_REQUIRED = {"name": "your name", "street": "the street and number", "area": "the part of the city"}


@require_GET
@open_to(CUSTOMERS)
def checkout(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponseBase:
    """The form; the basket comes from the browser, which asks for its price as soon as an address is chosen.

    The page carries the key under which its order is placed: pressing twice places one.
    """
    place = places.remembered(request)
    found = find_restaurant(slug, place)
    city = places.city_of(place)
    choice = call(Payments).choice(region=found.region, customer_id=visitor.id)
    entry = cards.shown_here(choice.card_entry)
    response = show(
        request,
        visitor,
        "checkout.html",
        restaurant=found,
        place=place,
        city=city,
        areas=places.areas_of(city),
        addresses=call(Identity).addresses(customer_id=visitor.id),
        profile=call(Identity).profile(customer_id=visitor.id),
        choice=choice,
        card_entry=entry,
        tips=_tips(found.region),
        points=extras.spendable(visitor.id, found.region),
        causes=extras.causes(found.region),
        gifts=extras.gifts(found.min_order.currency),
        slots=[slot for slot in call(Orders).slots(restaurant_id=found.id) if slot.is_free],
        currency=found.min_order.currency,
        key=ids.new_id(),
        age_missing=request.GET.get(AGE_MISSING) == "yes",
    )
    if entry is not None:
        cards.let_in(entry.library, response)
    return response


@require_POST
@open_to(CUSTOMERS)
def keep_address(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponseBase:
    """A new address, with the name and the number that the courier asks for."""
    page = reverse("checkout", args=[slug])
    with refusals_told(request):
        address = _address(request)
        key = CommandKey(f"{visitor.id}:{ids.new_id()}")
        call(Identity).save_profile(
            key=key,
            customer_id=visitor.id,
            name=request.POST["name"].strip()[:120],
            phone=request.POST.get("phone", "").strip()[:20],
        )
        call(Identity).keep_address(key=key, customer_id=visitor.id, address=address)
        messages.success(request, "The address is kept.")
    return HttpResponseRedirect(page)


def _address(request: HttpRequest) -> AddressForm:
    """Raises FormIncomplete."""
    missing = [words for name, words in _REQUIRED.items() if not request.POST.get(name, "").strip()]
    if missing:
        raise FormIncomplete(sentence=f"Please fill in {', '.join(missing)}.")
    place = places.remembered(request)
    city = places.city_of(place)
    point = next((a.point for a in places.areas_of(city) if a.name == request.POST["area"]), place.point)
    if point is None:
        raise FormIncomplete(sentence="Please choose the part of the city.")
    return AddressForm(
        street=request.POST["street"].strip()[:160],
        city=city.name,
        postcode=request.POST.get("postcode", "").strip()[:16],
        notes=request.POST.get("notes", "").strip()[:400],
        lat=point.lat,
        lon=point.lon,
    )


@require_POST
@open_to(CUSTOMERS)
def quote(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """A part of the page: the price that will be charged, and the quote that holds it."""
    found = find_restaurant(slug, places.remembered(request))
    fetched = request.POST.get("fulfilment") == Fulfilment.PICKUP.value
    charity_id = _charity(request)
    try:
        offered = call(Orders).quote(
            restaurant_id=found.id,
            lines=baskets.read(request.POST.get("basket", "")),
            customer_id=visitor.id,
            address_ticket=None if fetched else _ticket(request, visitor),
            tip=0 if fetched else _number(request, "tip", digits=6),
            wishes=Wishes(
                fulfilment=Fulfilment.PICKUP if fetched else Fulfilment.DELIVERY,
                wanted_at=_wanted_at(request),
                promotion_code=request.POST.get("promotion_code", "").strip()[:LONGEST_CODE] or None,
                points=_number(request, "points", digits=9),
                charity_id=charity_id,
                donation=_number(request, "donation", digits=6) or None if charity_id else None,
            ),
        )
    except (*QUOTE_ERRORS, BasketUnreadable) as refusal:
        return show(request, visitor, "parts/refusal.html", refusal=refusal)
    missing = offered.minimum_age and request.POST.get(AGE_MISSING) == "yes"
    return show(
        request,
        visitor,
        "parts/quote.html",
        quote=offered,
        price=offered.price,
        zone=found.time_zone,
        age_refusal=AgeNotConfirmed(minimum_age=offered.minimum_age) if missing else None,
    )


def _charity(request: HttpRequest) -> UUID | None:
    """Whom to give to; anything but an id is nobody."""
    try:
        return UUID(request.POST.get("charity", ""))
    except ValueError:
        return None


def _wanted_at(request: HttpRequest) -> datetime | None:
    """The beginning of a slot, as the page wrote it; anything else is as soon as possible."""
    try:
        moment = datetime.fromisoformat(request.POST.get("wanted_at", ""))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _tips(code: str) -> list[int]:
    region = regions.get(code)
    return region.setting("tips.presets", list[int], on=region.local(clock.now()).date())


def _ticket(request: HttpRequest, visitor: Visitor) -> str:
    """Raises AddressTicketInvalid."""
    kept: list[KeptAddress] = call(Identity).addresses(customer_id=visitor.id)
    wanted = request.POST.get("address", "")
    for address in kept:
        if str(address.address_id) == wanted:
            return address.ticket
    raise AddressTicketInvalid()


def _number(request: HttpRequest, name: str, *, digits: int) -> int:
    """As the page wrote it; anything else is nothing."""
    text = request.POST.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0


@require_POST
@open_to(CUSTOMERS)
def place_order(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponseBase:
    """One order for one key, however often the button is pressed."""
    page = reverse("checkout", args=[slug])
    key = request.POST.get("key", "")[:LONGEST_KEY]
    age_confirmed = request.POST.get("age_confirmed") == "yes"
    if request.POST.get("asks_age") and not age_confirmed:
        return HttpResponseRedirect(f"{page}?{AGE_MISSING}=yes#place")  # it is said beside the box
    try:
        order = call(Orders).place(
            key=CommandKey(f"{visitor.id}:{key}"),
            customer_id=visitor.id,
            quote=request.POST.get("quote", ""),
            payment_method=request.POST.get("payment_method", ""),
            note=request.POST.get("note", "").strip()[:LONGEST_NOTE],
            age_confirmed=age_confirmed,
        )
    except PLACE_ERRORS as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(page)
    return HttpResponseRedirect(f"{_page_of(order.id)}?placed={slug}")


def _page_of(order_id: UUID) -> str:
    return reverse("order-page", args=[order_id])
