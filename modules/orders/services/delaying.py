"""When the food is ready, and when a courier is wanted for it: in time, and not long before."""

from __future__ import annotations

from datetime import datetime, timedelta

from modules.orders.interface import CourierState, OrderState, VendorState
from modules.orders.models import Order
from modules.orders.services.compensation import ask
from modules.orders.services.recording import record
from modules.orders.states import VENDOR
from tiffin import clock, db, jobs, regions


@db.transaction_required
def want_courier(order: Order) -> None:
    """Have a courier looked for from so long before the food is ready on as the region says."""
    region, now = regions.get(order.region), clock.now()
    lead = region.setting("dispatch.lead_minutes", int, on=region.local(now).date())
    order.courier_wanted_at = max(now, (order.ready_at or now) - timedelta(minutes=lead))
    jobs.add(order, "request_courier", due=order.courier_wanted_at)


def is_wanted_later(order: Order) -> bool:
    """Whether nobody is looked for yet."""
    searching = order.axes.courier is CourierState.SEARCHING
    return searching and order.courier_wanted_at is not None and order.courier_wanted_at > clock.now()


@db.transaction_required
def want_courier_now(order: Order) -> None:
    """The food is ready sooner than was said: nobody waits any more."""
    if is_wanted_later(order):
        order.courier_wanted_at = clock.now()
        jobs.add(order, "request_courier", due=order.courier_wanted_at)


@db.transaction_required
def delay_food(order: Order, *, ready_at: datetime, reason: str = "", cause: str = "") -> None:
    """Expect a locked order's food at another time, tell whoever comes for it, and say so on the timeline.
    What is over, ready or gone stays as it is, and so does what is said twice. `cause` as for `record`."""
    cooking = order.axes.order is OrderState.ACCEPTED and order.axes.vendor is VendorState.ACCEPTED
    if not cooking or order.ready_at == ready_at:
        return
    order.ready_at = ready_at
    if is_wanted_later(order):
        want_courier(order)
    elif order.axes.courier in {CourierState.SEARCHING, CourierState.ASSIGNED}:
        ask(order, "tell_courier")
    order.remark(VENDOR, note=reason[:64] or "delayed")
    record(order, cause=cause)
