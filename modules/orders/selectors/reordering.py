"""Ordering the same again: the basket of an earlier order as the menu stands now, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec

from modules.orders.basket import Available, find_dishes
from modules.orders.interface import (
    BasketItemUnavailable,
    BasketLine,
    ChangeKind,
    Choice,
    ChosenOption,
    OrderUnknown,
    ReorderChange,
    ReorderView,
)
from modules.orders.menus import Menu
from modules.orders.models import Order, OrderLine
from modules.orders.selectors import known
from modules.restaurants.interface import OptionGroup
from tiffin import clock
from tiffin.errors import DomainError
from tiffin.money import Money

_SAID = {
    ChangeKind.PRICE: "{title} costs {after} now; it was {before}.",
    ChangeKind.GONE: "{title} is not on the menu any more.",
    ChangeKind.UNAVAILABLE: "{title} is not available now.",
    ChangeKind.OPTION_GONE: "{title} comes without what is not offered any more.",
    ChangeKind.CHOOSE_AGAIN: "{title} is offered differently now; please choose again.",
}


def reorder(*, customer_id: UUID, order_id: UUID) -> ReorderView:
    """The basket that comes closest, and what is different. What the kitchen should know of a dish goes with
    it; whom it is for does not: who eats along is another question each time.

    Raises OrderUnknown, also for another customer's, and RestaurantUnknown when it is not here any more.
    """
    order = Order.objects.filter(pk=order_id, customer_id=customer_id).prefetch_related("lines").first()
    if order is None:
        raise OrderUnknown()
    now = clock.now()
    facts, unavailable = known.restaurant(order.restaurant_id, at=now)
    menu = known.menu(facts.id, facts.menu_version)

    def available(item_id: UUID) -> bool:
        served = menu.item(item_id) is None or menu.is_served(item_id, at=now, zone=facts.time_zone)
        return served and item_id not in unavailable

    again = _Again(order, menu, available)
    for line in order.lines.all():
        again.take(line)
    return ReorderView(
        restaurant_id=facts.id,
        lines=tuple(again.lines),
        changes=tuple(again.changes),
        fulfilment=order.fulfilment,
    )


class _Again:
    """Takes one line after the other."""

    def __init__(self, order: Order, menu: Menu, available: Available) -> None:
        self.order, self.menu, self.available = order, menu, available
        self.lines: list[BasketLine] = []
        self.changes: list[ReorderChange] = []

    def take(self, line: OrderLine) -> None:
        item = self.menu.item(line.item_id)
        if item is None:
            return self._differs(line, ChangeKind.GONE)
        options = msgspec.convert(line.options, tuple[ChosenOption, ...])
        choices = tuple(_choices(item.groups, options))
        wanted = BasketLine(item_id=line.item_id, quantity=line.quantity, choices=choices, note=line.note)
        try:
            (dish,) = find_dishes(
                (wanted,), menu=self.menu, available=self.available, maximum_items=line.quantity
            )
        except BasketItemUnavailable:
            return self._differs(line, ChangeKind.UNAVAILABLE)
        except DomainError:
            return self._differs(line, ChangeKind.CHOOSE_AGAIN)
        self.lines.append(wanted)
        if _count(choices) < _count(options):
            self._differs(line, ChangeKind.OPTION_GONE)
        if dish.unit_price != line.unit_price:
            self._differs(line, ChangeKind.PRICE, after=dish.unit_price)
        return None

    def _differs(self, line: OrderLine, kind: ChangeKind, after: int | None = None) -> None:
        before = self.order.money(line.unit_price)
        now: Money | None = None if after is None else self.order.money(after)
        self.changes.append(
            ReorderChange(
                kind=kind,
                title=line.title,
                text=_SAID[kind].format(title=line.title, before=before, after=now),
                before=before,
                after=now,
            )
        )


def _choices(
    groups: tuple[OptionGroup, ...], options: tuple[ChosenOption, ...], each: int = 1
) -> Iterator[Choice]:
    """The same options where they are offered still; what goes with an option is counted for all of it."""
    for option in options:
        for group in groups:
            offered = next((here for here in group.options if here.id == option.option_id), None)
            if offered is not None:
                yield Choice(
                    group_id=group.id,
                    option_id=offered.id,
                    quantity=option.quantity // each,
                    choices=tuple(_choices(offered.groups, option.choices, option.quantity)),
                )
                break


def _count(options: tuple[Choice, ...] | tuple[ChosenOption, ...]) -> int:
    return sum(1 + _count(option.choices) for option in options)
