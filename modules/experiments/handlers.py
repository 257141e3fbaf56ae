"""What experiments does when others report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from modules.ads.events import AdClicked, AdsShown
from modules.experiments.interface import Unit
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
    if isinstance(event, AdsShown | AdClicked):
        if event.viewer_id is not None:
            unit = Unit.CUSTOMER if event.is_customer else Unit.DEVICE
            yield Done(unit.value, str(event.viewer_id), *_of_viewer(event), at)
    elif isinstance(event, OrderDelivered | OrderCancelled | OrderRefunded | MembershipChanged):
        for measured, amount in _of_customer(event):
            yield Done(Unit.CUSTOMER.value, str(event.customer_id), measured, amount, at)


def _of_viewer(event: AdsShown | AdClicked) -> tuple[str, int]:
    if isinstance(event, AdClicked):
        return Measure.AD_CLICKS, 1
    return Measure.ADS_SHOWN, len(event.ads)


def _of_customer(
    event: OrderDelivered | OrderCancelled | OrderRefunded | MembershipChanged,
) -> Iterator[tuple[str, int]]:
    match event:
        case OrderDelivered():
            yield Measure.ORDERS, 1
            yield f"{Measure.SPEND}:{event.total.currency}", event.total.amount
        case OrderCancelled():
            yield Measure.CANCELLED, 1
        case OrderRefunded() if event.amount:  # points that come back are told beside it
            yield Measure.REFUNDED, 1
        case MembershipChanged() if event.why is Why.JOINED:
            yield Measure.JOINED, 1
