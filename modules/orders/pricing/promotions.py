"""What a promotion says, as pricing needs it."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from uuid import UUID

from modules.orders.interface import Party, PromotionKind
from tiffin.dto import DTO


class Level(Enum):
    """What a promotion is off; of each level one applies."""

    DISHES = "dishes"
    BASKET = "basket"
    DELIVERY = "delivery"


class Promotion(DTO):
    """A promotion that this customer may have here and now, in minor units.

    `percent` off, or `amount` off; never more than `most`; of the dishes `items`, or of the basket. Of `buy`
    and `get` dishes together the `get` cheapest are free, without their options. Nothing below `min_subtotal`
    of items and options. `left` is what is left of its budget: it applies whole or not at all.
    """

    id: UUID
    label: str
    kind: PromotionKind
    percent: Decimal = Decimal(0)
    amount: int = 0
    most: int | None = None
    items: frozenset[UUID] = frozenset()
    buy: int = 0
    get: int = 0
    min_subtotal: int = 0
    exclusive: bool = False
    left: int | None = None
    funded_by: Party = Party.PLATFORM

    @property
    def code(self) -> str:
        """What the components that it adds are called."""
        return str(self.id)

    @property
    def level(self) -> Level:
        if self.kind is PromotionKind.FREE_DELIVERY:
            return Level.DELIVERY
        for_dishes = self.items or self.kind is PromotionKind.BUY_X_GET_Y
        return Level.DISHES if for_dishes else Level.BASKET

    def is_for(self, item_id: UUID) -> bool:
        return not self.items or item_id in self.items
