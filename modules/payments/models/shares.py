"""Whose the money is, in minor units: what each party sells for itself, and the tax that it owes.

A row with an amount has a column for each of them, which together are at most the amount; what is left over
is nobody's yet. So nothing can be lost by shape, and the database refuses what is negative or too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Self

from django.db import models

from modules.payments.interface import Party, Share
from tiffin.money import Money, allocate

PARTS = (
    "restaurant",
    "restaurant_tax",
    "platform",
    "platform_tax",
    "courier",
    "courier_tax",
    "charity",
    "charity_tax",
)
_PARTIES = (Party.RESTAURANT, Party.PLATFORM, Party.COURIER, Party.CHARITY)


class Split(NamedTuple):
    """An amount by whose it is. `nobody` has what nobody told us about."""

    restaurant: int = 0
    restaurant_tax: int = 0
    platform: int = 0
    platform_tax: int = 0
    courier: int = 0
    courier_tax: int = 0
    charity: int = 0
    charity_tax: int = 0
    nobody: int = 0

    @classmethod
    def of(cls, amount: int, parts: Sequence[int]) -> Self:
        """An amount of which the parts in the order of PARTS are told, or none; what was told before there
        were as many has nothing of the others."""
        told = [*parts, *[0] * (len(PARTS) - len(parts))]
        return cls._make([*told, amount - sum(told)])

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def parts(self) -> list[int]:
        """In the order of PARTS."""
        return list(self[: len(PARTS)])

    def plus(self, other: Split) -> Split:
        return Split._make(mine + theirs for mine, theirs in zip(self, other, strict=True))

    def minus(self, other: Split) -> Split:
        return Split._make(mine - theirs for mine, theirs in zip(self, other, strict=True))

    def shares(self, currency: str) -> tuple[Share, ...]:
        """As others see it: each party that has something, and under UNKNOWN what is nobody's."""
        amounts = [*zip(self.parts[::2], self.parts[1::2], strict=True), (self.nobody, 0)]
        return tuple(
            Share(
                party=party,
                sale=Money(amount=sale, currency=currency),
                tax=Money(amount=tax, currency=currency),
            )
            for party, (sale, tax) in zip((*_PARTIES, Party.UNKNOWN), amounts, strict=True)
            if sale or tax
        )


def parts_of(shares: Sequence[Share]) -> list[int]:
    """What callers told, in the order of PARTS; nothing when they told nothing."""
    if not shares:
        return []
    parts = dict.fromkeys(PARTS, 0)
    for share in shares:
        if share.party in _PARTIES:
            parts[share.party.value] += share.sale.amount
            parts[f"{share.party.value}_tax"] += share.tax.amount
    return list(parts.values())


def draw(amount: int, left: Split, wanted: Split | None = None) -> Split:
    """Take `amount` from what is `left`: as `wanted` as far as that is there, the rest in proportion to what
    is left. The shares sum to `amount` and none is negative; what is missing is nobody's."""
    there = Split._make(max(0, part) for part in left)
    taken = _within(there, wanted, amount) if wanted is not None and wanted.total > 0 else Split()
    room = there.minus(taken)
    more = min(amount - taken.total, room.total)
    if more > 0:
        taken = taken.plus(Split._make(allocate(more, room)))
    return taken._replace(nobody=taken.nobody + amount - taken.total)


def _within(there: Split, wanted: Split, amount: int) -> Split:
    asked = allocate(amount, wanted) if wanted.total > amount else wanted
    return Split._make(min(each, most) for each, most in zip(asked, there, strict=True))


class PerParty(models.Model):
    """Columns for whose `amount` is."""

    restaurant = models.BigIntegerField(default=0, db_default=0)
    restaurant_tax = models.BigIntegerField(default=0, db_default=0)
    platform = models.BigIntegerField(default=0, db_default=0)
    platform_tax = models.BigIntegerField(default=0, db_default=0)
    courier = models.BigIntegerField(default=0, db_default=0)
    courier_tax = models.BigIntegerField(default=0, db_default=0)
    charity = models.BigIntegerField(default=0, db_default=0)
    charity_tax = models.BigIntegerField(default=0, db_default=0)

    amount = models.BigIntegerField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    @property
    def split(self) -> Split:
        return Split.of(self.amount, [getattr(self, part) for part in PARTS])


def adds_up() -> models.Q:
    """The condition that keeps the columns of PerParty whole."""
    told = models.F(PARTS[0])
    for part in PARTS[1:]:
        told = told + models.F(part)  # type: ignore[assignment]  # a CombinedExpression
    none_negative = models.Q(**{f"{part}__gte": 0 for part in PARTS})
    return none_negative & models.Q(amount__gte=told)
