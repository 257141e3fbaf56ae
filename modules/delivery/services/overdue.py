"""What happens when somebody does not answer or does not come. Each runs in the transaction that removes the
deadline, with the delivery locked."""

from __future__ import annotations

from uuid import UUID

from modules.delivery.events import DeliveryFailed
from modules.delivery.interface import DeliveryState
from modules.delivery.models import DeliveryTask, OfferState
from modules.delivery.services.steps import close_open_offer, end, lock, search_again, unassign
from tiffin import db


@db.transaction_required
def expire_offer(order_id: UUID) -> None:
    """The courier did not answer: the next one is asked, unless time is over."""
    task = lock(order_id)
    if task.state is not DeliveryState.OFFERED:
        return
    close_open_offer(task, OfferState.EXPIRED)
    search_again(task)


@db.transaction_required
def give_up_search(order_id: UUID) -> None:
    """Nobody was found."""
    task = lock(order_id)
    if task.state is DeliveryState.SEARCHING:
        _fail(task, "no_courier")


@db.transaction_required
def unassign_no_show(order_id: UUID) -> None:
    """The courier said yes and did not come: others are asked, for as long as at the first time."""
    task = lock(order_id)
    if task.state is DeliveryState.ASSIGNED:
        unassign(task, OfferState.NO_SHOW, reason="no_show")


@db.transaction_required
def lose_delivery(order_id: UUID) -> None:
    """It was picked up and never arrived."""
    task = lock(order_id)
    if task.state is DeliveryState.PICKED_UP:
        _fail(task, "lost")


def _fail(task: DeliveryTask, reason: str) -> None:
    task.reason = reason
    end(task, DeliveryState.FAILED, DeliveryFailed(order_id=task.id, reason=reason))
