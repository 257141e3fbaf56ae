"""Restaurants where nobody answers: they are paused, so that no more customers wait for nothing."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from modules.restaurants.interface import RejectReason, TicketState
from modules.restaurants.models import Ticket
from modules.restaurants.policies import unanswered_before_pause, unanswered_pause
from modules.restaurants.services.profiles import lock, set_pause
from tiffin import clock, db, regions

UNANSWERED = "unanswered"
# Why a ticket is withdrawn whose time was over before it rejected itself: both happen at the same moment.
GIVEN_UP_UNANSWERED = "restaurant_no_answer"
_UNANSWERED = frozenset({RejectReason.NO_ANSWER.value, GIVEN_UP_UNANSWERED})
# What says nothing about whether somebody is there.
_UNDECIDED = Q(state_name=TicketState.OFFERED.value) | (
    Q(state_name=TicketState.WITHDRAWN.value) & ~Q(reason=GIVEN_UP_UNANSWERED)
)


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
        .exclude(_UNDECIDED)
        .order_by("-id")
        .values_list("reason", flat=True)[:count]
    )
    if len(reasons) == count and _UNANSWERED.issuperset(reasons):
        set_pause(restaurant_id, now + unanswered_pause(region, on=today), reason=UNANSWERED)
