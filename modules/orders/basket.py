"""Checks a basket against the menu that orders holds, and finds the prices in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import msgspec

from modules.orders.interface import (
    BasketEmpty,
    BasketItemUnavailable,
    BasketItemUnknown,
    BasketLine,
    BasketTooLarge,
    Choice,
    LineTextWrong,
    OptionCountWrong,
    OptionUnknown,
    QuantityWrong,
)
from modules.orders.menus import Menu
from modules.orders.pricing import Dish, TakenOption
from modules.restaurants.interface import Item, Option, OptionGroup

# However generous a menu is: nobody wants a hundred of one topping on one dish.
MAXIMUM_OF_ONE_OPTION = 99
LONGEST_NAME = 40
LONGEST_LINE_NOTE = 140
# What a ticket cannot print in one line: control characters, other line breaks, halves of characters, and
# what turns the direction of all that follows.
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Available = Callable[[UUID], bool]


def find_dishes(
    lines: tuple[BasketLine, ...], *, menu: Menu, available: Available, maximum_items: int
) -> tuple[Dish, ...]:
    """The basket's dishes as the menu prices them.

    `available` says whether an item or option can be had now. Raises BasketEmpty, BasketTooLarge,
    BasketItemUnknown, BasketItemUnavailable, OptionUnknown, OptionCountWrong, QuantityWrong, LineTextWrong.
    """
    if not lines:
        raise BasketEmpty()
    dishes = _with_people(tuple(_dish(line, menu, available, maximum_items) for line in lines))
    if sum(dish.quantity for dish in dishes) > maximum_items:
        raise BasketTooLarge(maximum=maximum_items)
    return dishes


def _dish(line: BasketLine, menu: Menu, available: Available, maximum: int) -> Dish:
    item = menu.item(line.item_id)
    if item is None:
        raise BasketItemUnknown(item_id=str(line.item_id))
    if not available(item.id):
        raise BasketItemUnavailable(item_id=str(item.id), dish=item.title)
    if not 1 <= line.quantity <= maximum:
        raise QuantityWrong(dish=item.title, maximum=maximum, quantity=line.quantity)
    return Dish(
        item_id=item.id,
        title=item.title,
        quantity=line.quantity,
        price=item.price,
        tax_category=item.tax_category,
        options=_options(item, item.groups, line.choices, available),
        for_person=_one_line(line.for_person, item, "name", LONGEST_NAME),
        note=_one_line(line.note, item, "note", LONGEST_LINE_NOTE),
    )


def _one_line(text: str, item: Item, what: str, longest: int) -> str:
    """What somebody wrote, without needless spaces."""
    if not text:
        return ""
    if _NOT_ONE_LINE.search(text) or len(text) > longest:
        raise LineTextWrong(dish=item.title, what=what, longest=longest)
    return " ".join(text.split())


def _with_people(dishes: tuple[Dish, ...]) -> tuple[Dish, ...]:
    """Number those whom dishes are for, as they come; a name in other letters' case is the same person."""
    if not any(dish.for_person for dish in dishes):
        return dishes
    known: dict[str, tuple[int, str]] = {}

    def numbered(dish: Dish) -> Dish:
        if not dish.for_person:
            return dish
        number, name = known.setdefault(dish.for_person.casefold(), (len(known) + 1, dish.for_person))
        with_number: Dish = msgspec.structs.replace(dish, person=number, for_person=name)
        return with_number

    return tuple(numbered(dish) for dish in dishes)


def _options(
    parent: Item | Option, groups: tuple[OptionGroup, ...], choices: tuple[Choice, ...], available: Available
) -> tuple[TakenOption, ...]:
    known = {group.id for group in groups}
    for choice in choices:
        if choice.group_id not in known:
            raise OptionUnknown(
                dish=parent.title, group_id=str(choice.group_id), option_id=str(choice.option_id)
            )
    taken: list[TakenOption] = []
    for group in groups:
        taken.extend(_taken_from(group, parent, [c for c in choices if c.group_id == group.id], available))
    return tuple(taken)


def _taken_from(
    group: OptionGroup, parent: Item | Option, choices: list[Choice], available: Available
) -> list[TakenOption]:
    chosen = sum(max(choice.quantity, 0) for choice in choices)
    if chosen < group.min or (group.max is not None and chosen > group.max):
        raise _wrong_count(group, parent, chosen)
    options = {option.id: option for option in group.options}
    taken, counts, free = [], dict.fromkeys(options, 0), group.free
    for choice in choices:
        option = options.get(choice.option_id)  # type: ignore[call-overload]  # ids are UUIDs on both sides
        if option is None:
            raise OptionUnknown(dish=parent.title, group_id=str(group.id), option_id=str(choice.option_id))
        counts[option.id] += choice.quantity
        _check_quantity(option, choice.quantity, counts[option.id])
        if not available(option.id):
            raise BasketItemUnavailable(item_id=str(option.id), dish=option.title)
        paid = max(choice.quantity - free, 0)
        free -= choice.quantity - paid
        taken.append(_taken(option, choice, paid, available))
    return taken


def _taken(option: Option, choice: Choice, paid: int, available: Available) -> TakenOption:
    """Options under an option go with each of it: two toppings with an extra each are two extras."""
    below = _options(option, option.groups, choice.choices, available)
    return TakenOption(
        option_id=option.id,
        title=option.title,
        quantity=choice.quantity,
        price=option.price * paid,
        tax_category=option.tax_category,
        options=tuple(_times(inner, choice.quantity) for inner in below),
    )


def _times(option: TakenOption, count: int) -> TakenOption:
    if count == 1:
        return option
    return TakenOption(
        option_id=option.option_id,
        title=option.title,
        quantity=option.quantity * count,
        price=option.price * count,
        tax_category=option.tax_category,
        options=tuple(_times(inner, count) for inner in option.options),
    )


def _check_quantity(option: Option, quantity: int, together: int) -> None:
    maximum = MAXIMUM_OF_ONE_OPTION if option.max is None else option.max
    if quantity < 1 or together > maximum:
        raise QuantityWrong(dish=option.title, maximum=maximum, quantity=min(quantity, together))


def _wrong_count(group: OptionGroup, parent: Item | Option, chosen: int) -> OptionCountWrong:
    available_at_most = sum(option.max or MAXIMUM_OF_ONE_OPTION for option in group.options)
    return OptionCountWrong(
        dish=parent.title,
        group=group.title,
        group_id=str(group.id),
        minimum=group.min,
        maximum=available_at_most if group.max is None else group.max,
        chosen=chosen,
    )
