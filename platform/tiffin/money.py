"""Money: an integer of minor units and a currency. Floating point never comes near it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from tiffin.dto import DTO

# ISO 4217 minor units that are not two; the list grows with the regions.
_MINOR_UNITS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3}


def minor_units(currency: str) -> int:
    """How many decimal places `currency` (ISO 4217, three letters) has."""
    return _MINOR_UNITS.get(currency, 2)


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


class Money(DTO, frozen=True, order=True):
    """`amount` minor units (pence, grosze) of `currency` (ISO 4217)."""

    amount: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(amount=0, currency=currency)

    def __add__(self, other: Money) -> Money:
        return Money(amount=self.amount + self._same(other), currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(amount=self.amount - self._same(other), currency=self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(amount=self.amount * count, currency=self.currency)

    def __neg__(self) -> Money:
        return Money(amount=-self.amount, currency=self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def share(self, rate: Decimal) -> Money:
        """This amount times `rate`, rounded half up to the minor unit."""
        exact = Decimal(self.amount) * rate
        return Money(amount=int(exact.quantize(Decimal(1), ROUND_HALF_UP)), currency=self.currency)

    def __str__(self) -> str:
        places = minor_units(self.currency)
        return f"{Decimal(self.amount).scaleb(-places):.{places}f} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.amount


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` (none negative), by largest remainder, the earlier first.

    The shares sum to `amount`; while `amount` is at most the sum of the weights no share exceeds its weight.
    Raises ValueError when there is nothing to split over.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("there is nothing to split over")
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    largest_first = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for index in largest_first[: amount - sum(shares)]:
        shares[index] += 1
    return shares
