"""The bill of those who eat together: each pays for their dishes, and an equal part of what is for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from modules.orders.interface import ComponentKind, PersonShare, Price
from tiffin.money import Money, allocate


def shares_per_person(
    price: Price, people: Sequence[int | None], names: Sequence[str] = ()
) -> tuple[PersonShare, ...]:
    """`people` says whom each line is for, by numbers from 1 into `names`; None for nobody in particular, who
    pays like one more. Empty where nobody is named.

    The shares sum to the total and to its tax, to the unit. What does not divide is paid by the first ones.
    """
    if not any(people):
        return ()
    dishes, taxes = _by_person(price, people)
    everybody = sorted(set(people), key=lambda person: (person is None, person))
    equally = [1] * len(everybody)
    shared = allocate(price.total.amount - sum(dishes.values()), equally)
    shared_tax = allocate(price.tax.amount - sum(taxes.values()), equally)

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=price.total.currency)

    return tuple(
        PersonShare(
            person=person,
            name=name_of(person, names),
            lines=tuple(line for line, whose in enumerate(people) if whose == person),
            dishes=money(dishes[person]),
            shared=money(part),
            total=money(dishes[person] + part),
            tax=money(taxes[person] + tax),
        )
        for person, part, tax in zip(everybody, shared, shared_tax, strict=True)
    )


def _by_person(
    price: Price, people: Sequence[int | None]
) -> tuple[dict[int | None, int], dict[int | None, int]]:
    """What the dishes of each cost, less discounts and with their tax, and that tax, in minor units."""
    dishes: dict[int | None, int] = defaultdict(int)
    taxes: dict[int | None, int] = defaultdict(int)
    for component in price.components:
        if component.line is None or component.kind is ComponentKind.TAX:
            continue
        person, tax = people[component.line], component.tax.amount
        dishes[person] += component.amount.amount + (0 if price.includes_tax else tax)
        taxes[person] += tax
    return dishes, taxes


def name_of(person: int | None, names: Sequence[str]) -> str:
    """By a number from 1; empty for nobody, and where the names are not known."""
    return names[person - 1] if person is not None and person <= len(names) else ""
