"""Deliverect's menu document and product document as they travel: the fields that are read here, with their
names.

Source: Deliverect's developer documentation, "Menu Update" (channel webhook), "Glossary - Menus", "Menu
Update (Async)", "How to handle Modifier Groups", "Store Opening Times" and "Glossary - Product Insert", read
November 2026. What is not named here is ignored, as Deliverect adds fields.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

PRODUCT, MODIFIER, GROUP, BUNDLE = 1, 2, 3, 4

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Hundredths = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Texts = dict[str, str] | None


class Overload(msgspec.Struct, rename="camel"):
    """What holds for an entity in the groups whose PLUs are in `scopes`."""

    scopes: list[str]
    price: Hundredths | None = None
    bundle_price: Hundredths | None = None


class Entity(msgspec.Struct, rename="camel"):
    """A product, modifier, group or bundle: they share their fields. `price` has two decimal places whatever
    the currency has."""

    product_type: Literal[1, 2, 3, 4]
    name: str
    plu: Annotated[str, msgspec.Meta(max_length=200)] = ""
    price: Hundredths = 0
    name_translations: Texts = None
    description: str | None = None
    description_translations: Texts = None
    sub_products: list[str] | None = None
    min: Count = 0
    max: Count = 0
    multi_max: Count | None = None
    max_free: Count | None = None
    multiply: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    min_unique_options: Count | None = None
    max_unique_options: Count | None = None
    product_tags: list[int] | None = None
    overloads: list[Overload] | None = None
    image_url: str | None = None
    pos_category_ids: list[str] | None = None
    snoozed: bool = False
    snooze_id: str | None = None
    visible: bool = True


class Availability(msgspec.Struct, rename="camel"):
    """Local time; 1 is Monday."""

    day_of_week: Annotated[int, msgspec.Meta(ge=1, le=7)]
    start_time: ClockTime
    end_time: ClockTime


class Category(msgspec.Struct, rename="camel"):
    name: str
    id: str | None = msgspec.field(name="_id", default=None)
    pos_category_id: str | None = None
    name_translations: Texts = None
    products: list[str] | None = None
    sub_products: list[str] | None = None
    sub_categories: list[msgspec.Raw] | None = None
    availabilities: list[Availability] | None = None


class Snooze(msgspec.Struct, rename="camel"):
    snooze_end: str | None = None


class Menu(msgspec.Struct, rename="camel"):
    """The outermost level of one menu. What it holds is read one by one, so that each problem has its
    path."""

    availabilities: list[msgspec.Raw] | None = None
    menu_type: int = 0
    categories: list[msgspec.Raw] | None = None
    products: dict[str, msgspec.Raw] | list[msgspec.Raw] | None = None
    modifiers: dict[str, msgspec.Raw] | None = None
    modifier_groups: dict[str, msgspec.Raw] | None = None
    bundles: dict[str, msgspec.Raw] | None = None
    snoozed_products: dict[str, Snooze] | None = None
