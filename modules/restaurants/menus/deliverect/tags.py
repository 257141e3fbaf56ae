"""What Deliverect's product tags say.

Source: Deliverect's developer documentation, "Custom Tags and Allergens", read November 2026 (1 to 50 and 100
to 107), and "Allergens and tags" of the channel API as integrators repeat it (108 to 127, unconfirmed).
"""

from __future__ import annotations

from collections.abc import Iterable

ALLERGENS = {
    100: "celery", 101: "gluten", 102: "crustaceans", 103: "fish", 104: "eggs", 105: "lupin", 106: "milk",
    107: "molluscs", 108: "mustard", 109: "nuts", 110: "peanuts", 111: "sesame", 112: "soya",
    113: "sulphites", 114: "almonds", 115: "barley", 116: "brazil nuts", 117: "cashew", 118: "hazelnuts",
    119: "kamut", 120: "macadamia", 121: "oats", 122: "pecan", 123: "pistachios", 124: "rye", 125: "spelt",
    126: "walnuts", 127: "wheat",
}  # fmt: skip

_ALCOHOL = {1}
# Soft drinks, milk drinks, bottled coffee and tea, prepared and energy drinks, waters, juices.
_DRINKS = {10, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 41, 42, 43, 44, 45, 49, 50}
_CONFECTIONERY = {31, 32, 33, 34}  # candy, packed snacks, ice cream
_COLD_FOOD = {30}  # unheated sandwiches and wraps
_TAX_CATEGORIES = (
    (_ALCOHOL, "alcohol"),
    (_DRINKS, "drink"),
    (_CONFECTIONERY, "confectionery"),
    (_COLD_FOOD, "cold_food"),
)


def allergens(tags: Iterable[int] | None) -> tuple[str, ...]:
    """Their names, in the order of the table."""
    given = set(tags or ())
    return tuple(name for tag, name in ALLERGENS.items() if tag in given)


def tax_category(tags: Iterable[int] | None) -> str:
    """ "food" where no tag says otherwise. The rates in the document are not read: what is charged follows
    from the region's rules."""
    given = set(tags or ())
    return next((category for any_of, category in _TAX_CATEGORIES if given & any_of), "food")
