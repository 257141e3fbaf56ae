"""What a change within a period costs.

**Period**: that in which the change happens. **Day rule**: whole days; the day on which it happens is the
first of the new price, so that a change at 00:00 on 11 May of a period of 1 to 31 May leaves 21 of 31 days.
**Rounding**: credit and charge are each rounded half up to the minor unit, as each is a line of its own on
the invoice. **Source**: credit for the unused time and charge for the time that is left, as Stripe's
prorations have them (https://docs.stripe.com/billing/subscriptions/prorations), but by the day and not by the
second: members see days.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from modules.subscriptions.billing.periods import Period
from tiffin.money import Money


class Proration(NamedTuple):
    """What of the old price comes back and what of the new one is due, for `days` of `period`."""

    period: Period
    days: int
    credit: Money
    charge: Money

    @property
    def net(self) -> Money:
        """Below nothing where more comes back than is due."""
        return self.charge - self.credit


def prorate(period: Period, *, old: Money, new: Money, on: date) -> Proration:
    """From `on` the rest of the period costs `new` instead of `old`. Raises ValueError for a day outside
    of the period, CurrencyMismatch for prices of two currencies."""
    days = period.left(on)
    found = Proration(period, days, share_of(old, days, period), share_of(new, days, period))
    _ = found.net
    return found


def share_of(price: Money, days: int, period: Period) -> Money:
    """Of the period's price what so many of its days cost, rounded half up."""
    return Money(amount=(2 * price.amount * days + period.days) // (2 * period.days), currency=price.currency)
