"""What orders tells the others. Facts only: no name, address or phone is ever in here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.orders.interface import Axes, ClaimReason, ClaimState, Fulfilment, Status
from tiffin.dto import DTO
from tiffin.log import Event
from tiffin.money import Money


class OrderedItem(DTO):
    """`total` is for all `quantity`, options included, before discounts."""

    item_id: UUID
    title: str
    quantity: int
    total: Money


class OrderPlaced(Event, wire="orders.order_placed.v1"):
    """The order is taken; from here on it cannot be lost."""

    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    quote_id: UUID
    total: Money
    items: tuple[OrderedItem, ...]
    placed_at: datetime


class OrderConfirmed(Event, wire="orders.order_confirmed.v1"):
    """The money is secured; the restaurant is asked next."""

    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    total: Money


class OrderAccepted(Event, wire="orders.order_accepted.v1"):
    """The restaurant has taken it and means to have it ready at `ready_at`."""

    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    ready_at: datetime


class OrderDelivered(Event, wire="orders.order_delivered.v1"):
    """The customer has it. `goods` is what of the bill is dishes and options after all discounts, however it
    was paid: what earns points; `points` were spent on it. `donation` is what the customer gave on top, for
    the charity."""

    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    courier_id: UUID | None
    total: Money
    delivered_at: datetime
    goods: Money | None = None
    points: int = 0
    donation: Money | None = None
    charity_id: UUID | None = None
    saved_by_membership: Money | None = None


class OrderCancelled(Event, wire="orders.order_cancelled.v1"):
    """It will not be delivered. `reason` is a code such as `payment_declined`, `restaurant_rejected`,
    `restaurant_no_answer`, `no_courier`, `customer`, `staff`; `by` is the kind of actor."""

    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    reason: str
    by: str


class OrderRefunded(Event, wire="orders.order_refunded.v1"):
    """Captured money went back to the customer, or points that were spent: what is owed in both comes as two
    of these, each with a `refund_id` of its own. `reason` is why it was owed: a code such as those of
    cancellations and claims; empty where nobody had asked for it. `goods` is what went back for dishes and
    options, in money or in the worth of the points; `donation` what went back of the gift to a charity. Money
    that never came after all (`unpaid`), or was taken by the customer's bank (`charged_back`), is told with
    nothing but these: neither money nor points went back. `saved_by_membership` is told with the last of all
    that was paid: nothing was saved after all."""

    order_id: UUID
    customer_id: UUID
    amount: Money
    reason: str = ""
    refund_id: UUID | None = None
    goods: Money | None = None
    points: int = 0
    donation: Money | None = None
    saved_by_membership: Money | None = None


class OrderRated(Event, wire="orders.order_rated.v1"):
    """The customer gave 1 to 5 stars to the food, and to the courier where there was one."""

    order_id: UUID
    restaurant_id: UUID
    courier_id: UUID | None
    food: int
    courier: int | None


class ClaimOpened(Event, wire="orders.claim_opened.v1"):
    """The customer says that something was wrong; `asked` is what it is worth."""

    claim_id: UUID
    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    reason: ClaimReason
    asked: Money


class ClaimAppealed(Event, wire="orders.claim_appealed.v1"):
    """The customer does not agree that it was refused: somebody decides again."""

    claim_id: UUID
    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    asked: Money


class ClaimDecided(Event, wire="orders.claim_decided.v1"):
    """It is granted or refused; `granted` goes back to the customer."""

    claim_id: UUID
    order_id: UUID
    customer_id: UUID
    restaurant_id: UUID
    state: ClaimState
    granted: Money


class TimelineMove(DTO):
    """One entry of the order's timeline."""

    seq: int
    at: datetime
    axis: str
    from_state: str | None
    to_state: str
    status: Status
    axes: Axes
    note: str | None = None


class Course(DTO):
    """What an estimate needs to know of an order beside its axes. `asked_at` is when the restaurant is asked,
    or was; the delays are what its restaurant's history said when it was placed, in seconds."""

    region: str
    placed_at: datetime
    asked_at: datetime
    preparation_minutes: int
    distance_m: int
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    wanted_at: datetime | None = None
    ready_at: datetime | None = None
    picked_up_at: datetime | None = None
    delivered_at: datetime | None = None
    usual_delay: int = 0
    seldom_delay: int = 0
    promised_from: datetime | None = None
    promised_by: datetime | None = None


class OrderMoved(Event, wire="orders.order_moved.v1"):
    """Entries that one use case added to the timeline, in order, and the course as it is after them; what the
    live stream shows."""

    order_id: UUID
    customer_id: UUID
    moves: tuple[TimelineMove, ...]
    final: bool
    course: Course | None = None
