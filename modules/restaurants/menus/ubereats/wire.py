"""The Uber Eats menu v2 document as it travels: the fields that are read here, with their own names.

Source: Uber's developer documentation, "Upload Menu" (PUT /v2/eats/stores/{store_id}/menus) and "Example
Menu Payloads", read November 2026. What is not named here is ignored, as Uber adds fields.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
MinorUnits = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
ContextType = Literal["MENU", "ITEM", "MODIFIER_GROUP"]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Text(msgspec.Struct):
    """A text by language ("en_us", "pl", "default")."""

    translations: dict[str, str]


class PriceOverride(msgspec.Struct):
    context_type: ContextType
    context_value: str
    price: MinorUnits


class PriceRules(msgspec.Struct):
    price: MinorUnits
    overrides: list[PriceOverride] | None = None


class Quantity(msgspec.Struct):
    min_permitted: Count | None = None
    max_permitted: Count | None = None
    is_min_permitted_optional: bool | None = None
    charge_above: Count | None = None
    refund_under: Count | None = None
    min_permitted_unique: Count | None = None
    max_permitted_unique: Count | None = None


class QuantityOverride(msgspec.Struct):
    context_type: ContextType
    context_value: str
    quantity: Quantity


class QuantityRules(msgspec.Struct):
    quantity: Quantity | None = None
    overrides: list[QuantityOverride] | None = None


class GroupsOverride(msgspec.Struct):
    context_type: ContextType
    context_value: str
    ids: list[str] | None = None


class GroupsRules(msgspec.Struct):
    ids: list[str] | None = None
    overrides: list[GroupsOverride] | None = None


class Labels(msgspec.Struct):
    labels: list[str]


class TaxLabels(msgspec.Struct):
    default_value: Labels


class Classifications(msgspec.Struct):
    alcoholic_items: int | None = None


class DishInfo(msgspec.Struct):
    classifications: Classifications | None = None


class Item(msgspec.Struct):
    id: Id
    title: Text
    price_info: PriceRules
    description: Text | None = None
    image_url: str | None = None
    quantity_info: QuantityRules | None = None
    modifier_group_ids: GroupsRules | None = None
    tax_label_info: TaxLabels | None = None
    dish_info: DishInfo | None = None


class Entity(msgspec.Struct):
    id: str
    type: Literal["ITEM", "MODIFIER_GROUP"] = "ITEM"


class ModifierGroup(msgspec.Struct):
    id: Id
    title: Text
    modifier_options: list[Entity]
    quantity_info: QuantityRules | None = None


class Category(msgspec.Struct):
    id: Id
    title: Text
    entities: list[Entity]


class TimePeriod(msgspec.Struct):
    start_time: ClockTime
    end_time: ClockTime


class ServiceDay(msgspec.Struct):
    day_of_week: Day
    time_periods: list[TimePeriod]


class Menu(msgspec.Struct):
    id: Id
    title: Text
    service_availability: list[ServiceDay]
    category_ids: list[str]


class Document(msgspec.Struct):
    """The four lists, each entity checked."""

    items: list[Item]
    modifier_groups: list[ModifierGroup]
    categories: list[Category]
    menus: list[Menu]
