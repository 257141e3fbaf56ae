"""Short ways to say what a test of giving begins with."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import Sum
from msgspec import structs

from modules.payments.events import PayoutFailed, PayoutPaid, PayoutRejected
from modules.payments.interface import BankAccount, Payments
from modules.rewards import jobs, services
from modules.rewards.audit import batches_are_their_entries, payable_is_what_was_given
from modules.rewards.charities import provider
from modules.rewards.handlers import settling
from modules.rewards.models import Account, Charity, Donation, SettlementBatch, SettlesBy
from modules.rewards.services.giving import RoundUp, TakenBack
from modules.rewards.services.settling import JOBS
from modules.rewards.states import AccountKind
from modules.rewards.tests.points import granted
from tiffin import db, ids
from tiffin.audit import Inspection
from tiffin.interfaces import CommandKey, call
from tiffin.jobs import Later
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
        services.give_with_orders(round_ups)
    orders = [each.order_id for each in round_ups]
    return sorted(Donation.objects.filter(order_id__in=orders), key=lambda each: orders.index(each.order_id))


def refunded(donation: Donation, amount: int) -> Donation:
    """So much of it went back to the customer."""
    assert donation.order_id is not None
    back = TakenBack(ids.new_id(), donation.order_id, Money(amount=amount, currency=donation.currency))
    with db.transaction(owner="rewards"):
        services.give_with_orders(refunds=[back])
    return Donation.objects.get(pk=donation.pk)


def lies(kind: AccountKind, *, owner: UUID | None = None, unit: str = "GBP") -> int:
    """What is in accounts of that kind, whosever they are or of that owner."""
    rows = Account.objects.filter(kind=kind.value, unit=unit)
    rows = rows.filter(owner=owner) if owner else rows
    return int(rows.aggregate(sum=Sum("balance"))["sum"] or 0)


def payable(charity: Charity) -> int:
    return lies(AccountKind.PAYABLE, owner=charity.pk, unit=charity.currency)


def settled_by_goodstack(**more: Any) -> Charity:
    return a_charity(
        name=more.pop("name", "Trees for All"),
        settles_by=SettlesBy.GOODSTACK.value,
        organisation="organisation_trees",
        **more,
    )


def account_told(charity: Charity) -> None:
    """Payments knows the account of whoever is paid for it."""
    payee = provider(charity.settles_by).payee(
        region=charity.region, charity_id=charity.pk, charity=charity.name
    )
    account = BankAccount(sort_code="60-16-13", account_number="31926819")
    call(Payments).keep_payee(
        key=CommandKey(f"account of {payee.id}"), payee=structs.replace(payee, account=account)
    )


def done(batch: SettlementBatch | UUID, *names: str) -> SettlementBatch:
    """Do these jobs of a batch, or the one that its state wants; what puts itself off is put off."""
    batch_id = batch if isinstance(batch, UUID) else batch.pk
    for name in names or (JOBS[SettlementBatch.get(batch_id).state],):
        with suppress(Later):
            getattr(jobs, name)(batch_id)
    return SettlementBatch.get(batch_id)


def opened(charity: Charity) -> SettlementBatch:
    """What lies there is gathered."""
    return done(services.settle_now(charity.pk), "gather_donations")


def problems() -> list[str]:
    """What the audit of giving finds."""
    found: list[str] = []
    for look in (payable_is_what_was_given, batches_are_their_entries):
        inspection = Inspection(look.__name__, "rewards")
        look(inspection)
        found.extend(finding.problem for finding in inspection.result().findings)
    return found


def bank_says(event: PayoutPaid | PayoutRejected | PayoutFailed) -> None:
    """As it comes from payments' log."""
    handler = {
        PayoutPaid: settling.payout_paid,
        PayoutRejected: settling.payout_rejected,
        PayoutFailed: settling.payout_failed,
    }[type(event)]
    with db.transaction(owner="rewards"):
        handler(event)


def paid(batch: SettlementBatch) -> SettlementBatch:
    bank_says(PayoutPaid(payout_id=batch.pk, amount=batch.money, purpose="donations"))
    return SettlementBatch.get(batch.pk)


def failed(batch: SettlementBatch) -> SettlementBatch:
    bank_says(PayoutFailed(payout_id=batch.pk, amount=batch.money, purpose="donations", reason="AC04"))
    return SettlementBatch.get(batch.pk)


def again(charity: Charity) -> Charity:
    return Charity.objects.get(pk=charity.pk)


def payouts_of(batch: SettlementBatch) -> list[Any]:
    return call(Payments).payouts(payout_ids=[batch.pk])
