"""Whom the dishes of an order are for, opened for whoever asks."""

from __future__ import annotations

from modules.identity.interface import Identity, RevealRefused
from modules.orders.models import Order
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call


def names_of(order: Order) -> tuple[str, ...]:
    """By their number from 1. Empty where nobody is named, and where nobody can open them (any more): the
    order stands without."""
    if not order.names:
        return ()
    try:
        (names,) = call(Identity).open_many(sealed=(order.names,))
    except (RevealRefused, ModuleUnavailable, ModuleFault):
        return ()
    return names or ()
