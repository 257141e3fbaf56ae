"""How amounts, times and distances are written on our pages."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django import template

from modules.orders.interface import ComponentKind, OrderLineView, OrderView, PersonShare, Price
from tiffin import clock
from tiffin.money import Money, minor_units

register = template.Library()

METRES_A_KILOMETRE = 1000
# As `Money` writes itself: 12.50 GBP, 500 JPY.
_AMOUNT = re.compile(r"\b(\d+(?:\.\d+)?) ([A-Z]{3})\b")
_BEFORE = {"GBP": "£", "USD": "$", "EUR": "€"}


@register.filter
def money(amount: Money) -> str:
    """£12.50, 12,50 zł, otherwise 12.50 XYZ."""
    places = minor_units(amount.currency)
    number = f"{abs(Decimal(amount.amount)).scaleb(-places):,.{places}f}"
    sign = "−" if amount.amount < 0 else ""
    if amount.currency == "PLN":
        return f"{sign}{number.replace(',', ' ').replace('.', ',')} zł"
    if amount.currency in _BEFORE:
        return f"{sign}{_BEFORE[amount.currency]}{number}"
    return f"{sign}{number} {amount.currency}"


@register.filter
def price(amount: int, currency: str) -> str:
    """Minor units of a currency, as `money` writes them."""
    return money(Money(amount=amount, currency=currency))


@register.filter
def amounts_written(sentence: str) -> str:
    """A sentence of another module's with its amounts (12.50 GBP) written as ours are."""
    return _AMOUNT.sub(lambda found: price(int(found[1].replace(".", "")), found[2]), sentence)


@register.filter
def clock_time(moment: datetime | None, zone: str) -> str:
    """18:05, with the weekday when it is another day than today there."""
    if moment is None:
        return ""
    there = moment.astimezone(ZoneInfo(zone))
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    return f"{there:%H:%M}" if there.date() == today else f"{there:%A %H:%M}"


@register.filter
def day_and_time(moment: datetime, zone: str) -> str:
    """7 March, 18:05."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B}, {there:%H:%M}"


@register.filter
def date_in(moment: datetime, zone: str) -> str:
    """7 March 2027."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}"


@register.filter
def date_and_time_in(moment: datetime, zone: str) -> str:
    """7 March 2027, 18:05."""
    return f"{date_in(moment, zone)}, {moment.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def distance(metres: int | None) -> str:
    """350 m, 1.2 km."""
    if metres is None:
        return ""
    if metres < METRES_A_KILOMETRE:
        return f"{round(metres, -1)} m"
    return f"{metres / METRES_A_KILOMETRE:.1f} km"


@register.filter
def taxes(bill: Price) -> list[tuple[Decimal, Money]]:
    """How much tax a bill holds at each rate, the highest first."""
    by_rate: defaultdict[Decimal, int] = defaultdict(int)
    for component in bill.components:
        by_rate[component.tax_rate] += component.tax.amount
    currency = bill.total.currency
    rates = sorted((rate for rate, amount in by_rate.items() if amount), reverse=True)
    return [(rate, Money(amount=by_rate[rate], currency=currency)) for rate in rates]


class BillPart(NamedTuple):
    """What stands on a bill beneath the dishes."""

    label: str
    explanation: str
    amount: Money


@register.filter
def beside_dishes(bill: Price) -> list[BillPart]:
    """Everything but the dishes; what was allocated to several of them stands there once."""
    parts: dict[tuple[str, str], BillPart] = {}
    for component in bill.components:
        if component.kind in {ComponentKind.ITEM, ComponentKind.OPTION}:
            continue
        key = (component.code, component.label)
        before = parts.get(key)
        amount = component.amount if before is None else before.amount + component.amount
        parts[key] = BillPart(component.label, component.explanation, amount)
    return list(parts.values())


@register.filter
def lines_of(order: OrderView, share: PersonShare) -> list[OrderLineView]:
    """The lines of one of those who eat together."""
    return [order.lines[line] for line in share.lines]


@register.filter
def person_name(share: PersonShare) -> str:
    """Whose a part of the bill is; a number for whoever's name nobody can read any more."""
    if share.person is None:
        return "Nobody in particular"
    return share.name or f"Person {share.person}"


@register.filter
def percent(rate: Decimal) -> str:
    """8 %."""
    return f"{(rate * 100).normalize():f} %"
