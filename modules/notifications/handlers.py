"""What happened to orders, points and memberships becomes messages, a batch at a time; whoever is erased
hears no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from modules.identity.events import CustomerErased
from modules.notifications.kinds import (
    ACCEPTED,
    CANCELLED,
    CLAIM_DECIDED,
    CONFIRMED,
    DELIVERED,
    FEEDBACK,
    GIFT_SKIPPED,
    MEMBERSHIP,
    MEMBERSHIP_ASKED,
    MEMBERSHIP_OFFERED,
    MEMBERSHIP_PAID,
    MEMBERSHIP_PRICE,
    MEMBERSHIP_UNPAID,
    POINTS_EXPIRE,
    POINTS_RECEIVED,
    REFUNDED,
    SENDING_RETURNED,
    TIER_CHANGED,
    Kind,
)
from modules.notifications.services import Told, forget_customer, tell
from modules.orders.events import (
    ClaimDecided,
    OrderAccepted,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderRefunded,
)
from modules.rewards.events import (
    PointsExpireSoon,
    PointsReceived,
    SendingReturned,
    StandingOrderSkipped,
    TierChanged,
)
from modules.subscriptions.events import MembershipChanged, MembershipOffered, Why
from modules.subscriptions.interface import MembershipState
from tiffin import regions
from tiffin.log import Event, Recorded, Subscriber, current_events, on, on_batch

# A message is sent seconds later, and what is told together costs little more than one.
Subscriber("notifications", nudged=False)


def _total(event: OrderConfirmed | OrderDelivered) -> dict[str, Any]:
    """Where points pay for all of it there is no payment to speak of."""
    total = {"total": str(event.total)}
    return total if event.total else total | {"points_pay": True}


def _back(event: OrderRefunded) -> dict[str, Any]:
    """What is owed in both is told once the money is back, and once the points are."""
    return {"points_back": event.points} if event.points else {"amount": str(event.amount)}


def _decision(event: ClaimDecided) -> dict[str, Any]:
    return {"granted": str(event.granted) if event.granted else "", "state": event.state.value}


# What each event is told as, and what of it.
_TOLD: dict[type[Event], tuple[tuple[Kind, ...], Callable[[Any], dict[str, Any]]]] = {
    OrderConfirmed: ((CONFIRMED,), _total),
    OrderAccepted: ((ACCEPTED,), lambda event: {"ready_at": event.ready_at.isoformat()}),
    OrderDelivered: ((DELIVERED, FEEDBACK), _total),
    OrderCancelled: ((CANCELLED,), lambda event: {"reason": event.reason}),
    OrderRefunded: ((REFUNDED,), _back),
    ClaimDecided: ((CLAIM_DECIDED,), _decision),
}


def _concerns_customer(event: Event) -> bool:
    """Neither money nor points went back: what was earned with the order is taken back, no more."""
    return not isinstance(event, OrderRefunded) or bool(event.amount or event.points)


@on_batch(*_TOLD)
def happened(events: Sequence[Any]) -> None:
    """One statement for all that happened to all orders of a batch."""
    tell(
        [
            _told(kind, record, event.customer_id, facts(event), order_id=event.order_id)
            for record, event in zip(current_events(), events, strict=True)
            for kinds, facts in (_TOLD[type(event)],)
            for kind in kinds
            if _concerns_customer(event)
        ]
    )


_TOLD_OF_POINTS: dict[type[Event], tuple[Kind, Callable[[Any, Recorded], dict[str, Any]]]] = {
    PointsExpireSoon: (
        POINTS_EXPIRE,
        lambda event, record: {"points": event.points, "last_day": _last_day(event.expires_at, record)},
    ),
    PointsReceived: (POINTS_RECEIVED, lambda event, record: {"points": event.points}),
    SendingReturned: (
        SENDING_RETURNED,
        lambda event, record: {"points": event.points, "reason": event.reason},
    ),
    StandingOrderSkipped: (GIFT_SKIPPED, lambda event, record: _skipped(event)),
    TierChanged: (
        TIER_CHANGED,
        lambda event, record: {
            "tier": event.title or event.tier,
            "last_day": _last_day(event.until, record),
        },
    ),
}


@on_batch(*_TOLD_OF_POINTS)
def points_changed(events: Sequence[Any]) -> None:
    """What is about a customer, and no order of theirs."""
    tell(
        [
            _told(kind, record, event.customer_id, facts(event, record))
            for record, event in zip(current_events(), events, strict=True)
            for kind, facts in (_TOLD_OF_POINTS[type(event)],)
        ]
    )


def _skipped(event: StandingOrderSkipped) -> dict[str, Any]:
    return {
        "points": event.points,
        "available": event.available,
        "reason": getattr(event, "reason", ""),
    }


_TOLD_OF_MEMBERSHIPS = {
    Why.RENEWED: MEMBERSHIP_PAID,
    Why.RECOVERED: MEMBERSHIP_PAID,
    Why.ACTION_REQUIRED: MEMBERSHIP_ASKED,
    Why.PAYMENT_FAILED: MEMBERSHIP_UNPAID,
    Why.PRICE_CHANGES: MEMBERSHIP_PRICE,
    Why.PRICE_STAYS: MEMBERSHIP_PRICE,
}


@on_batch(MembershipChanged)
def memberships_changed(events: Sequence[MembershipChanged]) -> None:
    """Each step of a membership; who has only begun to join looks at the page that says so."""
    tell(
        [
            _told(
                _TOLD_OF_MEMBERSHIPS.get(event.why, MEMBERSHIP),
                record,
                event.customer_id,
                _membership(event, record),
            )
            for record, event in zip(current_events(), events, strict=True)
            if event.why is not Why.UNKNOWN and event.state is not MembershipState.INCOMPLETE
        ]
    )


@on_batch(MembershipOffered)
def memberships_offered(events: Sequence[MembershipOffered]) -> None:
    """Who left is asked to come back, if they want to hear such things."""
    tell(
        [
            _told(MEMBERSHIP_OFFERED, record, event.customer_id, _offer(event))
            for record, event in zip(current_events(), events, strict=True)
        ]
    )


def _offer(event: MembershipOffered) -> dict[str, Any]:
    return {
        "title": event.title,
        "months": event.months,
        "price": str(event.price),
        "periods": event.periods,
        "then_price": str(event.then_price),
    }


def _membership(event: MembershipChanged, record: Recorded) -> dict[str, Any]:
    """`total` only where there is something to pay; `last_day` is the last on which it brings anything."""
    until = event.access_until
    return {
        "title": event.title,
        "why": event.why.value,
        "state": event.state.value,
        "total": str(event.total) if event.total else "",
        "again_on": event.again_on,
        "renews_on": event.paid_to,
        "new_price": str(event.new_price) if event.new_price else "",
        "new_price_from": event.new_price_from,
        "last_day": _last_day(datetime.fromisoformat(until), record) if until else "",
    }


def _told(
    kind: Kind, record: Recorded, customer_id: UUID, facts: dict[str, Any], *, order_id: UUID | None = None
) -> Told:
    return Told(
        kind=kind,
        event_id=record.event_id,
        happened_at=record.occurred_at,
        region=record.region or "",
        customer_id=customer_id,
        order_id=order_id,
        facts=facts,
    )


def _last_day(end: datetime, record: Recorded) -> str:
    """The local day that is the last before something ends."""
    moment = end - timedelta(microseconds=1)
    local = regions.get(record.region).local(moment) if record.region else moment
    return local.date().isoformat()


@on(CustomerErased)
def customer_erased(event: CustomerErased) -> None:
    forget_customer(event.customer_id)
