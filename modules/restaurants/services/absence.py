"""Restaurants where nobody answers: they are paused, so that no more customers wait for nothing."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants.interface import RejectReason, TicketState
from modules.restaurants.models import Ticket
from modules.restaurants.policies import unanswered_before_pause, unanswered_pause
from modules.restaurants.services.profiles import lock, set_pause
from tiffin import clock, db, regions

UNANSWERED = "unanswered"
# What says nothing about whether somebody is there.
_UNDECIDED = (TicketState.OFFERED.value, TicketState.WITHDRAWN.value)


@db.transaction_required
def pause_if_absent(restaurant_id: UUID) -> None:
    """Pause it when the last orders, as many as the region says, were answered by nobody."""
    restaurant = lock(restaurant_id)
    now = clock.now()
    if restaurant.paused_until is not None and restaurant.paused_until > now:
        return
    region = regions.get(restaurant.region)
    today = region.local(now).date()
    count = unanswered_before_pause(region, on=today)
    reasons = list(
        Ticket.objects.filter(restaurant_id=restaurant_id)
        .exclude(state_name__in=_UNDECIDED)
        .order_by("-id")
        .values_list("reason", flat=True)[:count]
    )
    if reasons == [RejectReason.NO_ANSWER.value] * count:
        set_pause(restaurant_id, now + unanswered_pause(region, on=today), reason=UNANSWERED)
