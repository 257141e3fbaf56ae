"""Asking a provider for many things: together where it has a way to, else several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from modules.payments.providers.port import AsksMany, Hold, Outcome, PaymentProvider, ProviderTimeout, Take
from tiffin.db.threads import map_in_threads

AT_ONCE = 8

Wish = TypeVar("Wish", Hold, Take)


def hold_many(provider: PaymentProvider, wishes: Sequence[Hold]) -> list[Outcome | None]:
    """What came of each, in their order; None where no answer came."""
    if isinstance(provider, AsksMany):
        return provider.hold_many(wishes)
    return _each(
        lambda hold: provider.authorise(
            key=hold.key, amount=hold.amount, method=hold.method, present=hold.present
        ),
        wishes,
    )


def take_many(provider: PaymentProvider, wishes: Sequence[Take]) -> list[Outcome | None]:
    """What came of each, in their order; None where no answer came."""
    if isinstance(provider, AsksMany):
        return provider.take_many(wishes)
    return _each(lambda take: provider.capture(key=take.key, charge=take.charge, amount=take.amount), wishes)


def _each(ask: Callable[[Wish], Outcome], wishes: Sequence[Wish]) -> list[Outcome | None]:
    def asked(wish: Wish) -> Outcome | None:
        try:
            return ask(wish)
        except ProviderTimeout:
            return None

    return map_in_threads(asked, wishes, threads=AT_ONCE)
