"""Giving an order up: whatever was begun for it is undone, each by a command of the module that began it.

what stands                              what undoes it
payment pending … being captured         void (payments refunds what was captured meanwhile)
payment captured                         refund, but for what the region's policy keeps
ticket offered, accepted or ready        withdraw
courier searched or assigned             cancel
points to be held, or held               void
promotions used                          give back to the budget and to the customer, unless something is kept
time taken beforehand                    give to somebody else
"""

from __future__ import annotations

from modules.orders.events import OrderCancelled
from modules.orders.interface import (
    CourierState,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    VendorState,
)
from modules.orders.models import CancellationFee, Order
from modules.orders.selectors.cancelling import fee_of
from modules.orders.services.owing import owe
from modules.orders.services.promotions import release_promotions
from modules.orders.services.slots import release_slot
from tiffin import clock, db, jobs

_VOIDABLE = frozenset(
    {
        PaymentState.PENDING,
        PaymentState.ACTION_REQUIRED,
        PaymentState.AUTHORISED,
        PaymentState.CAPTURING,
    }
)
_WITHDRAWABLE = frozenset({VendorState.OFFERED, VendorState.ACCEPTED, VendorState.READY})
_CANCELLABLE = frozenset({CourierState.SEARCHING, CourierState.ASSIGNED})

_POINTS_ASKED = {
    PointsState.SPENDING: "spend_points",
    PointsState.RESTORING: "restore_points",
    PointsState.RELEASING: "release_points",
}
NOTHING_TO_PAY = "nothing_to_pay"

# What moves an order forward is forgotten once it is given up.
_FORWARD = (
    "secure_points",
    "secure_payment",
    "offer_to_restaurant",
    "capture_payment",
    "request_courier",
    "tell_courier",
)


@db.transaction_required
def give_up(order: Order, *, reason: str, by: str, note: str = "") -> OrderCancelled:
    """Cancel the order and set about undoing what was begun; `record` with the event this returns.

    `reason` is a code that customers see, `by` the kind of actor, `note` a finer code for the timeline.
    """
    order.move(order=OrderState.CANCELLED, note=note or reason)
    order.cancel_reason = reason
    order.action_url = ""
    for name in _FORWARD:
        jobs.drop(order, name)
    release_payment(order)
    withdraw_ticket(order)
    cancel_courier(order)
    release_points(order)
    if fee_of(order) is None:
        release_promotions(order)
    release_slot(order)
    return OrderCancelled(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        reason=reason,
        by=by,
    )


@db.transaction_required
def release_payment(order: Order) -> None:
    """Let go of what is held, or may be held soon; give back what was captured."""
    payment, fee = order.axes.payment, fee_of(order)
    if fee is not None and payment is not PaymentState.CAPTURED:
        _take_what_is_kept(order)
    elif payment in _VOIDABLE or payment is PaymentState.VOIDED:
        order.move(payment=PaymentState.VOIDING)
        if order.total:
            ask(order, "release_payment")
        else:
            order.move(payment=PaymentState.VOIDED, note=NOTHING_TO_PAY)
    elif payment is PaymentState.CAPTURED and order.axes.refund is RefundState.NONE:
        _give_back(order, fee)


def _take_what_is_kept(order: Order) -> None:
    """Of what is only held no more is taken than is kept, and the rest let go. What was asked for already is
    taken whole; then the rest goes back."""
    if order.axes.payment is PaymentState.AUTHORISED:
        order.move(payment=PaymentState.CAPTURING)
    ask(order, "capture_payment")


def _give_back(order: Order, fee: CancellationFee | None) -> None:
    owed = order.captured - order.refunded - (fee.amount if fee else 0)
    if owed > 0:
        owe(order, owed, reason=order.cancel_reason, parts=fee.back if fee else None)
    elif fee is not None:
        order.move(refund=RefundState.KEPT, note=order.cancel_reason)
    elif not order.captured:
        order.move(refund=RefundState.KEPT, note=NOTHING_TO_PAY)
    else:
        order.move(refund=RefundState.DUE)
        order.move(refund=RefundState.REFUNDED)


@db.transaction_required
def release_points(order: Order) -> None:
    """Let go of the points, all of them whatever is kept: a fee is of the money. Those that were spent are
    given back by refunds."""
    if order.axes.points in {PointsState.PENDING, PointsState.HELD, PointsState.RELEASED}:
        order.move(points=PointsState.RELEASING)
        ask(order, "release_points")


@db.transaction_required
def withdraw_ticket(order: Order) -> None:
    """Take the order back from the restaurant's counter."""
    if order.axes.vendor in _WITHDRAWABLE:
        order.move(vendor=VendorState.WITHDRAWING)
        ask(order, "withdraw_ticket")


@db.transaction_required
def cancel_courier(order: Order) -> None:
    """Call the courier off."""
    if order.axes.courier in _CANCELLABLE or order.axes.courier is CourierState.CANCELLED:
        order.move(courier=CourierState.CANCELLING)
        ask(order, "cancel_courier")


@db.transaction_required
def ask_again(order: Order) -> None:
    """Repeat, under new keys, every wish whose answer is outstanding: each is harmless to repeat."""
    axes = order.axes
    if axes.payment is PaymentState.CAPTURING:
        ask(order, "capture_payment")
    if axes.payment is PaymentState.VOIDING:
        ask(order, "release_payment")
    if axes.refund is RefundState.DUE:
        jobs.add(order, "refund_payment", due=clock.now())
    if axes.vendor is VendorState.WITHDRAWING:
        ask(order, "withdraw_ticket")
    if axes.courier is CourierState.CANCELLING:
        ask(order, "cancel_courier")
    if axes.points in _POINTS_ASKED:
        ask(order, _POINTS_ASKED[axes.points])


@db.transaction_required
def ask(order: Order, job: str) -> None:
    """Add a job whose command has a key of its own: the number of wishes so far makes it."""
    order.wishes += 1
    jobs.add(order, job, due=clock.now(), number=order.wishes)
