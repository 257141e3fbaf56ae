"""The courier's side: the shift, what is offered, and the way to the door."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.delivery.interface import (
    CourierId,
    Delivery,
    LeftReason,
    OfferId,
    Point,
    Proof,
    ProofKind,
)
from modules.identity.interface import CustomerId, Identity, SealedAddress
from modules.storefront import places
from modules.storefront.errors import FormIncomplete
from modules.storefront.places import City
from modules.storefront.visitors import COURIERS, DjangoView, Visitor, open_to, refusals_told, show
from tiffin import ids
from tiffin.interfaces import CommandKey, call

LONGEST_CODE = 16


@require_GET
@open_to(COURIERS)
def road(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """The courier's page; offers come by themselves."""
    cities = _cities(visitor)
    return show(
        request,
        visitor,
        "courier.html",
        areas=[(city, places.areas_of(city)) for city in cities],
        **_now(visitor),
    )


@require_GET
@open_to(COURIERS)
def panel(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The part of the page that changes."""
    return show(request, visitor, "parts/courier_panel.html", **_now(visitor))


def _cities(visitor: Visitor) -> list[City]:
    """Where this courier works."""
    return [city for city in places.cities() if _works_in(visitor, city.region)]


def _works_in(visitor: Visitor, region: str) -> bool:
    return visitor.actor is not None and visitor.actor.works_in(region)


def _now(visitor: Visitor) -> dict[str, object]:
    me = CourierId(visitor.id)
    courier = call(Delivery).courier(courier_id=me)
    under_way = call(Delivery).deliveries(courier_id=me)
    sealed = [
        SealedAddress(customer_id=CustomerId(each.dropoff.customer_id), sealed=each.dropoff.sealed)
        for each in under_way
    ]
    opened = call(Identity).reveal_many(addresses=sealed) if sealed else []
    return {
        "courier": courier,
        "offers": call(Delivery).offers(courier_id=me),
        "deliveries": list(zip(under_way, opened, strict=True)),
        "zone": next((c.time_zone for c in places.cities() if courier and c.region == courier.region), "UTC"),
    }


@require_POST
@open_to(COURIERS)
def start_shift(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """In the part of a city that the courier names."""
    with refusals_told(request):
        city, point = _whereabouts(request, visitor)
        me = CourierId(visitor.id)
        call(Delivery).start_shift(key=_key(visitor), courier_id=me, region=city.region)
        call(Delivery).report_position(courier_id=me, region=city.region, point=point)
    return _back()


def _whereabouts(request: HttpRequest, visitor: Visitor) -> tuple[City, Point]:
    """Raises FormIncomplete."""
    code, _, name = request.POST.get("area", "").partition(":")
    for city in _cities(visitor):
        for area in places.areas_of(city) if city.code == code else ():
            if area.name == name:
                return city, Point(lat=area.point.lat, lon=area.point.lon)
    raise FormIncomplete(sentence="Please choose where you are.")


@require_POST
@open_to(COURIERS)
def end_shift(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    with refusals_told(request):
        call(Delivery).end_shift(key=_key(visitor), courier_id=CourierId(visitor.id))
    return _back()


@require_POST
@open_to(COURIERS)
def report(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Where the browser says that the courier is."""
    courier = call(Delivery).courier(courier_id=CourierId(visitor.id))
    try:
        point = Point(lat=float(request.POST["lat"]), lon=float(request.POST["lon"]))
    except (KeyError, ValueError):
        return HttpResponse(status=422)
    if courier is not None and courier.on_shift and _works_in(visitor, courier.region):
        call(Delivery).report_position(courier_id=courier.id, region=courier.region, point=point)
    return HttpResponse(status=204)


def _button(press: Callable[[CommandKey, CourierId, UUID], object]) -> DjangoView[...]:
    """The view of a button on one offer or delivery; a refusal is told on the page that it leads back to."""

    @require_POST
    @open_to(COURIERS)
    def pressed(request: HttpRequest, visitor: Visitor, /, **of: UUID) -> HttpResponseBase:
        (what,) = of.values()
        with refusals_told(request):
            press(_key(visitor), CourierId(visitor.id), what)
        return _back()

    return pressed


accept = _button(
    lambda key, me, offer: call(Delivery).accept_offer(key=key, courier_id=me, offer_id=OfferId(offer))
)
leave_it = _button(
    lambda key, me, offer: call(Delivery).pass_offer(key=key, courier_id=me, offer_id=OfferId(offer))
)
give_back = _button(lambda key, me, order: call(Delivery).give_back(key=key, courier_id=me, order_id=order))
pick_up = _button(lambda key, me, order: call(Delivery).pick_up(key=key, courier_id=me, order_id=order))
# Nobody there is old enough for what is in it.
refuse_at_door = _button(
    lambda key, me, order: call(Delivery).refuse_at_door(key=key, courier_id=me, order_id=order)
)


@require_POST
@open_to(COURIERS)
def drop_off(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        delivery = call(Delivery).drop_off(
            key=_key(visitor), courier_id=CourierId(visitor.id), order_id=order_id, proof=_proof(request)
        )
        refused = delivery.why_not()
        if refused is not None:
            raise refused
    return _back()


def _proof(request: HttpRequest) -> tuple[Proof, ...]:
    """What the form says: a code, an identity card, why it was left at the door, or nothing."""
    left, code = request.POST.get("left", ""), request.POST.get("code", "")[:LONGEST_CODE]
    if left:
        known = left in {reason.value for reason in LeftReason}
        return (Proof(kind=ProofKind.LEFT_AT_DOOR, reason=LeftReason(left) if known else LeftReason.NONE),)
    seen = request.POST.get("age_checked") == "yes"
    proofs = [Proof(kind=ProofKind.CODE, code=code)] if code else []
    return (*proofs, Proof(kind=ProofKind.AGE_CHECKED)) if seen else tuple(proofs)


def _key(visitor: Visitor) -> CommandKey:
    """What these commands say may be said again: a key of its own each time does no harm."""
    return CommandKey(f"{visitor.id}:{ids.new_id()}")


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("courier"))
