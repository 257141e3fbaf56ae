"""Orders as others see them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

from modules.orders.interface.bills import BasketLine, Fulfilment, OrderLineView, PersonShare, Price
from modules.orders.interface.claims import KeptPart
from modules.orders.interface.states import Axes, OrderState, PaymentState, PointsState, Status
from modules.orders.interface.tracking import Tracking
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

OrderId = NewType("OrderId", UUID)


class OrderView(DTO):
    """An order as its customer sees it. `code` is what people say to each other; `action_url` is where the
    customer confirms the payment while the status is `action_required`; `waits_until` is when the step at
    hand is given up; `cancel_reason` is a stable code for why it ended otherwise than with the customer
    having it. `claim_obstacle` and `rating_obstacle` say why the customer cannot claim or rate (any more),
    empty while they can. `kept` is what is charged although the order was stopped. `per_person` is the bill
    apart, where dishes are for somebody: it sums to the total. `points` take `points_worth` off the bill, in
    its components of that kind; `points_back` of them came back. `donation` is what the total holds for the
    charity."""

    id: OrderId
    code: str
    version: int
    region: str
    customer_id: UUID
    restaurant_id: UUID
    restaurant_name: str
    status: Status
    axes: Axes
    placed_at: datetime
    changed_at: datetime
    total: Money
    refunded: Money
    lines: tuple[OrderLineView, ...]
    price: Price
    payment_method: str
    courier_id: UUID | None = None
    ready_at: datetime | None = None
    waits_until: datetime | None = None
    action_url: str | None = None
    cancel_reason: str | None = None
    may_cancel: bool = False
    fulfilment: Fulfilment = Fulfilment.DELIVERY
    note: str = ""
    wanted_at: datetime | None = None
    delivered_at: datetime | None = None
    minimum_age: int = 0
    rating: RatingView | None = None
    kept: tuple[KeptPart, ...] = ()
    refunds: tuple[RefundView, ...] = ()
    claim_obstacle: str = ""
    rating_obstacle: str = ""
    tracking: Tracking = Tracking()
    per_person: tuple[PersonShare, ...] = ()
    points: int = 0
    points_worth: Money | None = None
    points_back: int = 0
    donation: Money | None = None
    charity_id: UUID | None = None


class RefundView(DTO):
    """Money that goes back, and so many `points` with it, `points_done_at` when those were: `reason` is a
    code such as `customer`, `late` or `claim_missing`, `done_at` when it was back, `charged_back_at` when the
    customer's bank had taken it already, so that it is not given back as well."""

    amount: Money
    reason: str
    owed_at: datetime
    done_at: datetime | None = None
    charged_back_at: datetime | None = None
    points: int = 0
    points_done_at: datetime | None = None


class ChangeKind(OpenEnum):
    """What has become different since an order."""

    PRICE = "price"
    GONE = "gone"
    UNAVAILABLE = "unavailable"
    OPTION_GONE = "option_gone"
    CHOOSE_AGAIN = "choose_again"
    UNKNOWN = "unknown"


class ReorderChange(DTO):
    """A dish that is not what it was; `before` and `after` are for one of it, with its options."""

    kind: ChangeKind
    title: str
    text: str
    before: Money
    after: Money | None = None


class ReorderView(DTO):
    """The basket of an earlier order as it can be had now, to be quoted anew, and what is different."""

    restaurant_id: UUID
    lines: tuple[BasketLine, ...]
    changes: tuple[ReorderChange, ...]
    fulfilment: Fulfilment = Fulfilment.DELIVERY


class RatingView(DTO):
    """Stars from 1 to 5; `courier` is None where nobody was rated."""

    food: int
    courier: int | None
    words: str
    rated_at: datetime


class RatingSummary(DTO):
    """What customers thought of a restaurant's food: the average of `count` ratings, to a tenth of a star."""

    restaurant_id: UUID
    average: Decimal
    count: int


class OrderSummary(DTO):
    """An order in a list."""

    id: OrderId
    code: str
    region: str
    restaurant_id: UUID
    restaurant_name: str
    status: Status
    placed_at: datetime
    total: Money
    item_count: int
    fulfilment: Fulfilment = Fulfilment.DELIVERY


class OrderPage(DTO):
    """The newest first; `next_cursor` is None on the last page."""

    orders: tuple[OrderSummary, ...]
    next_cursor: str | None = None


class OrderMoney(DTO):
    """What an order costs, and what orders knows to have been taken and given back, for those who compare the
    books. `owed_back` is what goes back in all, `kept` what is kept of an
    order that was cancelled; None of who does not say. `final`: nothing is awaited any
    more. `payment_id`: None when payments never answered that it has one. `quote_shared`: another order has
    the same quote. `charged_back` is what was owed back and the customer's bank had taken already; None of
    who does not say. `points` are held under `hold_id`, of which `points_back` came back; `points_state` None
    of who does not say."""

    id: OrderId
    final: bool
    payment_id: UUID | None = None
    order: OrderState
    payment: PaymentState
    total: Money
    captured: Money
    refunded: Money
    quote_shared: bool
    owed_back: Money | None = None
    kept: Money | None = None
    charged_back: Money | None = None
    points: int = 0
    points_back: int = 0
    hold_id: UUID | None = None
    points_state: PointsState | None = None


class TimelineEntryView(DTO):
    """One change: which axis went from where to where, when, by what kind of actor, caused by what.
    `axes` are all six as they stood after it."""

    seq: int
    at: datetime
    axis: str
    from_state: str | None
    to_state: str
    status: Status
    axes: Axes
    actor: str
    cause: str
    note: str | None = None
