"""Looking for couriers, what happens when they do not answer or come, and forgetting where they went."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.delivery import services
from tiffin import jobs
from tiffin.jobs import deadline, job

SEARCH_PAUSE = timedelta(seconds=3)
UNDER_WAY_PAUSE = timedelta(minutes=1)


@job("find_courier", lease=timedelta(seconds=30))
def find_courier(order_id: UUID) -> None:
    """Offer it to somebody; look again in a moment while nobody is free."""
    if not services.find_courier(order_id):
        raise jobs.Later(SEARCH_PAUSE)


@job("forget_dropoff")
def forget_dropoff(order_id: UUID) -> None:
    """The customer is forgotten, and so is their door once nobody is on the way there."""
    if not services.forget_dropoff(order_id=order_id):
        raise jobs.Later(UNDER_WAY_PAUSE)


@deadline("search_overdue")
def search_overdue(order_id: UUID) -> None:
    """Nobody was found in time."""
    services.give_up_search(order_id)


@deadline("offer_overdue")
def offer_overdue(order_id: UUID) -> None:
    """The courier who was asked did not answer in time."""
    services.expire_offer(order_id)


@deadline("pickup_overdue")
def pickup_overdue(order_id: UUID) -> None:
    """The courier who said yes did not come."""
    services.unassign_no_show(order_id)


@deadline("dropoff_overdue")
def dropoff_overdue(order_id: UUID) -> None:
    """It should have arrived long ago."""
    services.lose_delivery(order_id)
