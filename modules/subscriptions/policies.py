"""What a region decides about memberships: rows of its `region.toml`.

memberships.dunning       when a payment that failed is tried again, by the reason, and what then
memberships.cooling_off   within which time whoever has joined may take it back; no row: they may not
memberships.pausing       for how long a membership may pause; no row: it may not
memberships.reminder      how long before members are told of a charge; no row: they are not
memberships.price_notice  how long before members are told of another price
memberships.valid_in      in which regions it is valid beside its own
tax.rates                 the row `service`: the tax in what a membership costs; no row: none
timeouts.joining_seconds  until the first payment must have come
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from tiffin.dto import DTO
from tiffin.money import Money
from tiffin.regions import NoRuleInForce, Region

SERVICE = "service"
JOINING_SECONDS = 23 * 3600  # as an action of a customer who is not there


class Dunning(DTO):
    """The row `memberships.dunning`: after the first failure it is tried again so many days after the period
    began, each time; benefits are granted for `grace_days` of it. When the last has failed the membership is
    `canceled`, or `unpaid` until somebody pays. A row with a `reason` has the days for payments that last
    failed for it; the row without says them for all others, and the rest for all."""

    reason: str = ""
    days: tuple[int, ...] = (1, 3, 7, 14)
    grace_days: int = 7
    then: Literal["canceled", "unpaid"] = "canceled"


class CoolingOff(DTO):
    """The row `memberships.cooling_off`: within so many `days` after joining it can be taken back; what was
    paid comes back whole, or but for the days that are over where `keeps_used`."""

    days: int
    keeps_used: bool = False


class Pausing(DTO):
    """The row `memberships.pausing`: at most so many days at a time, and within twelve months."""

    most_days: int
    days_a_year: int


class Reminder(DTO):
    """The row `memberships.reminder`: who is on trial, or pays by the year, is told so many `days` before
    they are charged."""

    days: int


class PriceNotice(DTO):
    """The row `memberships.price_notice`: members are told so many `days` before their price changes."""

    days: int = 30


class ValidIn(DTO):
    """A row of `memberships.valid_in`: another region in which the membership is valid too."""

    region: str


class TaxRow(DTO):
    """A row of `tax.rates`: the `rate` is of the net price."""

    category: str
    rate: Decimal


def dunning(region: Region, *, on: date, reason: str = "") -> Dunning:
    """As usual where the region does not say."""
    rows = {row.reason: row for row in region.rules("memberships.dunning", Dunning, on=on)}
    usual = rows.get("", Dunning())
    days = rows[reason].days if reason in rows else usual.days
    return Dunning(days=days, grace_days=usual.grace_days, then=usual.then)


def grace(region: Region, *, on: date) -> timedelta:
    """For how long benefits are granted when a period was not paid."""
    return timedelta(days=dunning(region, on=on).grace_days)


def cooling_off(region: Region, *, on: date) -> CoolingOff | None:
    return next(iter(region.rules("memberships.cooling_off", CoolingOff, on=on)), None)


def pausing(region: Region, *, on: date) -> Pausing | None:
    return next(iter(region.rules("memberships.pausing", Pausing, on=on)), None)


def reminder(region: Region, *, on: date) -> Reminder | None:
    return next(iter(region.rules("memberships.reminder", Reminder, on=on)), None)


def price_notice(region: Region, *, on: date) -> timedelta:
    """As usual where the region does not say."""
    rows = region.rules("memberships.price_notice", PriceNotice, on=on)
    return timedelta(days=next(iter(rows), PriceNotice()).days)


def valid_in(region: Region, *, on: date) -> tuple[str, ...]:
    """The regions in which a membership that was bought in this one is valid."""
    return (region.code, *(row.region for row in region.rules("memberships.valid_in", ValidIn, on=on)))


def joining_time(region: Region, *, on: date) -> timedelta:
    try:
        return timedelta(seconds=region.setting("timeouts.joining_seconds", int, on=on))
    except NoRuleInForce:
        return timedelta(seconds=JOINING_SECONDS)


def taxed(region: Region, price: Money, *, on: date) -> tuple[Money, Money]:
    """What is paid for something of that price, and the tax in it: within the price or on top of it, as the
    region shows prices; rounded half up."""
    rows = region.rules("tax.rates", TaxRow, on=on)
    rate = next((row.rate for row in rows if row.category == SERVICE), Decimal(0))
    if region.prices_include_tax:
        within = Decimal(price.amount) * rate / (1 + rate)
        rounded = int(within.quantize(Decimal(1), ROUND_HALF_UP))
        return price, Money(amount=rounded, currency=price.currency)
    tax = price.share(rate)
    return price + tax, tax
