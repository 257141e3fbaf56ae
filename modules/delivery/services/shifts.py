"""When couriers work."""

from __future__ import annotations

from uuid import UUID

from modules.delivery import candidates, positions
from modules.delivery.interface import CourierBusy, CourierUnknown
from modules.delivery.models import Courier
from modules.delivery.services.offering import withdraw_offers_of
from tiffin import clock, db


def start_shift(*, courier_id: UUID, region: str) -> Courier:
    """The courier may be offered deliveries in `region` from now on."""
    now = clock.now()
    courier: Courier
    with db.transaction():
        Courier.objects.get_or_create(pk=courier_id, defaults={"region": region})
        courier = Courier.lock(courier_id)
        if not courier.on_shift:
            courier.shift_started_at = now
        courier.region = region
        courier.on_shift = True
        courier.last_seen_at = now
        courier.save()
        db.on_commit(lambda: positions.expect(courier_id, region=region))
    return courier


def end_shift(*, courier_id: UUID) -> Courier:
    """No more offers. Raises CourierUnknown, CourierBusy."""
    with db.transaction():
        withdraw_offers_of(courier_id)
        try:
            courier = Courier.lock(courier_id)
        except Courier.DoesNotExist:
            raise CourierUnknown() from None
        if candidates.is_under_way(courier_id):
            raise CourierBusy()
        courier.on_shift = False
        courier.last_seen_at = clock.now()
        courier.save()
        region = courier.region
        db.on_commit(lambda: positions.forget(courier_id, region=region))
    return courier
