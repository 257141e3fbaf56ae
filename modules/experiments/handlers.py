"""What experiments does when others report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modules.ads.events import AdClicked, AdsShown
from modules.experiments.kinds import Measure
from modules.experiments.services.measuring import Done, forget, measure
from modules.identity.events import CustomerErased
from modules.orders.events import OrderCancelled, OrderDelivered, OrderRefunded
from modules.subscriptions.events import MembershipChanged, Why
from tiffin.log import Event, Recorded, Subscriber, current_events, on, on_batch

OUTCOMES = Subscriber("experiments.outcomes")


@on_batch(OrderDelivered, OrderCancelled, OrderRefunded, MembershipChanged, AdsShown, AdClicked, by=OUTCOMES)
def count_outcomes(events: Sequence[Event]) -> None:
    """What those did who take part in something."""
    measure(
        [
            done
            for event, record in zip(events, current_events(), strict=True)
            for done in _done(event, record)
        ]
    )


@on(CustomerErased, by=OUTCOMES)
def customer_erased(event: CustomerErased) -> None:
    forget(event.customer_id)


def _done(event: Event, record: Recorded) -> Iterator[Done]:
    at = record.occurred_at
    if isinstance(event, OrderDelivered):
        unit = str(event.customer_id)
        yield Done(unit, Measure.ORDERS, 1, at)
        yield Done(unit, f"{Measure.SPEND}:{event.total.currency}", event.total.amount, at)
    elif isinstance(event, OrderCancelled):
        yield Done(str(event.customer_id), Measure.CANCELLED, 1, at)
    elif isinstance(event, OrderRefunded):
        yield Done(str(event.customer_id), Measure.REFUNDED, 1, at)
    elif isinstance(event, MembershipChanged) and event.why is Why.JOINED:
        yield Done(str(event.customer_id), Measure.JOINED, 1, at)
    elif isinstance(event, AdsShown) and event.viewer_id is not None:
        yield Done(str(event.viewer_id), Measure.ADS_SHOWN, len(event.ads), at)
    elif isinstance(event, AdClicked) and event.viewer_id is not None:
        yield Done(str(event.viewer_id), Measure.AD_CLICKS, 1, at)
