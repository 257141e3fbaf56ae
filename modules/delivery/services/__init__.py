"""What happens to a delivery: what orders ask, what couriers do, and what time brings."""

from modules.delivery.services.forgetting import forget_customer, forget_dropoff
from modules.delivery.services.offering import accept_offer, find_courier, offer_to, pass_offer
from modules.delivery.services.overdue import expire_offer, give_up_search, lose_delivery, unassign_no_show
from modules.delivery.services.shifts import end_shift, start_shift
from modules.delivery.services.tasks import (
    cancel,
    confirm_by_staff,
    drop_off,
    expect,
    give_back,
    pick_up,
    reassign,
    refuse_at_door,
    request,
)

__all__ = [
    "accept_offer",
    "cancel",
    "confirm_by_staff",
    "drop_off",
    "end_shift",
    "expect",
    "expire_offer",
    "find_courier",
    "forget_customer",
    "forget_dropoff",
    "give_back",
    "give_up_search",
    "lose_delivery",
    "offer_to",
    "pass_offer",
    "pick_up",
    "reassign",
    "refuse_at_door",
    "request",
    "start_shift",
    "unassign_no_show",
]
