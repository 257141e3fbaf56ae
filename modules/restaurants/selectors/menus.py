"""Versions of menus, what they do differently, and what may be published."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants.facts import document_of, preview_of, version_view
from modules.restaurants.interface import (
    MenuDifference,
    MenuDocument,
    MenuPreview,
    MenuUnknown,
    MenuVersions,
    PreviewUnknown,
    RestaurantUnknown,
)
from modules.restaurants.menus.differences import difference
from modules.restaurants.models import MenuDraft, MenuVersion, Restaurant
from modules.restaurants.selectors.ownership import require_own

VERSIONS_A_PAGE = 20


def menu_preview(restaurant_id: UUID, preview_id: UUID) -> MenuPreview:
    """Raises NotYourRestaurant, PreviewUnknown."""
    require_own(restaurant_id)
    draft = MenuDraft.objects.filter(restaurant_id=restaurant_id, pk=preview_id).first()
    if draft is None:
        raise PreviewUnknown(preview=str(preview_id))
    return preview_of(draft)


def menu_versions(restaurant_id: UUID, *, before: int | None = None) -> MenuVersions:
    """Newest first, below `before`. Raises NotYourRestaurant, RestaurantUnknown."""
    _require_known(restaurant_id)
    rows = MenuVersion.objects.filter(restaurant_id=restaurant_id).defer("document")
    if before is not None:
        rows = rows.filter(number__lt=before)
    page = list(rows[: VERSIONS_A_PAGE + 1])
    return MenuVersions(
        versions=tuple(version_view(row) for row in page[:VERSIONS_A_PAGE]),
        has_more=len(page) > VERSIONS_A_PAGE,
    )


def menu_difference(restaurant_id: UUID, *, before: int, after: int) -> MenuDifference:
    """What version `after` does differently from `before`. Raises NotYourRestaurant, RestaurantUnknown,
    MenuUnknown."""
    _require_known(restaurant_id)
    old = _document(restaurant_id, before) if before else None
    return difference(old, _document(restaurant_id, after))


def _require_known(restaurant_id: UUID) -> None:
    require_own(restaurant_id)
    if not Restaurant.objects.filter(pk=restaurant_id).exists():
        raise RestaurantUnknown(restaurant=str(restaurant_id))


def _document(restaurant_id: UUID, number: int) -> MenuDocument:
    found = MenuVersion.objects.filter(restaurant_id=restaurant_id, number=number).first()
    if found is None:
        raise MenuUnknown(restaurant=str(restaurant_id))
    return document_of(found)
