"""What the restaurant does with the order. What comes after it was given up changes nothing else."""

from __future__ import annotations

from modules.orders.events import OrderAccepted
from modules.orders.interface import CourierState, OrderState, PaymentState, VendorState
from modules.orders.models.order import lock_if_known
from modules.orders.services.compensation import NOTHING_TO_PAY, give_up, withdraw_ticket
from modules.orders.services.completing import complete
from modules.orders.services.delaying import delay_food, want_courier, want_courier_now
from modules.orders.services.recording import record
from modules.orders.states import VENDOR, is_over
from modules.restaurants.events import (
    TicketAccepted,
    TicketCollected,
    TicketDelayed,
    TicketOffered,
    TicketReady,
    TicketRejected,
    TicketWithdrawn,
)
from modules.restaurants.interface import RejectReason
from tiffin import clock, jobs
from tiffin.log import Event, on


@on(TicketOffered)
def offered_to_restaurant(event: TicketOffered) -> None:
    """The order lies on the counter."""
    order = lock_if_known(event.order_id)
    if order is None or order.axes.vendor is not VendorState.NOT_OFFERED:
        return
    order.move(vendor=VendorState.OFFERED)
    if is_over(order.axes):
        withdraw_ticket(order)
    record(order)


@on(TicketAccepted)
def restaurant_accepted(event: TicketAccepted) -> None:
    """Food is being made from now on: the money is taken, a courier is looked for."""
    order = lock_if_known(event.order_id)
    if order is None or order.axes.order is not OrderState.CONFIRMED:
        return
    if not VENDOR.allows(order.axes.vendor, VendorState.ACCEPTED):
        return
    order.move(
        vendor=VendorState.ACCEPTED,
        order=OrderState.ACCEPTED,
        payment=PaymentState.CAPTURING,
        courier=None if order.is_fetched else CourierState.SEARCHING,
    )
    order.accepted_at = clock.now()
    order.ready_at = event.ready_at
    if order.total:
        jobs.add(order, "capture_payment", due=clock.now())
    else:
        order.move(payment=PaymentState.CAPTURED, note=NOTHING_TO_PAY)
    if not order.is_fetched:
        want_courier(order)
    accepted = OrderAccepted(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        ready_at=event.ready_at,
    )
    record(order, accepted)


@on(TicketRejected)
def restaurant_rejected(event: TicketRejected) -> None:
    """The restaurant does not cook it, or never answered."""
    order = lock_if_known(event.order_id)
    if order is None or not VENDOR.allows(order.axes.vendor, VendorState.REJECTED):
        return
    order.move(vendor=VendorState.REJECTED, note=event.reason.value)
    if is_over(order.axes):
        jobs.drop(order, "withdraw_ticket")
        record(order)
        return
    never_answered = event.reason is RejectReason.NO_ANSWER
    reason = "restaurant_no_answer" if never_answered else "restaurant_rejected"
    record(order, give_up(order, reason=reason, by="restaurant", note=event.reason.value))


@on(TicketDelayed)
def restaurant_is_late(event: TicketDelayed) -> None:
    """The kitchen needs longer than it promised: the customer reads until when, and whose doing it is."""
    order = lock_if_known(event.order_id)
    if order is not None and (order.ready_at is None or event.ready_at > order.ready_at):
        delay_food(order, ready_at=event.ready_at, reason=f"late_{event.reason.value}")


@on(TicketReady)
def food_is_ready(event: TicketReady) -> None:
    order = lock_if_known(event.order_id)
    if order is not None and order.axes.vendor is VendorState.ACCEPTED:
        order.move(vendor=VendorState.READY)
        want_courier_now(order)
        record(order)


@on(TicketCollected)
def food_was_collected(event: TicketCollected) -> None:
    """By a courier, or by the customer, who has it then. Also when we wanted it back: it was too late."""
    order = lock_if_known(event.order_id)
    if order is None or not VENDOR.allows(order.axes.vendor, VendorState.COLLECTED):
        return
    jobs.drop(order, "withdraw_ticket")
    order.move(vendor=VendorState.COLLECTED)
    if order.is_fetched and order.axes.order is OrderState.ACCEPTED:
        record(order, complete(order))
    else:
        record(order)


@on(TicketWithdrawn)
def ticket_withdrawn(event: TicketWithdrawn) -> None:
    """It is off the counter: as we wished, or because everybody forgot it there."""
    order = lock_if_known(event.order_id)
    if order is None:
        return
    events: tuple[Event, ...] = ()
    if not is_over(order.axes) and VENDOR.allows(order.axes.vendor, VendorState.WITHDRAWING):
        events = (give_up(order, reason="restaurant_lost_order", by="restaurant", note=event.reason[:64]),)
    if order.axes.vendor is VendorState.WITHDRAWING:
        jobs.drop(order, "withdraw_ticket")
        order.move(vendor=VendorState.WITHDRAWN)
        record(order, *events)
