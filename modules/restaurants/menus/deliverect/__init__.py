"""Deliverect menus: from JSON text to our menu, checked whole, every problem with its path in the file."""

from __future__ import annotations

from typing import Any

from modules.restaurants.interface import MenuFormat
from modules.restaurants.menus.deliverect.checks import problems_in
from modules.restaurants.menus.deliverect.convert import Converter
from modules.restaurants.menus.deliverect.document import menus_in
from modules.restaurants.menus.documents import Reading, Wanted, refuse


def read(raw: Any, wanted: Wanted) -> Reading:
    """Raises MenuRefused with every problem found, up to 50 of them."""
    problems: list[str] = []
    menus = menus_in(raw, problems)
    problems = problems or problems_in(menus, wanted)
    if problems:
        refuse(problems)
    converter = Converter(menus, wanted)
    return Reading(format=MenuFormat.DELIVERECT, menu=converter.menu(), unavailable=converter.unavailable())


def picture_urls(raw: Any) -> list[str]:
    """The imageUrl's in the document."""
    menus = menus_in(raw, [])
    found = (entity.value.image_url for menu in menus for entity in menu.entities.values())
    return [url for url in found if url]
