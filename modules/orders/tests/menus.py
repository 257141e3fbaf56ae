"""Menus of the restaurants in these tests, as vendors send them (Uber Eats, menu document v2)."""

from __future__ import annotations


def item(name: str, price: int, *labels: str, groups: tuple[str, ...] = (), most: int | None = None) -> dict:
    made = {"id": name, "title": {"translations": {"en": name}}, "price_info": {"price": price}}
    if labels:
        made["tax_label_info"] = {"default_value": {"labels": list(labels)}}
    if groups:
        made["modifier_group_ids"] = {"ids": list(groups)}
    if most is not None:
        made["quantity_info"] = {"quantity": {"max_permitted": most}}
    return made


def group(name: str, *options: str, least: int, most: int, free: int = 0) -> dict:
    return {
        "id": name,
        "title": {"translations": {"en": name}},
        "modifier_options": [{"id": option, "type": "ITEM"} for option in options],
        "quantity_info": {"quantity": {"min_permitted": least, "max_permitted": most, "charge_above": free}},
    }


def menu(*, ramen: int = 1250) -> dict:
    """Ramen must come with a broth and may come with toppings, one of which is free; an egg may be soft."""
    always = [
        {"day_of_week": day, "time_periods": [{"start_time": "00:00", "end_time": "23:59"}]}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ]
    dishes = ("Ramen", "Gyoza", "Beer")
    return {
        "items": [
            item("Ramen", ramen, "TEMP_HEATED", groups=("Broth", "Toppings")),
            item("Gyoza", 650, "TEMP_HEATED"),
            item("Beer", 550, "CAT_BEER"),
            item("Miso", 0),
            item("Tonkotsu", 150),
            item("Egg", 120, groups=("Yolk",), most=2),
            item("Nori", 80),
            item("Soft", 0),
            item("Hard", 30),
        ],
        "modifier_groups": [
            group("Broth", "Miso", "Tonkotsu", least=1, most=1),
            group("Toppings", "Egg", "Nori", least=0, most=3, free=1),
            group("Yolk", "Soft", "Hard", least=0, most=1),
        ],
        "categories": [
            {
                "id": "all",
                "title": {"translations": {"en": "All"}},
                "entities": [{"id": dish, "type": "ITEM"} for dish in dishes],
            }
        ],
        "menus": [
            {
                "id": "menu",
                "title": {"translations": {"en": "Menu"}},
                "service_availability": always,
                "category_ids": ["all"],
            }
        ],
    }
