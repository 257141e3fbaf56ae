"""Publishing menus."""

from __future__ import annotations

from uuid import UUID

import msgspec

from modules.restaurants.events import MenuPublished, RestaurantChanged, RestaurantPublished
from modules.restaurants.facts import document_of, facts_of
from modules.restaurants.interface import MenuChanges, MenuDocument, MenuRefused
from modules.restaurants.menus import changes, pictures, ubereats
from modules.restaurants.models import MenuVersion, Picture, Restaurant
from modules.restaurants.selectors import require_own, search_text_of
from modules.restaurants.services.profiles import lock
from tiffin import db, regions
from tiffin.log import publish


def import_menu(
    *, restaurant_id: UUID, document: str, picture_files: dict[str, str], dry_run: bool = False
) -> MenuChanges:
    """Publish an Uber Eats menu v2 document as a new version; the same document again publishes nothing.

    `picture_files` maps the relative image_url's of the document to SVG text; `dry_run` publishes nothing.

    Raises:
        RestaurantUnknown, NotYourRestaurant
        MenuRefused: the document or a picture cannot be used; nothing has changed.
    """
    require_own(restaurant_id)
    _check_pictures(picture_files)
    names = {url: pictures.hash_of(svg) for url, svg in picture_files.items()}
    with db.transaction():
        restaurant = lock(restaurant_id)
        menu = _parse(restaurant, document, {url: pictures.path_of(name) for url, name in names.items()})
        before = restaurant.menus.first()
        difference = changes.between(document_of(before) if before else None, menu)
        is_new = before is None or before.hash != changes.hash_of(menu)
        if is_new and not dry_run:
            _keep_pictures({names[url]: svg for url, svg in picture_files.items()})
            _publish(restaurant, menu)
    return MenuChanges(
        version=restaurant.menu_version,
        published=is_new and not dry_run,
        added=difference.added,
        removed=difference.removed,
        changed=difference.changed,
        differs=is_new,
    )


def _publish(restaurant: Restaurant, menu: MenuDocument) -> None:
    is_first = not restaurant.is_published
    restaurant.menu_version += 1
    restaurant.search_text = search_text_of(restaurant, menu)
    restaurant.save(update_fields=["menu_version", "search_text"])
    version = MenuVersion.objects.create(
        restaurant=restaurant,
        number=restaurant.menu_version,
        hash=changes.hash_of(menu),
        document=msgspec.to_builtins(menu),
    )
    published = MenuPublished(
        restaurant_id=restaurant.id, version=version.number, hash=version.hash, document=menu
    )
    kind = RestaurantPublished if is_first else RestaurantChanged
    publish(restaurant, published, kind(restaurant=facts_of(restaurant)))


def _parse(restaurant: Restaurant, document: str, picture_paths: dict[str, str]) -> MenuDocument:
    region = regions.get(restaurant.region)
    return ubereats.parse(
        document,
        restaurant_id=restaurant.id,
        currency=region.currency,
        language=region.languages[0],
        pictures=picture_paths,
    )


def _check_pictures(picture_files: dict[str, str]) -> None:
    found = [
        f"{url}: {problem}" for url, svg in picture_files.items() if (problem := pictures.problem_with(svg))
    ]
    if found:
        raise MenuRefused(first=found[0], problems=tuple(found))


def _keep_pictures(by_name: dict[str, str]) -> None:
    Picture.objects.bulk_create(
        [Picture(name=name, svg=svg) for name, svg in sorted(by_name.items())], ignore_conflicts=True
    )
