"""A delivery from the order's request to the customer's door."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.delivery.events import CourierPickedUp, DeliveryCancelled, DeliveryCompleted
from modules.delivery.interface import DeliveryState, DeliveryStateConflict, Dropoff, Place
from modules.delivery.models import DeliveryTask, OfferState
from modules.delivery.policies import patience
from modules.delivery.services.steps import close_open_offer, end, lock, lock_for, search, unassign
from tiffin import clock, db, jobs, regions
from tiffin.log import publish
from tiffin.money import Money


def request(
    *, order_id: UUID, region: str, pickup: Place, dropoff: Dropoff, ready_at: datetime, fee: Money
) -> DeliveryTask:
    """Look for a courier for an order; asking again gives the delivery there is."""
    rules, now = regions.get(region), clock.now()
    search_for = patience(rules, "courier_search_seconds", on=rules.local(now).date())
    task = DeliveryTask(
        id=order_id,
        region=region,
        customer_id=dropoff.customer_id,
        pickup_name=pickup.name,
        pickup_address=pickup.address,
        pickup_lat=pickup.point.lat,
        pickup_lon=pickup.point.lon,
        dropoff_lat=dropoff.point.lat,
        dropoff_lon=dropoff.point.lon,
        dropoff_sealed=dropoff.sealed,
        fee=fee.amount,
        currency=fee.currency,
        ready_at=ready_at,
        search_until=now + search_for,
    )
    with db.transaction():
        if not db.insert(task, unless_taken=("id",)):
            return DeliveryTask.get(order_id)
        search(task)
    return task


def cancel(*, order_id: UUID, reason: str) -> DeliveryTask:
    """Call it off before pick-up; what ended without a courier under way stays as it is.

    Raises DeliveryUnknown, DeliveryStateConflict.
    """
    with db.transaction():
        task = lock(order_id)
        if task.state in {DeliveryState.CANCELLED, DeliveryState.FAILED}:
            return task
        if task.state in {DeliveryState.PICKED_UP, DeliveryState.DELIVERED}:
            raise DeliveryStateConflict(state=task.state_name, action="cancelled")
        close_open_offer(task, OfferState.WITHDRAWN)
        task.reason = reason
        end(task, DeliveryState.CANCELLED, DeliveryCancelled(order_id=task.id, reason=reason))
    return task


def give_back(*, courier_id: UUID, order_id: UUID) -> None:
    """The courier cannot come after all: somebody else is asked. What was picked up is brought.

    Raises DeliveryUnknown, also for what somebody else has meanwhile, and DeliveryStateConflict.
    """
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is not DeliveryState.ASSIGNED:
            raise DeliveryStateConflict(state=task.state_name, action="given back")
        unassign(task, OfferState.PASSED, reason="given_back")


def pick_up(*, courier_id: UUID, order_id: UUID) -> DeliveryTask:
    """The courier has it; saying so again changes nothing. Raises DeliveryUnknown, DeliveryStateConflict."""
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is DeliveryState.PICKED_UP:
            return task
        if task.state is not DeliveryState.ASSIGNED:
            raise DeliveryStateConflict(state=task.state_name, action="picked up")
        task.move_to(DeliveryState.PICKED_UP)
        task.picked_up_at = clock.now()
        jobs.set_deadline(task, "dropoff_overdue", due=clock.now() + task.patience("delivery_seconds"))
        picked_up = CourierPickedUp(order_id=task.id, courier_id=courier_id)
        publish(task, picked_up, saving=DeliveryTask.fields())
    return task


def drop_off(*, courier_id: UUID, order_id: UUID) -> DeliveryTask:
    """The customer has it; saying so again changes nothing. Raises DeliveryUnknown, DeliveryStateConflict."""
    with db.transaction():
        task = lock_for(courier_id, order_id)
        if task.state is DeliveryState.DELIVERED:
            return task
        if task.state is not DeliveryState.PICKED_UP:
            raise DeliveryStateConflict(state=task.state_name, action="dropped off")
        completed = DeliveryCompleted(order_id=task.id, courier_id=courier_id)
        end(task, DeliveryState.DELIVERED, completed)
    return task
