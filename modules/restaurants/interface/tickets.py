"""An order as its restaurant sees it."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants.interface.ids import ItemId, OrderId, RestaurantId
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class TicketState(OpenEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class TicketKind(OpenEnum):
    """Who comes for it: a courier, or the customer."""

    DELIVERY = "delivery"
    PICKUP = "pickup"
    UNKNOWN = "unknown"


class RejectReason(OpenEnum):
    TOO_BUSY = "too_busy"
    ITEM_UNAVAILABLE = "item_unavailable"
    CLOSING = "closing"
    OTHER = "other"
    NO_ANSWER = "no_answer"
    UNKNOWN = "unknown"


class TicketChoice(DTO):
    """An option of a line as a till reads it: `count` in one dish, `price` for all of them together, in minor
    units of the order's currency."""

    item_id: ItemId
    title: str
    count: int
    price: int
    choices: tuple[TicketChoice, ...] = ()


class DelayReason(OpenEnum):
    """Why it takes longer than was promised."""

    BUSY = "busy"
    STAFF = "staff"
    EQUIPMENT = "equipment"
    OTHER = "other"
    UNKNOWN = "unknown"


class TicketLine(DTO):
    """`options` as the kitchen reads them, nested ones after their parent: ("Large", "2 × Cheese"). A till
    reads `item_id`, `price` (of one dish with its options, in minor units of the order's currency) and
    `choices`. Lines of the same `person` (numbered from 1; None: nobody is named) go into the same bag;
    `for_person` is the name, where it can be opened."""

    title: str
    count: int
    options: tuple[str, ...] = ()
    item_id: ItemId | None = None
    price: int | None = None
    choices: tuple[TicketChoice, ...] = ()
    person: int | None = None
    for_person: str = ""
    note: str = ""

    @property
    def bag(self) -> str:
        """Whom it is for, as one says it; empty for nobody in particular."""
        return self.for_person or (f"Person {self.person}" if self.person else "")


class OfferedOrder(DTO):
    """An order for a restaurant to take. `reference` is the short code that people say aloud; unless it
    answers before `accept_by`, the ticket rejects itself. No personal data but what the notes say, and
    `names`: of those whom lines are for, by their `person`, sealed by identity. `wanted_at` is when the
    customer wants it, None as soon as possible; whoever gets it must be `minimum_age` years old (0: it does
    not matter)."""

    order_id: OrderId
    restaurant_id: RestaurantId
    reference: str
    lines: tuple[TicketLine, ...]
    placed_at: datetime
    accept_by: datetime
    total: Money
    note: str = ""
    fulfilment: TicketKind = TicketKind.DELIVERY
    wanted_at: datetime | None = None
    minimum_age: int = 0
    names: str = ""


class TicketView(DTO):
    order_id: OrderId
    restaurant_id: RestaurantId
    restaurant_name: str
    reference: str
    state: TicketState
    lines: tuple[TicketLine, ...]
    placed_at: datetime
    accept_by: datetime
    total: Money
    note: str = ""
    ready_at: datetime | None = None
    reason: str = ""
    fulfilment: TicketKind = TicketKind.DELIVERY
    wanted_at: datetime | None = None
    minimum_age: int = 0


class TicketPage(DTO):
    tickets: tuple[TicketView, ...]
    next_cursor: str | None = None
