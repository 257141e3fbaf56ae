"""Finding a courier: one is asked at a time, the nearest first."""

from __future__ import annotations

from uuid import UUID

from modules.delivery import candidates
from modules.delivery.events import CourierAssigned
from modules.delivery.interface import CourierBusy, DeliveryState, OfferGone
from modules.delivery.models import Courier, DeliveryTask, Offer, OfferState
from modules.delivery.positions import Near
from modules.delivery.services.steps import answer_offer, comes_by, lock, open_offer, search_again
from tiffin import clock, db, jobs
from tiffin.log import publish


def find_courier(order_id: UUID) -> bool:
    """Offer the delivery to the best courier who is free. False if somebody is to look again."""
    task = DeliveryTask.get(order_id)
    if task.state is not DeliveryState.SEARCHING or clock.now() >= task.search_until:
        return True
    return any(offer_to(order_id, candidate) for candidate in candidates.best_first(task))


def offer_to(order_id: UUID, candidate: Near) -> bool:
    """Offer the delivery to one courier. False if that one was taken meanwhile."""
    with db.transaction():
        task = lock(order_id)
        if task.state is not DeliveryState.SEARCHING:
            return True
        courier = Courier.lock(candidate.courier_id)
        if not courier.on_shift or not candidates.is_free(courier.id):
            return False
        now = clock.now()
        expires_at = min(now + task.patience("courier_offer_seconds"), task.search_until)
        offer = Offer(
            task=task, courier=courier, distance_m=candidate.distance_m, offered_at=now, expires_at=expires_at
        )
        db.insert(offer)
        courier.last_offered_at = now
        courier.save()
        task.move_to(DeliveryState.OFFERED)
        task.save()
        jobs.set_deadline(task, "offer_overdue", due=expires_at)
    return True


def accept_offer(*, courier_id: UUID, offer_id: UUID) -> DeliveryTask:
    """Take the delivery; of two who try at the same moment one has it. Saying so again changes nothing.

    Raises OfferGone, CourierBusy.
    """
    with db.transaction():
        task, offer = _lock_offer(courier_id, offer_id)
        if offer.state is OfferState.ACCEPTED and task.courier_id == courier_id:
            return task
        if offer.state is not OfferState.OPEN or clock.now() >= offer.expires_at:
            raise OfferGone()
        courier = Courier.lock(courier_id)
        if candidates.is_under_way(courier_id):
            raise CourierBusy()
        answer_offer(offer, OfferState.ACCEPTED)
        courier.last_seen_at = clock.now()
        courier.save()
        _assign(task, courier_id)
    return task


def _assign(task: DeliveryTask, courier_id: UUID) -> None:
    now = clock.now()
    task.move_to(DeliveryState.ASSIGNED)
    task.courier_id = courier_id
    task.assigned_at = now
    jobs.drop(task, "find_courier")
    jobs.set_deadline(task, "pickup_overdue", due=comes_by(task))
    publish(task, CourierAssigned(order_id=task.id, courier_id=courier_id), saving=DeliveryTask.fields())


def pass_offer(*, courier_id: UUID, offer_id: UUID) -> None:
    """The courier does not want it; the next one is asked. Raises OfferGone."""
    with db.transaction():
        task, offer = _lock_offer(courier_id, offer_id)
        if offer.state is OfferState.PASSED:
            return
        if offer.state is not OfferState.OPEN:
            raise OfferGone()
        answer_offer(offer, OfferState.PASSED)
        search_again(task)


def withdraw_offers_of(courier_id: UUID) -> None:
    """The courier is leaving: what was offered goes to the next one."""
    with db.transaction():
        for held in db.find(Offer, courier_id=courier_id, state_name=OfferState.OPEN.value):
            task = lock(held.task_id)
            offer = open_offer(task)
            if offer is not None and offer.courier_id == courier_id:
                answer_offer(offer, OfferState.WITHDRAWN)
                search_again(task)


def _lock_offer(courier_id: UUID, offer_id: UUID) -> tuple[DeliveryTask, Offer]:
    """The delivery is locked first, always, and its offers hang on its lock. Raises OfferGone."""
    for seen in db.find(Offer, id=offer_id, courier_id=courier_id):
        task = lock(seen.task_id)
        (offer,) = db.find(Offer, id=offer_id)
        return task, offer
    raise OfferGone()
