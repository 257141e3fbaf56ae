"""Publishing menus: at once, after a look at a preview, or an older one again."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.restaurants.events import MenuPublished, RestaurantChanged, RestaurantPublished
from modules.restaurants.facts import document_of, facts_of, preview_of
from modules.restaurants.interface import (
    MenuChanges,
    MenuDocument,
    MenuFormat,
    MenuMoved,
    MenuPreview,
    MenuRefused,
    MenuUnknown,
    PreviewUnknown,
    RestaurantUnknown,
    Unavailable,
)
from modules.restaurants.menus import changes, pictures
from modules.restaurants.menus.differences import difference
from modules.restaurants.menus.documents import Reading, Wanted
from modules.restaurants.menus.reading import read
from modules.restaurants.models import MenuDraft, MenuVersion, Picture, Restaurant
from modules.restaurants.selectors import require_own, search_text_of, unavailable
from modules.restaurants.services.availability import sell_out
from modules.restaurants.services.profiles import lock
from tiffin import clock, db, regions
from tiffin.log import publish

KEPT_DRAFTS = 5
"""Previews of one restaurant that are kept."""


def import_menu(
    *,
    restaurant_id: UUID,
    document: str,
    picture_files: dict[str, str],
    dry_run: bool = False,
    format: MenuFormat | None = None,
) -> MenuChanges:
    """Publish a menu document as a new version; the same document again publishes nothing.

    `picture_files` maps the relative image addresses of the document to SVG text; `dry_run` publishes
    nothing.

    Raises:
        RestaurantUnknown, NotYourRestaurant
        MenuRefused: the document or a picture cannot be used; nothing has changed.
    """
    require_own(restaurant_id)
    reading = _read(restaurant_id, document, picture_files, format)
    with db.transaction():
        restaurant = lock(restaurant_id)
        if dry_run:
            return _changes(restaurant, reading.menu, published=False)
        _keep_pictures(picture_files)
        return _publish(restaurant, reading.menu, reading.unavailable, source=reading.format.value)


def preview_menu(
    *,
    restaurant_id: UUID,
    document: str,
    picture_files: dict[str, str],
    format: MenuFormat | None = None,
) -> MenuPreview:
    """Check a document whole and keep it to be published, compared to the published menu.

    Raises:
        RestaurantUnknown, NotYourRestaurant
        MenuRefused: the document or a picture cannot be used; nothing was kept.
    """
    require_own(restaurant_id)
    reading = _read(restaurant_id, document, picture_files, format)
    with db.transaction():
        restaurant = lock(restaurant_id)
        before = restaurant.menus.first()
        differing = difference(
            document_of(before) if before else None,
            reading.menu,
            sold_out=unavailable(restaurant_id),
            to_be_sold_out=_still(reading.unavailable),
        )
        _keep_pictures(picture_files)
        draft = MenuDraft.objects.create(
            restaurant=restaurant,
            based_on=restaurant.menu_version,
            hash=changes.hash_of(reading.menu),
            format=reading.format.value,
            document=msgspec.to_builtins(reading.menu),
            unavailable=msgspec.to_builtins(reading.unavailable),
            differs=before is None or before.hash != changes.hash_of(reading.menu),
            difference=msgspec.to_builtins(differing),
        )
        kept = restaurant.drafts.values_list("pk", flat=True)[:KEPT_DRAFTS]
        restaurant.drafts.exclude(pk__in=list(kept)).delete()
    return preview_of(draft)


def publish_preview(*, restaurant_id: UUID, preview_id: UUID) -> MenuChanges:
    """Publish what was looked at, as it was looked at. Again, it answers the same.

    Raises RestaurantUnknown, NotYourRestaurant, PreviewUnknown, and MenuMoved once another menu is published
    than the one it was compared to.
    """
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        draft = restaurant.drafts.filter(pk=preview_id).first()
        if draft is None:
            raise PreviewUnknown(preview=str(preview_id))
        if draft.published_version is not None:
            return MenuChanges(version=draft.published_version, published=False, differs=False)
        _require_published(restaurant, draft.based_on)
        told = _publish(
            restaurant,
            msgspec.convert(draft.document, MenuDocument),
            msgspec.convert(draft.unavailable, tuple[Unavailable, ...]),
            source=draft.format,
        )
        draft.published_version = told.version
        draft.save(update_fields=["published_version"])
    return told


def publish_version(*, restaurant_id: UUID, version: int, instead_of: int | None = None) -> MenuChanges:
    """Publish an older version again, as a new one: what was ordered by the others stays as it was.

    Raises RestaurantUnknown, NotYourRestaurant, MenuUnknown, and MenuMoved unless `instead_of` is published.
    """
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        if instead_of is not None:
            _require_published(restaurant, instead_of)
        old = restaurant.menus.filter(number=version).first()
        if old is None:
            raise MenuUnknown(restaurant=str(restaurant_id))
        return _publish(restaurant, document_of(old), (), source=f"version {version}")


def _require_published(restaurant: Restaurant, version: int) -> None:
    if restaurant.menu_version != version:
        raise MenuMoved(expected=version, published=restaurant.menu_version)


def _publish(
    restaurant: Restaurant, menu: MenuDocument, sold_out: tuple[Unavailable, ...], *, source: str
) -> MenuChanges:
    """As a new version, unless it is the published one; what the document says is sold out, is."""
    told = _changes(restaurant, menu, published=True)
    if told.differs:
        _add_version(restaurant, menu, source)
    for each in _still(sold_out):
        sell_out(restaurant, each.item_id, each.until)
    return msgspec.structs.replace(told, version=restaurant.menu_version, published=told.differs)


def _changes(restaurant: Restaurant, menu: MenuDocument, *, published: bool) -> MenuChanges:
    before = restaurant.menus.first()
    titles = changes.between(document_of(before) if before else None, menu)
    return MenuChanges(
        version=restaurant.menu_version,
        published=published,
        added=titles.added,
        removed=titles.removed,
        changed=titles.changed,
        differs=before is None or before.hash != changes.hash_of(menu),
    )


def _add_version(restaurant: Restaurant, menu: MenuDocument, source: str) -> None:
    is_first = not restaurant.is_published
    restaurant.menu_version += 1
    restaurant.search_text = search_text_of(restaurant, menu)
    restaurant.save(update_fields=["menu_version", "search_text"])
    version = MenuVersion.objects.create(
        restaurant=restaurant,
        number=restaurant.menu_version,
        hash=changes.hash_of(menu),
        document=msgspec.to_builtins(menu),
        source=source,
    )
    published = MenuPublished(
        restaurant_id=restaurant.id, version=version.number, hash=version.hash, document=menu
    )
    kind = RestaurantPublished if is_first else RestaurantChanged
    publish(restaurant, published, kind(restaurant=facts_of(restaurant)))


def _still(sold_out: tuple[Unavailable, ...]) -> list[Unavailable]:
    """Without what is over by now."""
    return [each for each in sold_out if each.until is None or each.until > clock.now()]


def _read(
    restaurant_id: UUID, document: str, picture_files: dict[str, str], format: MenuFormat | None
) -> Reading:
    """Before any lock is taken: a large document takes its time."""
    names = Restaurant.objects.filter(pk=restaurant_id).values_list("region", flat=True)
    if not names:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    region = regions.get(names[0])
    _check_pictures(picture_files)
    wanted = Wanted(
        restaurant_id=restaurant_id,
        currency=region.currency,
        language=region.languages[0],
        pictures={url: pictures.path_of(pictures.hash_of(svg)) for url, svg in picture_files.items()},
    )
    return read(document, wanted, format)


def _check_pictures(picture_files: dict[str, str]) -> None:
    found = [
        f"{url}: {problem}" for url, svg in picture_files.items() if (problem := pictures.problem_with(svg))
    ]
    if found:
        raise MenuRefused(first=found[0], problems=tuple(found))


def _keep_pictures(picture_files: dict[str, str]) -> None:
    by_name = {pictures.hash_of(svg): svg for svg in picture_files.values()}
    Picture.objects.bulk_create(
        [Picture(name=name, svg=svg) for name, svg in sorted(by_name.items())], ignore_conflicts=True
    )
