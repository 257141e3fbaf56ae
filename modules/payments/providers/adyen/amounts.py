"""Amounts as Adyen counts them (https://docs.adyen.com/development-resources/currency-codes): in minor units,
of which some currencies have others than ISO 4217 says."""

from __future__ import annotations

from tiffin.money import Money, minor_units

# That page, as far as read: CVE and DJF 0, BHD 3, CLP 2. The others by Adyen's own web library
# (currency-decimals), unconfirmed.
_NONE = frozenset(
    {"CVE", "DJF", "GNF", "IDR", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


class NotExpressible(ValueError):
    """Adyen does not take such a small part of this currency; rounding it would be another price."""


def to_adyen(money: Money) -> dict[str, object]:
    """The amount that Adyen takes for `money`. Raises NotExpressible."""
    value, rest = divmod(money.amount * _units(_places(money.currency)), _units(minor_units(money.currency)))
    if rest:
        raise NotExpressible(f"Adyen cannot take {money}")
    return {"value": value, "currency": money.currency}


def from_adyen(value: int, currency: str) -> Money:
    """What Adyen's amount is in our minor units. Raises NotExpressible."""
    ours, rest = divmod(value * _units(minor_units(currency)), _units(_places(currency)))
    if rest:
        raise NotExpressible(f"{value} of Adyen's {currency} is no amount of ours")
    return Money(amount=ours, currency=currency)


def _places(currency: str) -> int:
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def _units(places: int) -> int:
    """How many of the smallest unit make a whole one."""
    return int("1" + "0" * places)
