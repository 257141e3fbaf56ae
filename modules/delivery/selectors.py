"""What is known of couriers and deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from modules.delivery import positions
from modules.delivery.geography import metres
from modules.delivery.interface import (
    CourierDelivery,
    CourierId,
    CourierView,
    DeliveryView,
    OfferId,
    OfferView,
    Position,
)
from modules.delivery.models import REFUSALS, Courier, DeliveryTask, Offer, OfferState
from modules.delivery.positions import Near
from modules.delivery.states import UNDER_WAY
from tiffin import clock

_UNDER_WAY = sorted(state.value for state in UNDER_WAY)
FALLBACK_CANDIDATES = 20


def is_under_way(courier_id: UUID) -> bool:
    return DeliveryTask.objects.filter(courier_id=courier_id, state_name__in=_UNDER_WAY).exists()


def has_open_offer(courier_id: UUID) -> bool:
    return Offer.objects.filter(courier_id=courier_id, state_name=OfferState.OPEN.value).exists()


def is_free(courier_id: UUID) -> bool:
    return not is_under_way(courier_id) and not has_open_offer(courier_id)


def candidates(task: DeliveryTask, near: list[Near]) -> list[Near]:
    """Who to ask for `task`, best first: those asked least often for it, then the nearest. Those whose place
    nobody knows come last, the one that waited longest for an offer first."""
    free = _free_couriers(task)
    asked = _times_asked(task)
    free_near = set(free.filter(pk__in=[each.courier_id for each in near]).values_list("pk", flat=True))
    placed = [each for each in near if each.courier_id in free_near]
    if placed:
        return sorted(placed, key=lambda each: asked[each.courier_id])
    waiting = free.order_by(F("last_offered_at").asc(nulls_first=True), "pk")[:FALLBACK_CANDIDATES]
    unplaced = [Near(courier_id=courier_id) for courier_id in waiting.values_list("pk", flat=True)]
    return sorted(unplaced, key=lambda each: asked[each.courier_id])


def _free_couriers(task: DeliveryTask) -> QuerySet[Courier]:
    under_way = DeliveryTask.objects.filter(courier_id=OuterRef("pk"), state_name__in=_UNDER_WAY)
    open_offer = Offer.objects.filter(courier_id=OuterRef("pk"), state_name=OfferState.OPEN.value)
    refused = Offer.objects.filter(
        courier_id=OuterRef("pk"), task=task, state_name__in=sorted(state.value for state in REFUSALS)
    )
    on_shift: QuerySet[Courier] = Courier.objects.filter(region=task.region, on_shift=True)
    return on_shift.filter(~Exists(under_way), ~Exists(open_offer), ~Exists(refused))


def _times_asked(task: DeliveryTask) -> defaultdict[UUID, int]:
    asked: defaultdict[UUID, int] = defaultdict(int)
    for courier_id in task.offers.values_list("courier_id", flat=True):
        asked[courier_id] += 1
    return asked


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
    offers: Iterable[Offer] = Offer.objects.filter(
        courier_id=courier_id, state_name=OfferState.OPEN.value, expires_at__gt=clock.now()
    ).select_related("task")
    return [_offer_view(offer) for offer in offers]


def _offer_view(offer: Offer) -> OfferView:
    task = offer.task
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


def courier_delivery(task: DeliveryTask) -> CourierDelivery:
    return CourierDelivery(
        order_id=task.id,
        state=task.state,
        pickup=task.pickup,
        dropoff=task.dropoff,
        fee=task.money,
        ready_at=task.ready_at,
    )
