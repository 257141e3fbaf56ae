"""Short ways to say what a test of giving begins with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Sum

from modules.rewards import services
from modules.rewards.models import Account, Charity, Donation, SettlesBy
from modules.rewards.services.giving import RoundUp, TakenBack
from modules.rewards.states import AccountKind
from modules.rewards.tests.points import granted
from tiffin import db, ids
from tiffin.money import Money


def a_charity(**more: Any) -> Charity:
    told: dict[str, Any] = {
        "region": "gb",
        "name": "Soup for All",
        "about": "Soup, for all.",
        "site": "https://soup.example/",
        "currency": "GBP",
        "settles_by": SettlesBy.BANK_TRANSFER.value,
        "payee_reference": "Tiffin donations",
    }
    return Charity.objects.create(**{**told, **more})


def given(charity: Charity, points: int, customer_id: UUID | None = None) -> Donation:
    """Points of somebody who has just as many more."""
    customer_id = granted(2 * points, customer_id)
    return services.donate(customer_id=customer_id, charity_id=charity.pk, points=points)


def rounded_up(charity: Charity, *amounts: int) -> list[Donation]:
    """Orders that were delivered, with so much on top."""
    round_ups = [
        RoundUp(ids.new_id(), ids.new_id(), charity.pk, Money(amount=amount, currency=charity.currency))
        for amount in amounts
    ]
    with db.transaction(owner="rewards"):
        services.collect(round_ups)
    orders = [each.order_id for each in round_ups]
    return sorted(Donation.objects.filter(order_id__in=orders), key=lambda each: orders.index(each.order_id))


def refunded(donation: Donation, amount: int) -> Donation:
    """So much of it went back to the customer."""
    assert donation.order_id is not None
    back = TakenBack(ids.new_id(), donation.order_id, Money(amount=amount, currency=donation.currency))
    with db.transaction(owner="rewards"):
        services.take_back([back])
    return Donation.objects.get(pk=donation.pk)


def lies(kind: AccountKind, *, owner: UUID | None = None, unit: str = "GBP") -> int:
    """What is in accounts of that kind, whosever they are or of that owner."""
    rows = Account.objects.filter(kind=kind.value, unit=unit)
    rows = rows.filter(owner=owner) if owner else rows
    return int(rows.aggregate(sum=Sum("balance"))["sum"] or 0)


def payable(charity: Charity) -> int:
    return lies(AccountKind.PAYABLE, owner=charity.pk, unit=charity.currency)
