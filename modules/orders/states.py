"""The six machines of an order as data: which state may follow which, and what the axes say together.

What is not drawn here is refused. `docs/explanation/an-orders-way.md` shows the same tables.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import TypeVar

from modules.orders.interface import (
    Axes,
    ClaimState,
    CourierState,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    Status,
    TransitionRefused,
    VendorState,
)
from modules.orders.policies import Stage
from tiffin import states

S = TypeVar("S", bound=Enum)


class Machine(states.Machine[S]):
    """One axis of an order, or its claim."""

    def __init__(self, axis: str, start: S, drawn: Mapping[S, Collection[S]], *, what: str = "") -> None:
        super().__init__(what or f"An order: {axis}", start, drawn)
        self.axis = axis

    def refusal(self, before: S, after: S) -> TransitionRefused:
        return TransitionRefused(axis=self.axis, from_state=str(before.value), to_state=str(after.value))


ORDER = Machine(
    "order",
    OrderState.PLACED,
    {
        OrderState.PLACED: (OrderState.CONFIRMED, OrderState.CANCELLED),
        OrderState.CONFIRMED: (OrderState.ACCEPTED, OrderState.CANCELLED),
        OrderState.ACCEPTED: (OrderState.COMPLETED, OrderState.CANCELLED),
    },
)

PAYMENT = Machine(
    "payment",
    PaymentState.PENDING,
    {
        PaymentState.PENDING: (
            PaymentState.ACTION_REQUIRED,
            PaymentState.AUTHORISED,
            PaymentState.DECLINED,
            PaymentState.VOIDING,
            PaymentState.FAILED,
        ),
        PaymentState.ACTION_REQUIRED: (
            PaymentState.AUTHORISED,
            PaymentState.DECLINED,
            PaymentState.VOIDING,
            PaymentState.FAILED,
        ),
        PaymentState.AUTHORISED: (PaymentState.CAPTURING, PaymentState.VOIDING),
        PaymentState.CAPTURING: (PaymentState.CAPTURED, PaymentState.VOIDING, PaymentState.FAILED),
        # A capture may be through before the void reaches the provider; then the money goes back as a refund.
        PaymentState.VOIDING: (
            PaymentState.VOIDED,
            PaymentState.CAPTURED,
            PaymentState.DECLINED,
            PaymentState.FAILED,
        ),
        # An authorisation that comes after the order was given up is let go again.
        PaymentState.VOIDED: (PaymentState.VOIDING,),
    },
)

VENDOR = Machine(
    "vendor",
    VendorState.NOT_OFFERED,
    {
        VendorState.NOT_OFFERED: (VendorState.OFFERED,),
        VendorState.OFFERED: (VendorState.ACCEPTED, VendorState.REJECTED, VendorState.WITHDRAWING),
        VendorState.ACCEPTED: (VendorState.READY, VendorState.COLLECTED, VendorState.WITHDRAWING),
        VendorState.READY: (VendorState.COLLECTED, VendorState.WITHDRAWING),
        # It may have been rejected or collected before the withdrawal arrived.
        VendorState.WITHDRAWING: (VendorState.WITHDRAWN, VendorState.REJECTED, VendorState.COLLECTED),
    },
)

COURIER = Machine(
    "courier",
    CourierState.NOT_REQUESTED,
    {
        CourierState.NOT_REQUESTED: (CourierState.SEARCHING,),
        CourierState.SEARCHING: (CourierState.ASSIGNED, CourierState.FAILED, CourierState.CANCELLING),
        CourierState.ASSIGNED: (
            CourierState.SEARCHING,
            CourierState.PICKED_UP,
            CourierState.FAILED,
            CourierState.CANCELLING,
        ),
        CourierState.PICKED_UP: (CourierState.DELIVERED, CourierState.FAILED),
        # It may have been picked up or have failed before the cancellation arrived.
        CourierState.CANCELLING: (CourierState.CANCELLED, CourierState.PICKED_UP, CourierState.FAILED),
        # A request that was still on its way when the order was given up is called off again.
        CourierState.CANCELLED: (CourierState.CANCELLING,),
    },
)

REFUND = Machine(
    "refund",
    RefundState.NONE,
    {
        RefundState.NONE: (RefundState.DUE, RefundState.KEPT),
        RefundState.DUE: (RefundState.REFUNDED,),
        # Something more is found to be wrong.
        RefundState.REFUNDED: (RefundState.DUE,),
    },
)

POINTS = Machine(
    "points",
    PointsState.NONE,
    {
        PointsState.NONE: (PointsState.PENDING,),
        PointsState.PENDING: (PointsState.HELD, PointsState.REFUSED, PointsState.RELEASING),
        PointsState.HELD: (PointsState.SPENDING, PointsState.RELEASING, PointsState.LAPSED),
        PointsState.SPENDING: (PointsState.SPENT, PointsState.LAPSED),
        # Something was found to be wrong; and something more.
        PointsState.SPENT: (PointsState.RESTORING,),
        PointsState.RESTORING: (PointsState.SPENT,),
        PointsState.RELEASING: (PointsState.RELEASED,),
        # A hold that comes after the order was given up is let go again.
        PointsState.RELEASED: (PointsState.RELEASING,),
    },
)

# A claim is a row of its own and no axis: an order may have several.
CLAIM = Machine(
    "claim",
    ClaimState.OPEN,
    {
        ClaimState.OPEN: (ClaimState.GRANTED, ClaimState.REFUSED),
        # Once, when its customer appeals.
        ClaimState.REFUSED: (ClaimState.OPEN,),
    },
    what="A claim",
)

MACHINES: tuple[
    Machine[OrderState]
    | Machine[PaymentState]
    | Machine[VendorState]
    | Machine[CourierState]
    | Machine[RefundState]
    | Machine[PointsState],
    ...,
] = (ORDER, PAYMENT, VENDOR, COURIER, REFUND, POINTS)

START = Axes(
    order=ORDER.start,
    payment=PAYMENT.start,
    vendor=VENDOR.start,
    courier=COURIER.start,
    refund=REFUND.start,
    points=POINTS.start,
)

# Delivered, and the money taken or lost for good.
PAID_OR_LOST = frozenset({PaymentState.CAPTURED, PaymentState.FAILED})
NOTHING_HELD = frozenset({PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.FAILED})
# There is money, or there will be, of which something can be kept.
KEEPS = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURING, PaymentState.CAPTURED})
SETTLED = frozenset({RefundState.REFUNDED, RefundState.KEPT})
# Nothing is asked of rewards any more.
POINTS_SETTLED = frozenset(
    {
        PointsState.NONE,
        PointsState.SPENT,
        PointsState.RELEASED,
        PointsState.REFUSED,
        PointsState.LAPSED,
    }
)
# The customer has paid with them.
POINTS_TAKEN = frozenset({PointsState.SPENDING, PointsState.SPENT, PointsState.RESTORING})
VENDOR_OPEN = frozenset(
    {VendorState.OFFERED, VendorState.ACCEPTED, VendorState.READY, VendorState.WITHDRAWING}
)
COURIER_OPEN = frozenset(
    {CourierState.SEARCHING, CourierState.ASSIGNED, CourierState.PICKED_UP, CourierState.CANCELLING}
)


def status_of(axes: Axes) -> Status:
    """What the customer reads."""
    match axes.order:
        case OrderState.PLACED:
            needs_action = axes.payment is PaymentState.ACTION_REQUIRED
            return Status.ACTION_REQUIRED if needs_action else Status.PAYING
        case OrderState.CONFIRMED:
            return Status.WAITING_FOR_RESTAURANT
        case OrderState.ACCEPTED:
            return _status_of_accepted(axes)
        case OrderState.COMPLETED:
            return Status.DELIVERED
    return _status_of_cancelled(axes)


def _status_of_accepted(axes: Axes) -> Status:
    if axes.courier in {CourierState.PICKED_UP, CourierState.DELIVERED}:
        return Status.ON_THE_WAY
    on_counter = axes.vendor in {VendorState.READY, VendorState.COLLECTED}
    return Status.READY if on_counter else Status.PREPARING


def _status_of_cancelled(axes: Axes) -> Status:
    if axes.refund is RefundState.DUE:
        return Status.REFUNDING
    if axes.refund is RefundState.REFUNDED:
        return Status.REFUNDED
    return Status.CANCELLED


def stage_of(axes: Axes) -> Stage:
    """How far an order is that is not over."""
    if axes.courier in {CourierState.PICKED_UP, CourierState.DELIVERED} or (
        axes.vendor is VendorState.COLLECTED
    ):
        return Stage.ON_THE_WAY
    if axes.vendor is VendorState.READY:
        return Stage.READY
    if axes.vendor is not VendorState.ACCEPTED:
        return Stage.BEFORE
    return Stage.COURIER_COMING if axes.courier is CourierState.ASSIGNED else Stage.PREPARING


def is_over(axes: Axes) -> bool:
    """Whether the order itself is decided: delivered or given up."""
    return axes.order in {OrderState.COMPLETED, OrderState.CANCELLED}


def is_final(axes: Axes) -> bool:
    """Whether nothing is awaited any more: decided, money and points settled, nobody still at work on it."""
    if axes.points not in POINTS_SETTLED:
        return False
    if axes.order is OrderState.COMPLETED:
        return axes.payment in PAID_OR_LOST and axes.refund is not RefundState.DUE
    if axes.order is not OrderState.CANCELLED:
        return False
    settled = axes.payment in NOTHING_HELD or axes.refund in SETTLED
    return settled and axes.vendor not in VENDOR_OPEN and axes.courier not in COURIER_OPEN
