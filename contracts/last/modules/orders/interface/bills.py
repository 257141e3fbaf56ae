"""Baskets, prices and quotes: what a customer wants, and what it costs line by line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

QuoteId = NewType("QuoteId", UUID)


class Choice(DTO):
    """An option taken from a group of the menu; options may have groups of their own."""

    group_id: UUID
    option_id: UUID
    quantity: int = 1
    choices: tuple[Choice, ...] = ()


class BasketLine(DTO):
    """`quantity` times one item of the menu, each with the same choices."""

    item_id: UUID
    quantity: int = 1
    choices: tuple[Choice, ...] = ()


class ComponentKind(OpenEnum):
    """What an amount is for, in the order of the price pipeline."""

    ITEM = "item"
    OPTION = "option"
    PROMOTION = "promotion"
    DELIVERY_FEE = "delivery_fee"
    SERVICE_FEE = "service_fee"
    SMALL_ORDER_FEE = "small_order_fee"
    MEMBER_BENEFIT = "member_benefit"
    POINTS = "points"
    TIP = "tip"
    TAX = "tax"
    UNKNOWN = "unknown"


class Party(OpenEnum):
    """Who owes the tax of an amount, and whose amount it is."""

    RESTAURANT = "restaurant"
    PLATFORM = "platform"
    COURIER = "courier"
    UNKNOWN = "unknown"


class PriceComponent(DTO):
    """One amount of a bill. `tax` is part of `amount` where prices include tax; where they do not, it comes
    again as a component of kind TAX. `line` is the index of the order line it belongs to."""

    kind: ComponentKind
    code: str
    label: str
    amount: Money
    tax_category: str
    tax_rate: Decimal
    tax: Money
    liable: Party
    line: int | None = None


class Price(DTO):
    """A bill: the components sum to `total` to the unit. `subtotal` is items and options alone."""

    components: tuple[PriceComponent, ...]
    subtotal: Money
    tax: Money
    total: Money
    includes_tax: bool


class ChosenOption(DTO):
    """An option as it stood on the menu; `price` is for all `quantity` of it in one dish."""

    option_id: UUID
    title: str
    quantity: int
    price: Money
    choices: tuple[ChosenOption, ...] = ()


class OrderLineView(DTO):
    """A line as it stood on the menu; `unit_price` includes the options, `total` all `quantity` of them."""

    item_id: UUID
    title: str
    quantity: int
    unit_price: Money
    total: Money
    options: tuple[ChosenOption, ...] = ()


class QuoteView(DTO):
    """A price, and until `expires_at` the promise to keep it. `token` is None for a preview, which cannot be
    placed: it has no customer or no address."""

    quote_id: QuoteId
    token: str | None
    expires_at: datetime
    region: str
    restaurant_id: UUID
    restaurant_name: str
    menu_version: int
    distance_m: int
    ready_in_minutes: int
    lines: tuple[OrderLineView, ...]
    price: Price
