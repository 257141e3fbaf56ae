"""The restaurant's side: a new menu is looked at before it is published, and an older one comes back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modules.restaurants.interface import (
    ChangeKind,
    MenuChange,
    MenuDifference,
    MenuPreview,
    MenuRefused,
    PreviewId,
    RestaurantId,
    Restaurants,
    RestaurantView,
)
from modules.storefront.visitors import KITCHENS, Visitor, open_to, refusals_told, show
from tiffin import ids
from tiffin.interfaces import CommandKey, call

_MARKS = {ChangeKind.ADDED: "New", ChangeKind.REMOVED: "Gone", ChangeKind.CHANGED: "Changed"}
_FIELDS = {
    "tax_category": "tax",
    "code": "number in your system",
    "sold_out": "sold out until",
    "max": "at most",
    "min": "at least",
    "free": "free of charge",
}


@require_GET
@open_to(KITCHENS)
def versions(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """What was published, and the field that takes a new document."""
    restaurant = _mine(visitor, restaurant_id)
    if restaurant is None:
        return _counter()
    found = call(Restaurants).menu_versions(restaurant_id=restaurant.id)
    return show(request, visitor, "kitchen_menus.html", restaurant=restaurant, versions=found.versions)


@require_POST
@open_to(KITCHENS)
def upload(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """Checks a document; what is wrong with it is told with its place in the file."""
    restaurant = _mine(visitor, restaurant_id)
    file = request.FILES.get("document")
    if restaurant is None or file is None:
        return _versions(restaurant_id) if restaurant else _counter()
    try:
        text = file.read().decode()
    except UnicodeDecodeError:
        messages.error(request, "The file is not UTF-8 text.")
        return _versions(restaurant_id)
    problems: tuple[str, ...] = ()
    with refusals_told(request):
        try:
            preview = call(Restaurants).preview_menu(
                key=_key(visitor), restaurant_id=restaurant.id, document=text, pictures={}
            )
            return HttpResponseRedirect(reverse("kitchen-menu-preview", args=[restaurant_id, preview.id]))
        except MenuRefused as refusal:
            problems = refusal.data.problems  # type: ignore[attr-defined]  # declared by MenuRefused
    found = call(Restaurants).menu_versions(restaurant_id=restaurant.id)
    return show(
        request,
        visitor,
        "kitchen_menus.html",
        restaurant=restaurant,
        versions=found.versions,
        problems=problems,
    )


@require_GET
@open_to(KITCHENS)
def preview(
    request: HttpRequest, visitor: Visitor, restaurant_id: UUID, preview_id: UUID
) -> HttpResponseBase:
    """What the new menu would change."""
    restaurant = _mine(visitor, restaurant_id)
    if restaurant is None:
        return _counter()
    found: list[MenuPreview] = []
    with refusals_told(request):
        found.append(
            call(Restaurants).menu_preview(restaurant_id=restaurant.id, preview_id=PreviewId(preview_id))
        )
    if not found:
        return _versions(restaurant_id)
    return show(
        request,
        visitor,
        "kitchen_menu_changes.html",
        restaurant=restaurant,
        preview=found[0],
        **_told(found[0].difference),
    )


@require_POST
@open_to(KITCHENS)
def publish(
    request: HttpRequest, visitor: Visitor, restaurant_id: UUID, preview_id: UUID
) -> HttpResponseBase:
    with refusals_told(request):
        told = call(Restaurants).publish_preview(
            key=_key(visitor), restaurant_id=RestaurantId(restaurant_id), preview_id=PreviewId(preview_id)
        )
        messages.success(request, f"Version {told.version} is published.")
    return _versions(restaurant_id)


@require_GET
@open_to(KITCHENS)
def version(request: HttpRequest, visitor: Visitor, restaurant_id: UUID, number: int) -> HttpResponseBase:
    """What the menu would change if that version came back."""
    restaurant = _mine(visitor, restaurant_id)
    if restaurant is None:
        return _counter()
    found: list[MenuDifference] = []
    with refusals_told(request):
        found.append(
            call(Restaurants).menu_difference(
                restaurant_id=restaurant.id, before=restaurant.menu_version, after=number
            )
        )
    if not found:
        return _versions(restaurant_id)
    return show(
        request,
        visitor,
        "kitchen_menu_changes.html",
        restaurant=restaurant,
        number=number,
        **_told(found[0]),
    )


@require_POST
@open_to(KITCHENS)
def publish_again(request: HttpRequest, visitor: Visitor, restaurant_id: UUID) -> HttpResponseBase:
    """A version that is named, instead of the one that was seen to be published."""
    version, instead_of = (_number(request.POST.get(name, "")) for name in ("version", "instead_of"))
    with refusals_told(request):
        told = call(Restaurants).publish_version(
            key=_key(visitor),
            restaurant_id=RestaurantId(restaurant_id),
            version=version or 0,
            instead_of=instead_of,
        )
        messages.success(request, f"It is published again, as version {told.version}.")
    return _versions(restaurant_id)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _told(differing: MenuDifference) -> dict[str, object]:
    """A difference in words: what it is about, and each field from what to what."""
    changes = [(_MARKS[each.kind], each, _fields(each)) for each in differing.changes]
    return {"difference": differing, "changes": changes}


def _fields(change: MenuChange) -> list[tuple[str, str | int, str | int]]:
    """Prices as numbers: the page writes them with their currency."""
    return [
        ("price", int(field.before), int(field.after))
        if field.field == "price"
        else (_FIELDS.get(field.field, field.field), field.before, field.after)
        for field in change.fields
    ]


def _mine(visitor: Visitor, restaurant_id: UUID) -> RestaurantView | None:
    own = visitor.actor.restaurants if visitor.actor else ()
    if restaurant_id not in own:
        return None
    return next(iter(call(Restaurants).get_many(restaurant_ids=[RestaurantId(restaurant_id)])), None)


def _key(visitor: Visitor) -> CommandKey:
    return CommandKey(f"{visitor.id}:{ids.new_id()}")


def _versions(restaurant_id: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("kitchen-menus", args=[restaurant_id]))


def _counter() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("kitchen"))
