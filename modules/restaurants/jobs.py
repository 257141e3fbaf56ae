"""What happens on the counter when nobody does anything."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants import services
from tiffin.jobs import deadline, job

VENDORS_AT_ONCE = 8
"""How many messages are on their way to vendors' systems at a time: slow ones keep no other work waiting."""


@deadline("ticket_overdue")
def ticket_overdue(order_id: UUID) -> None:
    """A ticket has not moved in time."""
    services.overdue(order_id=order_id)


@job("busy_over")
def busy_over(restaurant_id: UUID) -> None:
    """A restaurant is as quick as usual again."""
    services.end_busy(restaurant_id=restaurant_id)


@job("tell_vendor", destination="vendors", cap=VENDORS_AT_ONCE)
def tell_vendor(order_id: UUID) -> None:
    """A vendor's system hears what happened to one of its orders."""
    services.tell_of_order(order_id=order_id)


@job("tell_otherwise", destination="vendors", cap=VENDORS_AT_ONCE)
def tell_otherwise(connection_id: UUID) -> None:
    """A vendor's system hears of what is about no order."""
    services.tell_otherwise(connection_id=connection_id)


@job("tidy_told")
def tidy_told(connection_id: UUID) -> None:
    """What was told is kept no longer than it must be."""
    services.tidy_told(connection_id=connection_id)


@job("hear_deliverect")
def hear_deliverect(connection_id: UUID) -> None:
    """What Deliverect told of a connection is done, in the order in which it came."""
    services.do_what_was_heard(connection_id=connection_id)


@job("tidy_heard")
def tidy_heard(connection_id: UUID) -> None:
    """What Deliverect told is kept no longer than it must be."""
    services.tidy_heard(connection_id=connection_id)


@job("weigh_load")
def weigh_load(restaurant_id: UUID) -> None:
    """A kitchen that may have much to do is looked at."""
    services.weigh_load(restaurant_id=restaurant_id)
