"""The demo's restaurants, from `demo/restaurants.toml` and the menu documents beside it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from modules.restaurants.interface import (
    MenuDocument,
    Point,
    RestaurantId,
    RestaurantProfile,
    Restaurants,
)
from tiffin import regions
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money

Progress = Callable[[str, str], None]


class Place(NamedTuple):
    """A restaurant that is there, and how much it wants to be ordered at least."""

    id: RestaurantId
    slug: str
    region: str
    min_order: int
    menu: MenuDocument


def bring(home: Path, progress: Progress) -> dict[str, Place]:
    """Every restaurant with its menu, by slug, as in the file. Raises ProfileRefused, MenuRefused."""
    rows = tomllib.loads((home / "restaurants.toml").read_text())["restaurants"]
    return {row["slug"]: _bring_one(home, row, progress) for row in rows}


def _bring_one(home: Path, row: dict[str, Any], progress: Progress) -> Place:
    progress("Restaurants:", row["name"])
    profile = _profile(home, row)
    key = _key(row["slug"], msgspec.json.encode(profile))
    restaurant = call(Restaurants).register(key=key, profile=profile)
    document, pictures = _menu(home / "menus" / f"{row['slug']}.json")
    call(Restaurants).import_menu(
        key=_key(row["slug"], document.encode(), *(svg.encode() for svg in pictures.values())),
        restaurant_id=restaurant.id,
        document=document,
        pictures=pictures,
    )
    return Place(
        id=restaurant.id,
        slug=row["slug"],
        region=row["region"],
        min_order=row["min_order"],
        menu=call(Restaurants).menu(restaurant_id=restaurant.id).document,
    )


def _profile(home: Path, row: dict[str, Any]) -> RestaurantProfile:
    place = {name: value for name, value in row.items() if name not in ("lat", "lon", "min_order", "zone")}
    return RestaurantProfile(
        **place,
        point=Point(lat=row["lat"], lon=row["lon"]),
        zone=tuple((lon, lat) for lon, lat in row["zone"]),
        min_order=Money(amount=row["min_order"], currency=regions.get(row["region"]).currency),
        picture=(home / "pictures" / "restaurants" / f"{row['slug']}.svg").read_text(),
    )


def _menu(file: Path) -> tuple[str, dict[str, str]]:
    """The document, and its pictures by the paths that it names."""
    document = file.read_text()
    paths = {item["image_url"] for item in json.loads(document)["items"] if "image_url" in item}
    return document, {path: (file.parent / path).read_text() for path in sorted(paths)}


def _key(slug: str, *parts: bytes) -> CommandKey:
    """The same data is the same command; other data is another."""
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    return CommandKey(f"demo:{slug}:{digest}")
