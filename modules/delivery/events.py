"""What delivery reports. Every event is about one order's delivery; none says where anybody lives."""

from __future__ import annotations

from uuid import UUID

from modules.delivery.interface import ProofKind
from tiffin.log import Event

AGE_REFUSED = "age_refused"


class CourierAssigned(Event, wire="delivery.courier_assigned.v1"):
    """A courier took it."""

    order_id: UUID
    courier_id: UUID


class CourierUnassigned(Event, wire="delivery.courier_unassigned.v1"):
    """The courier did not come (`no_show`); it is offered to others."""

    order_id: UUID
    courier_id: UUID
    reason: str


class CourierPickedUp(Event, wire="delivery.courier_picked_up.v1"):
    """It left the restaurant."""

    order_id: UUID
    courier_id: UUID


class DeliveryCompleted(Event, wire="delivery.delivery_completed.v1"):
    """The customer has it. `proof` says how that is known; where nothing was asked it is empty."""

    order_id: UUID
    courier_id: UUID
    proof: tuple[ProofKind, ...] = ()


class DeliveryCancelled(Event, wire="delivery.delivery_cancelled.v1"):
    """It was called off before pick-up."""

    order_id: UUID
    reason: str


class DeliveryFailed(Event, wire="delivery.delivery_failed.v1"):
    """It will not arrive: `no_courier` was found in time, the one who had it was `lost`, or
    nobody old enough was at the door (`age_refused`)."""

    order_id: UUID
    reason: str
