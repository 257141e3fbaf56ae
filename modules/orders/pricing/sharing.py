"""Whose the money of a bill is, party by party, as payments wants to be told: what each sells for itself and
the tax that it owes. Who funds a discount is another matter: that is settled without the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from modules.orders.interface import ComponentKind, Party, Price, PriceComponent
from modules.orders.pricing.refunding import RefundPart
from modules.payments.interface import Party as LiableParty
from modules.payments.interface import Share
from tiffin.money import Money, allocate

# Party, what it sells for itself, the tax it owes: minor units, small enough to travel with a job.
Told = tuple[str, int, int]
_SALE, _TAX = 0, 1


def shares_of(price: Price) -> list[Told]:
    """The whole bill. The shares sum to the total and none is negative."""
    return _told(
        amount for component in price.components for amount in _amounts(component, price.includes_tax)
    )


def shares_back(parts: Sequence[RefundPart], amount: int, *, includes_tax: bool) -> list[Told]:
    """What goes back, `amount` in all, when it is made of `parts`; nothing when that is not known."""
    told = _told(amount for part in parts for amount in _amounts_back(part, includes_tax))
    weights = [weight for _, *both in told for weight in both]
    if not sum(weights):
        return []
    exact = iter(allocate(amount, weights))
    return [(party, next(exact), next(exact)) for party, *_ in told]


def as_shares(told: Iterable[Sequence[str | int]], currency: str) -> tuple[Share, ...]:
    return tuple(
        Share(
            party=LiableParty(str(party)),
            sale=Money(amount=int(sale), currency=currency),
            tax=Money(amount=int(tax), currency=currency),
        )
        for party, sale, tax in told
    )


_Amount = tuple[Party, int, int]


def _amounts(component: PriceComponent, includes_tax: bool) -> tuple[_Amount, ...]:
    party, amount = component.party or component.liable, component.amount.amount
    if component.kind is ComponentKind.TAX:
        return ((party, _TAX, amount),)
    if includes_tax:
        return ((party, _SALE, amount - component.tax.amount), (component.liable, _TAX, component.tax.amount))
    return ((party, _SALE, amount),)


def _amounts_back(part: RefundPart, includes_tax: bool) -> tuple[_Amount, ...]:
    net = part.amount - part.tax if includes_tax else part.amount
    return (part.party, _SALE, net), (part.liable, _TAX, part.tax)


def _told(amounts: Iterable[_Amount]) -> list[Told]:
    sums: dict[tuple[Party, int], int] = defaultdict(int)
    for party, what, amount in amounts:
        sums[party, what] += amount
    _leave_nobody_below_nothing(sums)
    parties = dict.fromkeys(party for party, _ in sums)
    told = [(party.value, sums[party, _SALE], sums[party, _TAX]) for party in parties]
    return [each for each in told if each[1] or each[2]]


def _leave_nobody_below_nothing(sums: dict[tuple[Party, int], int]) -> None:
    """What is rounded down where a party sells nothing else is taken off those who have most."""
    missing = 0
    for place, amount in sums.items():
        if amount < 0:
            missing, sums[place] = missing - amount, 0
    for place in sorted(sums, key=lambda place: -sums[place]):
        taken = min(missing, sums[place])
        missing, sums[place] = missing - taken, sums[place] - taken
