"""The steps that several use cases share: each moves a locked delivery and leaves its job and deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from modules.delivery.events import CourierUnassigned
from modules.delivery.interface import DeliveryState, DeliveryUnknown
from modules.delivery.models import OFFER, DeliveryTask, Offer, OfferState
from tiffin import clock, db, jobs
from tiffin.log import Event, publish


@db.transaction_required
def lock(order_id: UUID) -> DeliveryTask:
    """Raises DeliveryUnknown."""
    try:
        return DeliveryTask.lock(order_id)
    except DeliveryTask.DoesNotExist:
        raise DeliveryUnknown(order_id=order_id) from None


@db.transaction_required
def lock_for(courier_id: UUID, order_id: UUID) -> DeliveryTask:
    """The delivery, if this courier has it; anybody else's is unknown. Raises DeliveryUnknown."""
    task = lock(order_id)
    if task.courier_id != courier_id:
        raise DeliveryUnknown(order_id=order_id)
    return task


def comes_by(task: DeliveryTask) -> datetime:
    """When a courier who has said yes should have fetched it."""
    comes_within: timedelta = task.patience("courier_pickup_seconds")
    return max(clock.now(), task.ready_at) + comes_within


@db.transaction_required
def search(task: DeliveryTask) -> None:
    """Look for a courier until the search is over; `task` is saved by the caller's move to SEARCHING."""
    jobs.add(task, "find_courier", due=clock.now())
    jobs.set_deadline(task, "search_overdue", due=task.search_until)


@db.transaction_required
def search_again(task: DeliveryTask) -> None:
    """Whoever had it or was asked is out; the next one is wanted."""
    task.move_to(DeliveryState.SEARCHING)
    task.courier_id = None
    task.assigned_at = None
    task.save()
    search(task)


@db.transaction_required
def unassign(task: DeliveryTask, state: OfferState, *, reason: str) -> None:
    """The courier who had it is out: others are asked, for as long as at the first time."""
    courier_id = task.courier_id
    if courier_id is None:
        return
    OFFER.check(OfferState.ACCEPTED, state)
    accepted = task.offers.filter(courier_id=courier_id, state_name=OfferState.ACCEPTED.value)
    accepted.update(state_name=state.value)
    task.search_until = clock.now() + task.patience("courier_search_seconds")
    search_again(task)
    publish(task, CourierUnassigned(order_id=task.id, courier_id=courier_id, reason=reason))


@db.transaction_required
def end(task: DeliveryTask, state: DeliveryState, told: Event) -> None:
    """The delivery is over, in one way or another. Where it would have gone is nobody's business any more."""
    task.move_to(state)
    task.ended_at = clock.now()
    task.handover_code = ""
    if state is not DeliveryState.DELIVERED:
        task.forget_dropoff()
    jobs.drop(task, "find_courier")
    jobs.clear_deadline(task)
    publish(task, told, saving=DeliveryTask.fields())


@db.transaction_required
def open_offer(task: DeliveryTask) -> Offer | None:
    """The offer that a courier is still to answer; the task is locked, and so is what hangs on it."""
    return next(iter(db.find(Offer, task_id=task.id, state_name=OfferState.OPEN.value)), None)


@db.transaction_required
def answer_offer(offer: Offer, state: OfferState) -> None:
    """The courier has answered, or need not any more. Raises StateConflict."""
    offer.move_to(state)
    offer.save(update_fields=["state_name"])


@db.transaction_required
def close_open_offer(task: DeliveryTask, state: OfferState) -> None:
    offer = open_offer(task)
    if offer is not None:
        answer_offer(offer, state)
