"""What stands behind the interface `Delivery`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.delivery import positions, selectors, services
from modules.delivery.interface import (
    CourierDelivery,
    CourierId,
    CourierView,
    Delivery,
    DeliveryView,
    Dropoff,
    Handover,
    OfferGone,
    OfferId,
    OfferView,
    Parcel,
    Place,
    Point,
    Position,
    Proof,
)
from tiffin.interfaces import CommandKey, provides
from tiffin.money import Money


@provides(Delivery)
class DeliveryProvider(Delivery):
    """Each method calls one service or selector."""

    def request(
        self,
        *,
        key: CommandKey,
        order_id: UUID,
        region: str,
        pickup: Place,
        dropoff: Dropoff,
        ready_at: datetime,
        fee: Money,
        parcel: Parcel | None = None,
    ) -> DeliveryView:
        task = services.request(
            order_id=order_id,
            region=region,
            pickup=pickup,
            dropoff=dropoff,
            ready_at=ready_at,
            fee=fee,
            parcel=parcel,
        )
        return selectors.view(task)

    def cancel(self, *, key: CommandKey, order_id: UUID, reason: str) -> DeliveryView:
        return selectors.view(services.cancel(order_id=order_id, reason=reason))

    def expect(self, *, key: CommandKey, order_id: UUID, ready_at: datetime) -> DeliveryView:
        return selectors.view(services.expect(order_id=order_id, ready_at=ready_at))

    def get_many(self, *, order_ids: list[UUID]) -> list[DeliveryView]:
        return selectors.get_many(order_ids)

    def positions(self, *, order_ids: list[UUID]) -> list[Position]:
        return selectors.positions_of(order_ids)

    def handovers(self, *, customer_id: UUID, order_ids: list[UUID]) -> list[Handover]:
        return selectors.handovers_of(customer_id, order_ids)

    def courier(self, *, courier_id: CourierId) -> CourierView | None:
        return selectors.courier(courier_id)

    def start_shift(self, *, key: CommandKey, courier_id: CourierId, region: str) -> CourierView:
        return selectors.courier_view(services.start_shift(courier_id=courier_id, region=region))

    def end_shift(self, *, key: CommandKey, courier_id: CourierId) -> CourierView:
        return selectors.courier_view(services.end_shift(courier_id=courier_id))

    def report_position(self, *, courier_id: CourierId, region: str, point: Point) -> None:
        positions.report(courier_id, region=region, point=point)

    def offers(self, *, courier_id: CourierId) -> list[OfferView]:
        return selectors.open_offers(courier_id)

    def accept_offer(self, *, key: CommandKey, courier_id: CourierId, offer_id: OfferId) -> CourierDelivery:
        return selectors.courier_delivery(services.accept_offer(courier_id=courier_id, offer_id=offer_id))

    def pass_offer(self, *, key: CommandKey, courier_id: CourierId, offer_id: OfferId) -> CourierView:
        services.pass_offer(courier_id=courier_id, offer_id=offer_id)
        courier = selectors.courier(courier_id)
        if courier is None:
            raise OfferGone()
        return courier

    def deliveries(self, *, courier_id: CourierId) -> list[CourierDelivery]:
        return selectors.under_way(courier_id)

    def give_back(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> None:
        services.give_back(courier_id=courier_id, order_id=order_id)

    def pick_up(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> CourierDelivery:
        return selectors.courier_delivery(services.pick_up(courier_id=courier_id, order_id=order_id))

    def refuse_at_door(self, *, key: CommandKey, courier_id: CourierId, order_id: UUID) -> None:
        services.refuse_at_door(courier_id=courier_id, order_id=order_id)

    def drop_off(
        self,
        *,
        key: CommandKey,
        courier_id: CourierId,
        order_id: UUID,
        proof: tuple[Proof, ...] = (),
    ) -> CourierDelivery:
        done = services.drop_off(courier_id=courier_id, order_id=order_id, proof=proof)
        return selectors.courier_delivery(done.task, done.refusal)
