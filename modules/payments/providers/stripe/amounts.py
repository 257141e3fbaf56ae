"""Amounts as Stripe counts them (https://docs.stripe.com/currencies: minor units in API amounts, zero-decimal
and three-decimal currencies, special cases)."""

from __future__ import annotations

from tiffin.money import Money, minor_units

_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Whole units only, though two places are written.
_WHOLE = frozenset({"ISK", "UGX"})


class NotExpressible(ValueError):
    """Stripe does not take such a small part of this currency; rounding it would be another price."""


def to_stripe(money: Money) -> int:
    """The integer that Stripe takes for `money`. Raises NotExpressible."""
    amount, rest = divmod(money.amount * _units(_places(money.currency)), _units(minor_units(money.currency)))
    if rest or amount % _step(money.currency):
        raise NotExpressible(f"Stripe cannot take {money}")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """What Stripe's integer is in our minor units. Raises NotExpressible."""
    code = currency.upper()
    ours, rest = divmod(amount * _units(minor_units(code)), _units(_places(code)))
    if rest:
        raise NotExpressible(f"{amount} of Stripe's {code} is no amount of ours")
    return Money(amount=ours, currency=code)


def _places(currency: str) -> int:
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def _step(currency: str) -> int:
    return 10 if currency in _THREE else 100 if currency in _WHOLE else 1


def _units(places: int) -> int:
    """How many of the smallest unit make a whole one."""
    return int("1" + "0" * places)
