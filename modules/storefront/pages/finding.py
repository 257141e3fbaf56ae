"""Finding a restaurant and choosing from its menu."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from modules.ads.interface import Placement
from modules.orders.interface import (
    QUOTE_ERRORS,
    Orders,
    OrderUnknown,
    RatingSummary,
    ReorderView,
    RestaurantUnknown,
)
from modules.orders.interface import Point as OrderPoint
from modules.restaurants.interface import (
    ItemId,
    MenuUnknown,
    MenuView,
    RestaurantPage,
    Restaurants,
    RestaurantSearch,
    RestaurantView,
)
from modules.storefront import baskets, places
from modules.storefront.ads import ads_for
from modules.storefront.errors import BasketUnreadable
from modules.storefront.flags import HOME_ADS, flags_for
from modules.storefront.places import City, PlaceChosen
from modules.storefront.visitors import CUSTOMERS, Visitor, open_to, show
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call

PAGE_SIZE = 24
LONGEST_SEARCH = 80
LONGEST_CUISINE = 40


@require_GET
@open_to(CUSTOMERS, known_only=False)
def home(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Restaurants of a city, those that deliver here first asked for."""
    city = _city(request)
    offered = places.offered_in(city)
    place = places.chosen(request, city, offered.areas)
    found = _search(request, city, place)
    ratings = _ratings(found.restaurants)
    text, cuisine = _text(request), _cuisine(request)
    response = show(
        request,
        visitor,
        "home.html",
        cities=places.cities(),
        city=city,
        areas=offered.areas,
        cuisine=cuisine,
        cuisines=sorted({*offered.cuisines, cuisine} - {""}),
        place=place,
        found=[(each, ratings.get(each.id)) for each in found.restaurants],
        text=text,
        ads=ads_for(visitor, place, _slots(visitor, city, text, cuisine), text=text, cuisine=cuisine),
        open_only="open" in request.GET,
        more=_more(request, found),
    )
    places.remember(request, response, place)
    return response


def _city(request: HttpRequest) -> City:
    code = request.GET.get("city")
    return places.city_of(PlaceChosen(city=code) if code else places.remembered(request))


def _text(request: HttpRequest) -> str:
    return _said(request, "text")[:LONGEST_SEARCH]


def _cuisine(request: HttpRequest) -> str:
    return _said(request, "cuisine")[:LONGEST_CUISINE]


def _said(request: HttpRequest, name: str) -> str:
    """Without what no keyboard writes: no database keeps a NUL."""
    said = request.GET.get(name, "")
    return "".join(letter if letter.isprintable() else " " for letter in said).strip()


def _search(request: HttpRequest, city: City, place: PlaceChosen) -> RestaurantPage:
    return call(Restaurants).search(
        search=RestaurantSearch(
            region=city.region,
            city=city.code,
            cuisine=_cuisine(request) or None,
            text=_text(request),
            point=place.point,
            delivering_only=place.point is not None,
            open_only="open" in request.GET,
            cursor=request.GET.get("cursor"),
            limit=PAGE_SIZE,
        )
    )


def _ratings(found: Iterable[RestaurantView]) -> dict[UUID, RatingSummary]:
    """What customers thought of them; pages are there without it when nobody can say."""
    try:
        rated = call(Orders).ratings(restaurant_ids=[each.id for each in found])
    except (ModuleUnavailable, ModuleFault):
        return {}
    return {each.restaurant_id: each for each in rated}


def _more(request: HttpRequest, found: RestaurantPage) -> str:
    if found.next_cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = found.next_cursor
    return query.urlencode()


@require_GET
@cache_control(max_age=3600, public=True)
def icon(request: HttpRequest) -> HttpResponse:
    """For pages that name none, where every browser asks by itself."""
    return HttpResponseRedirect(static("storefront/icon.svg"))


@require_GET
@open_to(CUSTOMERS, known_only=False)
def restaurant(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponseBase:
    """One restaurant and its menu."""
    place = places.remembered(request)
    found = find_restaurant(slug, place)
    menu = _menu(found)
    gone = {each.item_id for each in menu.unavailable}
    again = _again(request, visitor)
    return show(
        request,
        visitor,
        "restaurant.html",
        restaurant=found,
        rating=_ratings([found]).get(found.id),
        place=place,
        menu=menu.document,
        unavailable=gone,
        menu_data=_for_browser(menu, gone),
        changes=again.changes if again else (),
        again=msgspec.to_builtins(again.lines) if again else None,
        ads=ads_for(visitor, place, {Placement.MENU_BANNER: 1}, restaurant_id=found.id),
    )


def _slots(visitor: Visitor, city: City, text: str, cuisine: str) -> dict[Placement, int]:
    """Where the start page has ads: beside what somebody looks for, or else in its carousel."""
    if text:
        return {Placement.SEARCH_LISTING: 2}
    if cuisine:
        return {Placement.CATEGORY_LISTING: 2}
    count = flags_for(visitor, city).read(HOME_ADS)
    return {Placement.HOME_CAROUSEL: count} if count else {}


def _again(request: HttpRequest, visitor: Visitor) -> ReorderView | None:
    """The basket of the earlier order that the address names, if it is the visitor's."""
    wanted = request.GET.get("again", "")
    if not wanted or not visitor.is_known:
        return None
    try:
        return call(Orders).reorder(customer_id=visitor.id, order_id=UUID(wanted))
    except (ValueError, OrderUnknown, RestaurantUnknown):
        return None


def find_restaurant(slug: str, place: PlaceChosen) -> RestaurantView:
    """Seen from where the visitor is. Raises Http404."""
    found = call(Restaurants).with_slugs(slugs=[slug])
    if not found:
        raise Http404("There is no such restaurant.")
    seen = call(Restaurants).get_many(restaurant_ids=[found[0].id], point=place.point)
    return seen[0] if seen else found[0]


def _menu(found: RestaurantView) -> MenuView:
    try:
        return call(Restaurants).menu(restaurant_id=found.id)
    except MenuUnknown:
        raise Http404("This restaurant has not published a menu yet.") from None


def _for_browser(menu: MenuView, gone: set[ItemId]) -> object:
    """What the page's script needs to offer options and to name what is in the basket."""
    items = {str(item.id): item for category in menu.document.categories for item in category.items}
    return {
        "currency": menu.document.currency,
        "language": menu.document.language.replace("_", "-"),
        "items": msgspec.to_builtins(items),
        "unavailable": [str(item_id) for item_id in gone],
    }


@require_POST
@open_to(CUSTOMERS, known_only=False)
def price_basket(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """A part of the page: what the basket costs here, or why it cannot be had."""
    place = places.remembered(request)
    found = find_restaurant(slug, place)
    point = place.point or found.point
    try:
        quote = call(Orders).quote(
            restaurant_id=found.id,
            lines=baskets.read(request.POST.get("basket", "")),
            point=OrderPoint(lat=point.lat, lon=point.lon),
        )
    except (*QUOTE_ERRORS, BasketUnreadable) as refusal:
        return show(request, visitor, "parts/refusal.html", refusal=refusal)
    return show(request, visitor, "parts/bill.html", quote=quote, price=quote.price, estimate=not place.point)
