"""What is known of couriers and deliveries."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from modules.delivery import positions
from modules.delivery.candidates import is_free
from modules.delivery.geography import metres
from modules.delivery.interface import (
    CourierDelivery,
    CourierId,
    CourierView,
    DeliveryView,
    Handover,
    OfferId,
    OfferView,
    Position,
    ProofRefusal,
)
from modules.delivery.models import Courier, DeliveryTask, Offer, OfferState
from modules.delivery.states import UNDER_WAY
from tiffin import clock, db

_UNDER_WAY = sorted(state.value for state in UNDER_WAY)


def get_many(order_ids: list[UUID]) -> list[DeliveryView]:
    return [view(task) for task in DeliveryTask.objects.filter(pk__in=order_ids)]


def view(task: DeliveryTask) -> DeliveryView:
    return DeliveryView(
        order_id=task.id,
        region=task.region,
        state=task.state,
        ready_at=task.ready_at,
        courier_id=CourierId(task.courier_id) if task.courier_id else None,
        reason=task.reason,
    )


def positions_of(order_ids: list[UUID]) -> list[Position]:
    """Where the couriers under way with these orders were last seen."""
    tasks = DeliveryTask.objects.filter(pk__in=order_ids, state_name__in=_UNDER_WAY, courier_id__isnull=False)
    by_region: defaultdict[str, dict[UUID, UUID]] = defaultdict(dict)
    for order_id, region, courier_id in tasks.values_list("pk", "region", "courier_id"):
        by_region[region][courier_id] = order_id
    return [
        Position(
            order_id=orders[seen.courier_id],
            courier_id=CourierId(seen.courier_id),
            point=seen.point,
            at=seen.at,
        )
        for region, orders in by_region.items()
        for seen in positions.of(region, orders)
    ]


def handovers_of(customer_id: UUID, order_ids: list[UUID]) -> list[Handover]:
    """What the customer says at the door, while somebody may come for it."""
    tasks = DeliveryTask.objects.filter(
        DeliveryTask.NOT_FINAL, pk__in=order_ids, customer_id=customer_id
    ).values_list("pk", "handover_code", "attempts_left")
    return [
        Handover(order_id=order_id, code=code, locked=bool(code) and left <= 0)
        for order_id, code, left in tasks
    ]


def courier(courier_id: UUID) -> CourierView | None:
    found = Courier.objects.filter(pk=courier_id).first()
    return courier_view(found) if found else None


def courier_view(found: Courier) -> CourierView:
    return CourierView(
        id=CourierId(found.id),
        region=found.region,
        on_shift=found.on_shift,
        waiting=found.on_shift and is_free(found.id),
    )


def open_offers(courier_id: UUID) -> list[OfferView]:
    """What this courier may still take."""
    offers = db.find(Offer, courier_id=courier_id, state_name=OfferState.OPEN.value)
    now = clock.now()
    return [_offer_view(offer, DeliveryTask.get(offer.task_id)) for offer in offers if offer.expires_at > now]


def _offer_view(offer: Offer, task: DeliveryTask) -> OfferView:
    return OfferView(
        id=OfferId(offer.id),
        order_id=task.id,
        pickup=task.pickup,
        dropoff_point=task.dropoff.point,
        distance_m=metres(task.pickup.point, task.dropoff.point),
        fee=task.money,
        ready_at=task.ready_at,
        expires_at=offer.expires_at,
    )


def under_way(courier_id: UUID) -> list[CourierDelivery]:
    tasks = DeliveryTask.objects.filter(courier_id=courier_id, state_name__in=_UNDER_WAY)
    return [courier_delivery(task) for task in tasks]


def courier_delivery(task: DeliveryTask, refusal: ProofRefusal = ProofRefusal.NONE) -> CourierDelivery:
    return CourierDelivery(
        order_id=task.id,
        state=task.state,
        pickup=task.pickup,
        dropoff=task.dropoff,
        fee=task.money,
        ready_at=task.ready_at,
        reference=task.reference,
        asks_code=bool(task.handover_code),
        attempts_left=task.attempts_left,
        may_leave=task.may_leave,
        minimum_age=task.minimum_age,
        refusal=refusal,
    )
