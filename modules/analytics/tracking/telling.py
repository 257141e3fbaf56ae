"""How what is told is put together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from modules.analytics.kinds import Tracked
from tiffin import ids
from tiffin.log import Recorded
from tiffin.money import Money, minor_units


def tell(
    name: str, record: Recorded, customer_id: UUID, properties: Mapping[str, Any], *, part: str = ""
) -> Tracked:
    """`part` tells apart what is told of one event several times. What is None is left out."""
    return Tracked(
        message_id=ids.derived(record.event_id, part) if part else record.event_id,
        customer_id=customer_id,
        name=name,
        at=record.occurred_at,
        properties={
            **{key: value for key, value in properties.items() if value is not None},
            **({"region": record.region} if record.region else {}),
        },
    )


def main_units(money: Money) -> Decimal:
    """2350 pence are 23.50."""
    return Decimal(money.amount).scaleb(-minor_units(money.currency))


def each(total: Money, quantity: int) -> Decimal:
    """What one of `quantity` costs, rounded half up to the minor unit."""
    half_up = (2 * total.amount + quantity) // (2 * quantity)
    return main_units(Money(amount=half_up, currency=total.currency))
