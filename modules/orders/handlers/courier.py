"""What happens on the road. What comes after the order was given up is called off again."""

from __future__ import annotations

from modules.delivery.events import (
    AGE_REFUSED,
    CourierAssigned,
    CourierPickedUp,
    CourierUnassigned,
    DeliveryCancelled,
    DeliveryCompleted,
    DeliveryFailed,
)
from modules.orders.interface import CourierState, VendorState
from modules.orders.models.order import lock_if_known
from modules.orders.policies import Canceller
from modules.orders.selectors.cancelling import split_for
from modules.orders.services.compensation import cancel_courier, give_up
from modules.orders.services.completing import complete
from modules.orders.services.keeping import keep_fee
from modules.orders.services.lateness import credit_lateness
from modules.orders.services.recording import record
from modules.orders.states import COURIER, VENDOR, is_over
from tiffin import clock, jobs
from tiffin.log import Event, on


@on(CourierAssigned)
def courier_assigned(event: CourierAssigned) -> None:
    order = lock_if_known(event.order_id)
    if order is None:
        return
    if order.axes.courier is CourierState.SEARCHING:
        order.courier_id = event.courier_id
        order.move(courier=CourierState.ASSIGNED)
        record(order)
    elif order.axes.courier is CourierState.CANCELLED:
        cancel_courier(order)
        record(order)


@on(CourierUnassigned)
def courier_did_not_come(event: CourierUnassigned) -> None:
    """Another one is looked for."""
    order = lock_if_known(event.order_id)
    if order is not None and order.axes.courier is CourierState.ASSIGNED:
        order.courier_id, order.courier_wanted_at = None, clock.now()
        order.move(courier=CourierState.SEARCHING, note=event.reason[:64])
        record(order)


@on(CourierPickedUp)
def courier_picked_up(event: CourierPickedUp) -> None:
    """It has left the restaurant, whether the restaurant said so or not."""
    order = lock_if_known(event.order_id)
    if order is None or not COURIER.allows(order.axes.courier, CourierState.PICKED_UP):
        return
    order.courier_id = event.courier_id
    order.picked_up_at = clock.now()
    jobs.drop(order, "cancel_courier")
    if VENDOR.allows(order.axes.vendor, VendorState.COLLECTED):
        jobs.drop(order, "withdraw_ticket")
        order.move(vendor=VendorState.COLLECTED)
    order.move(courier=CourierState.PICKED_UP)
    record(order)


@on(DeliveryCompleted)
def customer_has_it(event: DeliveryCompleted) -> None:
    """The order is complete, unless it was given up on its way: then only the courier is done."""
    order = lock_if_known(event.order_id)
    if order is None or order.axes.courier is not CourierState.PICKED_UP:
        return
    proof = "+".join(kind.value for kind in event.proof)
    order.move(courier=CourierState.DELIVERED, note=proof[:64])
    if is_over(order.axes):
        record(order)
        return
    order.courier_id = event.courier_id
    completed = complete(order)
    credit_lateness(order)
    record(order, completed)


@on(DeliveryCancelled)
def delivery_called_off(event: DeliveryCancelled) -> None:
    """As we wished, or because the delivery was stopped elsewhere."""
    order = lock_if_known(event.order_id)
    if order is None:
        return
    events: tuple[Event, ...] = ()
    if not is_over(order.axes) and COURIER.allows(order.axes.courier, CourierState.CANCELLING):
        events = (give_up(order, reason="delivery_cancelled", by="delivery", note=event.reason[:64]),)
    if order.axes.courier is CourierState.CANCELLING:
        jobs.drop(order, "cancel_courier")
        order.move(courier=CourierState.CANCELLED)
        record(order, *events)


@on(DeliveryFailed)
def delivery_failed(event: DeliveryFailed) -> None:
    """No courier was found in time, the one who had it was lost, or nobody old enough was at the door: it
    goes back to the restaurant then, and the region says what is kept."""
    order = lock_if_known(event.order_id)
    if order is None or not COURIER.allows(order.axes.courier, CourierState.FAILED):
        return
    jobs.drop(order, "cancel_courier")
    order.move(courier=CourierState.FAILED, note=event.reason[:64])
    if is_over(order.axes):
        record(order)
        return
    reason = event.reason if event.reason in {"no_courier", AGE_REFUSED} else "delivery_failed"
    if reason == AGE_REFUSED:
        keep_fee(order, Canceller.AGE_CHECK, split_for(order, Canceller.AGE_CHECK))
    record(order, give_up(order, reason=reason, by="delivery", note=event.reason[:64]))
