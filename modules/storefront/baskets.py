"""The basket, as the browser keeps it and sends it."""

from __future__ import annotations

import msgspec

from modules.orders.interface import BasketLine
from modules.storefront.errors import BasketUnreadable


def read(text: str) -> tuple[BasketLine, ...]:
    """The lines of a basket's JSON. Raises BasketUnreadable; what they mean is for orders to say."""
    try:
        return msgspec.json.decode(text, type=tuple[BasketLine, ...])
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise BasketUnreadable() from None
