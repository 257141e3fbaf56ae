"""Menu documents for tests, in the shape of Uber's "Example Menu Payloads" (Menu API v2)."""

from __future__ import annotations

import json
from typing import Any

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><circle r="1"/></svg>'


def text(words: str, **other: str) -> dict[str, Any]:
    return {"translations": {"en_gb": words, **other}}


def item(id_: str, price: int, *groups: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id_, "title": text(id_.title()), "price_info": {"price": price}}
    if groups:
        made["modifier_group_ids"] = {"ids": list(groups)}
    return made | more


def group(id_: str, *options: str, **quantity: int) -> dict[str, Any]:
    return {
        "id": id_,
        "title": text(id_.title()),
        "quantity_info": {"quantity": quantity},
        "modifier_options": [{"id": option, "type": "ITEM"} for option in options],
    }


def category(id_: str, *items: str) -> dict[str, Any]:
    return {
        "id": id_,
        "title": text(id_.title()),
        "entities": [{"id": each, "type": "ITEM"} for each in items],
    }


def menu(*categories: str, start: str = "00:00", end: str = "23:59", days: Any = WEEK) -> dict[str, Any]:
    return {
        "id": "menu-" + start,
        "title": text("Menu"),
        "service_availability": [
            {"day_of_week": day, "time_periods": [{"start_time": start, "end_time": end}]} for day in days
        ],
        "category_ids": list(categories),
    }


def document(**lists: Any) -> dict[str, Any]:
    """A café: coffee with milk and sugar, a sandwich, and a combo of both."""
    return {
        "items": [
            item("coffee", 300, "milk", tax_label_info=_labels("CAT_COFFEE", "TEMP_HEATED")),
            item(
                "oat",
                60,
                price_info={"price": 60, "overrides": [_in_group("milk", price=40)]},
                quantity_info={"overrides": [_in_group("milk", quantity={"max_permitted": 2})]},
            ),
            item("sandwich", 700, tax_label_info=_labels("CAT_SANDWICH", "TEMP_COLD")),
            item("combo", 900, "drink"),
            item("stout", 450, dish_info={"classifications": {"alcoholic_items": 1}}),
        ],
        "modifier_groups": [
            group("milk", "oat", min_permitted=0, max_permitted=2, charge_above=1, refund_under=0),
            group("drink", "coffee", "stout", min_permitted=1, max_permitted=1),
        ],
        "categories": [category("drinks", "coffee", "stout"), category("food", "sandwich", "combo")],
        "menus": [menu("drinks", "food")],
    } | lists


def as_text(made: dict[str, Any]) -> str:
    return json.dumps(made)


def _in_group(group_id: str, **what: Any) -> dict[str, Any]:
    return {"context_type": "MODIFIER_GROUP", "context_value": group_id, **what}


def _labels(*labels: str) -> dict[str, Any]:
    return {"default_value": {"labels": list(labels), "source": "MANUAL"}}
