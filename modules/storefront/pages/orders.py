"""A customer's orders, and one of them live."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.ads.interface import Placement
from modules.delivery.interface import Delivery, Handover
from modules.orders.interface import (
    CancellationPreview,
    ClaimView,
    CourierState,
    Fulfilment,
    Orders,
    OrderUnknown,
    OrderView,
    ReceiptUnknown,
    ReceiptView,
    Status,
)
from modules.restaurants.interface import Point, RestaurantId, Restaurants
from modules.storefront import places, wording
from modules.storefront.ads import ads_for
from modules.storefront.pages import extras
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told, show
from tiffin import ids, regions
from tiffin.interfaces import CommandKey, ModuleFault, ModuleUnavailable, call

AGAIN = frozenset({Status.CANCELLED, Status.REFUNDED, Status.DELIVERED})
STARS = ("1", "2", "3", "4", "5")
LONGEST_WORDS = 1_000
COURIER_VISIBLE = frozenset({CourierState.ASSIGNED, CourierState.PICKED_UP})


@require_GET
@open_to(CUSTOMERS)
def orders(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    page = call(Orders).list_for_customer(customer_id=visitor.id, cursor=request.GET.get("cursor"))
    shown = [
        {
            "order": order,
            "words": wording.words_of(order.status, order.fulfilment),
            "zone": str(regions.get(order.region).time_zone),
        }
        for order in page.orders
    ]
    return show(request, visitor, "orders.html", orders=shown, next_cursor=page.next_cursor)


@require_GET
@open_to(CUSTOMERS)
def order(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    """One order; its panel follows what happens."""
    return show(
        request,
        visitor,
        "order.html",
        placed=request.GET.get("placed", ""),
        ads=ads_for(visitor, places.remembered(request), {Placement.TRACKING_PAGE: 1}),
        **_shown(visitor, order_id),
    )


@require_GET
@open_to(CUSTOMERS)
def panel(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponse:
    """The part of the page that changes."""
    return show(request, visitor, "parts/order_panel.html", **_shown(visitor, order_id))


@require_POST
@open_to(CUSTOMERS)
def cancel(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    """Stop it for what the page said; whoever read something else reads what it is now, and decides anew."""
    said = request.POST.get("keeps", "")
    if not (said.isascii() and said.isdigit()):
        messages.error(request, "Look at what cancelling means, then confirm it.")
        return HttpResponseRedirect(reverse("order-page", args=[order_id]))
    with refusals_told(request):
        call(Orders).cancel_as_seen(
            key=CommandKey(f"{visitor.id}:{ids.new_id()}"),
            customer_id=visitor.id,
            order_id=order_id,
            keeps=int(said[:18]),
        )
    return HttpResponseRedirect(reverse("order-page", args=[order_id]))


@require_POST
@open_to(CUSTOMERS)
def rate(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponseBase:
    """What it was like; an order is rated once."""
    courier = _stars(request, "courier")
    with refusals_told(request):
        call(Orders).rate(
            key=CommandKey(f"{visitor.id}:{ids.new_id()}"),
            customer_id=visitor.id,
            order_id=order_id,
            food=_stars(request, "food") or 0,
            courier=courier,
            words=request.POST.get("words", "").strip()[:LONGEST_WORDS],
        )
        messages.success(request, "Thank you for telling us.")
    return HttpResponseRedirect(reverse("order-page", args=[order_id]))


@require_GET
@open_to(CUSTOMERS)
def receipt(request: HttpRequest, visitor: Visitor, order_id: UUID, receipt_id: UUID) -> HttpResponseBase:
    """One receipt as it is printed."""
    try:
        page = call(Orders).receipt_page(customer_id=visitor.id, order_id=order_id, receipt_id=receipt_id)
    except (OrderUnknown, ReceiptUnknown):
        raise Http404("You have no such receipt.") from None
    return HttpResponse(page.html, headers={"Cache-Control": "private, no-store"})


def _stars(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text in STARS else None


def _shown(visitor: Visitor, order_id: UUID) -> dict[str, object]:
    try:
        seen = call(Orders).get(customer_id=visitor.id, order_id=order_id)
        timeline = call(Orders).timeline(customer_id=visitor.id, order_id=order_id)
    except OrderUnknown:
        raise Http404("You have no such order.") from None
    claims = _claims(seen)
    told = [(entry.at, wording.happened(entry)) for entry in timeline]
    words = wording.words_for(seen)
    steps = wording.FETCHED_STEPS if seen.fulfilment is Fulfilment.PICKUP else wording.STEPS
    return {
        "order": seen,
        "words": words,
        "steps": [(name, _progress(number, words.step)) for number, name in enumerate(steps)],
        "timeline": [(at, what) for at, what in reversed(told) if what],
        "late": wording.what_is_late(seen.tracking),
        "why": wording.why_cancelled(seen.cancel_reason),
        "zone": str(regions.get(seen.region).time_zone),
        "action": _action(seen),
        "courier": _courier(seen),
        "handover": _handover(seen),
        "over": words.step is None or words.step == len(steps) - 1,
        "again": _slug(seen) if seen.status in AGAIN else "",
        "cancelling": _cancelling(seen),
        "cause": extras.name_of(seen.charity_id, seen.region),
        "refunds": [(refund, wording.why_back(refund.reason)) for refund in seen.refunds],
        "claims": [(made, wording.claim_state(made)) for made in claims],
        "receipts": [(written, wording.receipt_name(written)) for written in _receipts(seen)],
        "stars": STARS,
        "claim_reasons": wording.CLAIM_REASONS,
        "claim_key": ids.new_id(),
    }


def _cancelling(seen: OrderView) -> CancellationPreview | None:
    """What stopping the order would mean, while it can be."""
    if not seen.may_cancel:
        return None
    return call(Orders).preview_cancellation(customer_id=seen.customer_id, order_id=seen.id)


def _claims(seen: OrderView) -> tuple[ClaimView, ...]:
    if seen.status is not Status.DELIVERED:
        return ()
    return call(Orders).claims(customer_id=seen.customer_id, order_id=seen.id)


def _receipts(seen: OrderView) -> tuple[ReceiptView, ...]:
    """Of what was delivered, and of what is kept of an order that was stopped."""
    if seen.status is not Status.DELIVERED and not seen.kept:
        return ()
    return call(Orders).receipts(customer_id=seen.customer_id, order_id=seen.id)


def _slug(seen: OrderView) -> str:
    """Where to order again; the page is there without it when nobody can say."""
    try:
        found = call(Restaurants).get_many(restaurant_ids=[RestaurantId(seen.restaurant_id)])
    except (ModuleUnavailable, ModuleFault):
        return ""
    return found[0].slug if found else ""


def _progress(number: int, step: int | None) -> str:
    if step is None or number > step:
        return "to-come"
    return "done" if number < step else "now"


def _action(seen: OrderView) -> str:
    """Where to confirm the payment, and back to this page afterwards: a provider's own page knows the way."""
    if not seen.action_url or not seen.action_url.startswith("/"):
        return seen.action_url or ""
    return f"{seen.action_url}?{urlencode({'return': reverse('order-page', args=[seen.id])})}"


def _handover(seen: OrderView) -> Handover | None:
    """The code to say at the door, once somebody is coming; none when nobody can tell."""
    if seen.axes.courier not in COURIER_VISIBLE:
        return None
    try:
        found = call(Delivery).handovers(customer_id=seen.customer_id, order_ids=[seen.id])
    except (ModuleUnavailable, ModuleFault):
        return None
    return found[0] if found and found[0].code else None


def _courier(seen: OrderView) -> dict[str, object] | None:
    """How far from the restaurant the courier was seen last, while it matters."""
    if seen.axes.courier not in COURIER_VISIBLE:
        return None
    found = call(Delivery).positions(order_ids=[seen.id])
    if not found:
        return None
    point = Point(lat=found[0].point.lat, lon=found[0].point.lon)
    near = call(Restaurants).get_many(restaurant_ids=[RestaurantId(seen.restaurant_id)], point=point)
    return {"at": found[0].at, "distance_m": near[0].distance_m} if near else None
