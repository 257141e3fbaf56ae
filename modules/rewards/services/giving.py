"""Giving to charities: points, and what they are worth, in one transaction; and money on top of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from modules.rewards import policies
from modules.rewards.interface import (
    CharityUnknown,
    DonationInvalid,
    DonationPreview,
    DonationSource,
    Flow,
    GivingNotOffered,
    InsufficientPoints,
    Posting,
    Transfer,
    WalletUnderReview,
)
from modules.rewards.models import Charity, Donation, StandingOrder
from modules.rewards.selectors.standing import find_standing
from modules.rewards.selectors.wallets import wallets
from modules.rewards.services.posting import post, post_many
from modules.rewards.services.standing import require_good_standing
from tiffin import clock, db, ids, regions
from tiffin.money import Money

REASON = "donation"


class RoundUp(NamedTuple):
    """What a customer gave on top of an order."""

    order_id: UUID
    customer_id: UUID
    charity_id: UUID
    amount: Money


class TakenBack(NamedTuple):
    """What of it went back to the customer with a refund."""

    refund_id: UUID
    order_id: UUID
    amount: Money


class NotGiven(RuntimeError):
    """An order was rounded up for a charity that is not there, or in another currency: staff must look."""


def preview_donation(*, customer_id: UUID, charity_id: UUID, points: int) -> DonationPreview:
    """What giving would mean. Raises as `donate` does, but for what has been done too often."""
    charity = active_charity(charity_id)
    worth = worth_of(charity, points)
    standing = find_standing(customer_id)
    if standing is not None and not standing.is_good:
        raise WalletUnderReview()
    (wallet,) = wallets([customer_id])
    if wallet.available < points:
        raise InsufficientPoints(wanted=points, available=wallet.available)
    return DonationPreview(
        charity_id=charity.pk,
        charity=charity.name,
        points=points,
        amount=Money(amount=worth, currency=charity.currency),
        available_after=wallet.available - points,
    )


def donate(*, customer_id: UUID, charity_id: UUID, points: int) -> Donation:
    """Give points away, for good. Raises CharityUnknown, GivingNotOffered, DonationInvalid,
    InsufficientPoints, WalletUnderReview, TooFast."""
    charity = active_charity(charity_id)
    worth = worth_of(charity, points)
    with db.transaction():
        return give(
            Donation(
                id=ids.new_id(),
                customer_id=customer_id,
                charity=charity,
                region=charity.region,
                source=DonationSource.POINTS.value,
                points=points,
                amount=worth,
                currency=charity.currency,
            )
        )


def active_charity(charity_id: UUID) -> Charity:
    """Raises CharityUnknown."""
    charity: Charity | None = Charity.objects.filter(pk=charity_id, active=True).first()
    if charity is None:
        raise CharityUnknown(charity_id=charity_id)
    return charity


def worth_of(charity: Charity, points: int) -> int:
    """What points are worth to the charity today, in whole minor units. Raises GivingNotOffered,
    DonationInvalid."""
    region = regions.get(charity.region)
    today = region.local(clock.now()).date()
    rule, price = policies.giving(region, today), policies.redeeming(region, today)
    if rule is None or price is None or region.currency != charity.currency:
        raise GivingNotOffered(region=charity.region)
    # As many as are worth something at all.
    least = max(rule.least_points, -(-price.points // price.amount))
    if not least <= points <= rule.most_points:
        raise DonationInvalid(points=points, least=least, most=rule.most_points)
    return points * price.amount // price.points


@db.transaction_required
def give(donation: Donation) -> Donation:
    """Keep a donation of points, and post it. Raises InsufficientPoints, WalletUnderReview, TooFast, and then
    nothing is given."""
    require_good_standing(
        customer_id=donation.customer_id,
        region=donation.region,
        flow=Flow.DONATE,
        points=donation.points,
    )
    donation.save(force_insert=True)
    post(*_of_points(donation))
    return donation


def _of_points(donation: Donation) -> tuple[Transfer, ...]:
    """The points go, and the money that they are worth is payable."""
    points = Transfer(
        id=ids.derived(donation.id, "donate"),
        flow=Flow.DONATE,
        amount=donation.points,
        customer_id=donation.customer_id,
        region=donation.region,
        party_id=donation.charity_id,
        reason=REASON,
    )
    money = Transfer(
        id=ids.derived(donation.id, "pledge"),
        flow=Flow.PLEDGE,
        amount=donation.amount,
        unit=donation.currency,
        region=donation.region,
        party_id=donation.charity_id,
        reason=REASON,
    )
    return points, money


@db.transaction_required
def give_standing(order: StandingOrder, worth: int) -> Donation:
    """The same, because the customer said so once. Its id is that of the day, so that it is given once."""
    return give(
        Donation(
            id=ids.derived(order.id, f"on {order.next_on}"),
            customer_id=order.customer_id,
            charity=order.charity,
            region=order.region,
            source=DonationSource.STANDING.value,
            points=order.points,
            amount=worth,
            currency=order.charity.currency,
            standing_order=order,
        )
    )


# --- on top of orders -----------------------------------------------------------------------------------


@db.transaction_required
def give_with_orders(round_ups: Sequence[RoundUp] = (), refunds: Sequence[TakenBack] = ()) -> None:
    """What was given on top of orders that were delivered is payable, and what went back to the customer no
    longer is. Donations are locked before what is payable, as settling does. Raises NotGiven."""
    transfers = [*_collected(round_ups), *_taken_back(refunds)]
    refused = post_many([Posting(transfers=(each,)) for each in transfers]).refused
    if refused:
        raise NotGiven(f"the ledger refuses {refused[0]}")


def _collected(round_ups: Sequence[RoundUp]) -> list[Transfer]:
    charities = Charity.objects.in_bulk({each.charity_id for each in round_ups})
    donations = [_round_up(each, charities.get(each.charity_id), clock.now()) for each in round_ups]
    db.insert(*donations)
    return [
        Transfer(
            id=ids.derived(donation.id, "collect"),
            flow=Flow.COLLECT,
            amount=donation.amount,
            region=donation.region,
            unit=donation.currency,
            party_id=donation.charity_id,
            order_id=donation.order_id,
            reason=REASON,
        )
        for donation in donations
    ]


def _round_up(given: RoundUp, charity: Charity | None, at: datetime) -> Donation:
    if charity is None or charity.currency != given.amount.currency:
        raise NotGiven(f"order {given.order_id}: {given.amount} for {given.charity_id}")
    return Donation(
        id=ids.derived(given.order_id, "round up"),
        customer_id=given.customer_id,
        charity=charity,
        region=charity.region,
        source=DonationSource.ROUND_UP.value,
        amount=given.amount.amount,
        currency=given.amount.currency,
        order_id=given.order_id,
        given_at=at,
    )


def _taken_back(refunds: Sequence[TakenBack]) -> list[Transfer]:
    """What is on its way to the charity stays given, and the platform bears it."""
    orders = {refund.order_id for refund in refunds}
    locked = Donation.objects.filter(order_id__in=orders).select_for_update().order_by("pk")
    donations = {donation.order_id: donation for donation in locked}
    transfers: list[Transfer] = []
    for refund in refunds:
        donation = donations.get(refund.order_id)
        if donation is None:
            continue  # it was never delivered
        amount = min(refund.amount.amount, donation.left - donation.borne)
        if donation.batch_id is not None:
            donation.borne += amount
        elif amount > 0:
            donation.taken_back += amount
            transfers.append(_uncollected(refund, donation, amount))
    Donation.objects.bulk_update(donations.values(), ("taken_back", "borne"))
    return transfers


def _uncollected(refund: TakenBack, donation: Donation, amount: int) -> Transfer:
    return Transfer(
        id=ids.derived(refund.refund_id, "uncollect"),
        flow=Flow.UNCOLLECT,
        amount=amount,
        region=donation.region,
        unit=donation.currency,
        party_id=donation.charity_id,
        order_id=donation.order_id,
        reason=REASON,
    )
