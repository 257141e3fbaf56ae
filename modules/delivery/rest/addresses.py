"""A courier's delivery as it is sent: with the address, which identity opens for whoever delivers."""

from __future__ import annotations

from typing import Any

from modules.delivery.interface import CourierDelivery
from modules.identity.interface import AddressView, CustomerId, Identity, SealedAddress
from tiffin.interfaces import call


def with_addresses(deliveries: list[CourierDelivery]) -> list[dict[str, Any]]:
    """The deliveries in the shape of DeliverySerializer. Asks identity once; never inside a transaction."""
    if not deliveries:
        return []
    opened = call(Identity).reveal_many(
        addresses=[
            SealedAddress(customer_id=CustomerId(each.dropoff.customer_id), sealed=each.dropoff.sealed)
            for each in deliveries
        ]
    )
    return [_sent(delivery, address) for delivery, address in zip(deliveries, opened, strict=True)]


def _sent(delivery: CourierDelivery, address: AddressView | None) -> dict[str, Any]:
    return {
        "order_id": delivery.order_id,
        "state": delivery.state.value,
        "pickup": delivery.pickup,
        "dropoff": {"point": delivery.dropoff.point, "address": address and _plain(address)},
        "fee": delivery.fee,
        "ready_at": delivery.ready_at,
        "reference": delivery.reference,
        "asks_code": delivery.asks_code,
        "attempts_left": delivery.attempts_left,
        "may_leave": delivery.may_leave,
    }


def _plain(address: AddressView) -> dict[str, str]:
    return {
        "name": address.name,
        "phone": address.phone,
        "street": address.street,
        "city": address.city,
        "postcode": address.postcode,
        "notes": address.notes,
    }
