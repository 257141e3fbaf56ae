"""A customer's cards: which are kept, and the wish to keep one that is entered at the checkout or for a
membership. Their numbers are entered in the payment provider's component, and never come here."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.payments.interface import CardEntry, KeptCardState, KeptCardView, Payments
from modules.storefront import places
from modules.storefront.pages.finding import find_restaurant
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, refusals_told, show
from tiffin import ids
from tiffin.dto import DTO
from tiffin.interfaces import CommandKey, call
from tiffin.web.headers import policy_with


class EntryShown(DTO):
    """A component for new cards that our pages can show, and the script of ours that does it."""

    library: CardEntry
    script: str


def shown_here(entry: CardEntry | None) -> EntryShown | None:
    """None for a component that our pages do not know (yet)."""
    if entry is None:
        return None
    script = f"storefront/cards/{entry.component}.js"
    return EntryShown(library=entry, script=script) if finders.find(script) else None


def let_in(entry: CardEntry, response: HttpResponse) -> None:
    """Allow the page what the component needs, and nobody else anything."""
    response["Content-Security-Policy"] = policy_with(
        scripts=[entry.script, *entry.scripts], connects=entry.connects, frames=entry.frames
    )


@require_GET
@open_to(CUSTOMERS)
def cards(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    kept = [card for card in _cards(visitor) if card.state is KeptCardState.KEPT]
    return show(request, visitor, "cards.html", cards=kept)


@require_POST
@open_to(CUSTOMERS)
def keep(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponseBase:
    """The wish to keep a card that is about to be entered for an order of this restaurant. Raises
    MethodsNotKept, TooManyMethods."""
    return wish(visitor, find_restaurant(slug, places.remembered(request)).region)


def wish(visitor: Visitor, region: str) -> JsonResponse:
    """Where the page's script looks how far it is. Raises MethodsNotKept, TooManyMethods."""
    card = call(Payments).keep_card(key=_key(visitor), customer_id=visitor.id, region=region)
    return _private({"address": reverse("card-state", args=[card.id])})


@require_GET
@open_to(CUSTOMERS)
def state(request: HttpRequest, visitor: Visitor, card_id: UUID) -> HttpResponseBase:
    """How far it is, for the page's script: what the component takes, and what an order takes."""
    for card in _cards(visitor):
        if card.id == card_id:
            return _private({"state": card.state.value, "secret": card.secret, "method": card.method})
    raise Http404("You keep no such card.")


@require_POST
@open_to(CUSTOMERS)
def entered(request: HttpRequest, visitor: Visitor, card_id: UUID) -> HttpResponseBase:
    """Raises KeptMethodUnknown."""
    call(Payments).card_entered(key=_key(visitor), customer_id=visitor.id, card_id=card_id)
    return HttpResponse(status=204)


@require_POST
@open_to(CUSTOMERS)
def remove(request: HttpRequest, visitor: Visitor, card_id: UUID) -> HttpResponseBase:
    with refusals_told(request):
        call(Payments).remove_card(key=_key(visitor), customer_id=visitor.id, card_id=card_id)
        messages.success(request, "The card is not kept any more.")
    return HttpResponseRedirect(reverse("my-cards"))


def _cards(visitor: Visitor) -> list[KeptCardView]:
    return call(Payments).kept_cards(customer_id=visitor.id)


def _key(visitor: Visitor) -> CommandKey:
    return CommandKey(f"{visitor.id}:{ids.new_id()}")


def _private(said: dict[str, str]) -> JsonResponse:
    return JsonResponse(said, headers={"Cache-Control": "private, no-store"})
