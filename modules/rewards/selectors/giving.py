"""What may be given to, and what was given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from modules.rewards.interface import (
    Charity as CharityView,
)
from modules.rewards.interface import (
    DonationSource,
    DonationsPage,
    DonationState,
    DonationView,
    GivenTo,
    StandingOrderView,
    StandingState,
    YearOfGiving,
)
from modules.rewards.models import Charity, Donation, StandingOrder
from modules.rewards.states import BatchState
from tiffin import db, regions
from tiffin.money import Money

MAXIMUM_PAGE_SIZE = 100
_PAYABLE = """
SELECT owner, sum(balance) FROM rewards_account WHERE kind = 'payable' AND owner = ANY(%s) GROUP BY owner
"""
# Of these a year is told. Others than a calendar has are refused before.
FIRST_YEAR, LAST_YEAR = 1, 9998


def causes(region: str) -> list[CharityView]:
    """Those that may be given to, by name. Raises UnknownRegion."""
    regions.get(region)
    return [cause(charity) for charity in Charity.objects.filter(region=region, active=True).order_by("name")]


def cause(charity: Charity) -> CharityView:
    return CharityView(
        id=charity.id, region=charity.region, name=charity.name, about=charity.about, site=charity.site
    )


def donations(customer_id: UUID, *, after: UUID | None, size: int) -> DonationsPage:
    """What the customer gave, the newest first."""
    size = max(1, min(size, MAXIMUM_PAGE_SIZE))
    theirs = _of(customer_id)
    last = Donation.objects.filter(pk=after, customer_id=customer_id).first() if after else None
    if after is not None and last is None:
        return DonationsPage(donations=())
    if last is not None:
        earlier = theirs.filter(given_at=last.given_at, pk__lt=last.pk)
        theirs = theirs.filter(given_at__lt=last.given_at) | earlier
    found = list(theirs.order_by("-given_at", "-pk")[: size + 1])
    shown = found[:size]
    more = shown[-1].pk if len(found) > size else None
    return DonationsPage(donations=tuple(map(donation_view, shown)), next=more)


def _of(customer_id: UUID) -> QuerySet[Donation]:
    return Donation.objects.filter(customer_id=customer_id).select_related("charity", "batch", "receipt")


def donation_view(donation: Donation) -> DonationView:
    receipt = getattr(donation, "receipt", None)
    return DonationView(
        id=donation.id,
        charity_id=donation.charity_id,
        charity=donation.charity.name,
        region=donation.region,
        source=DonationSource(donation.source),
        state=state_of(donation),
        points=donation.points,
        amount=donation.money,
        taken_back=Money(amount=donation.taken_back, currency=donation.currency),
        given_at=donation.given_at,
        order_id=donation.order_id,
        receipt=receipt.number if receipt else "",
    )


def state_of(donation: Donation) -> DonationState:
    """As far as its settlement is; what comes back from one waits for the next."""
    if not donation.left:
        return DonationState.TAKEN_BACK
    if donation.batch is None or donation.batch.state is BatchState.RETURNING:
        return DonationState.GIVEN
    is_there = donation.batch.state is BatchState.DISBURSED
    return DonationState.SETTLED if is_there else DonationState.ON_THE_WAY


def standing_orders(customer_id: UUID) -> list[StandingOrderView]:
    """Those that are not stopped, the newest first."""
    theirs = StandingOrder.objects.filter(customer_id=customer_id).select_related("charity")
    running = theirs.exclude(state_name=StandingState.STOPPED.value)
    return [standing_order_view(order) for order in running.order_by("-pk")]


def standing_order_view(order: StandingOrder) -> StandingOrderView:
    return StandingOrderView(
        id=order.id,
        charity_id=order.charity_id,
        charity=order.charity.name,
        region=order.region,
        points=order.points,
        day=order.day,
        state=order.state,
        next_on=order.next_on,
        skipped_on=order.skipped_on,
    )


def year_of_giving(customer_id: UUID, *, region: str, year: int) -> YearOfGiving:
    """What was given in the region's calendar year and is not taken back. Raises UnknownRegion."""
    rules = regions.get(region)
    year = max(FIRST_YEAR, min(year, LAST_YEAR))
    since, until = (datetime(each, 1, 1, tzinfo=rules.time_zone) for each in (year, year + 1))
    given = Donation.objects.filter(
        customer_id=customer_id, region=region, given_at__gte=since, given_at__lt=until
    )
    left = given.filter(amount__gt=F("taken_back"), currency=rules.currency)
    sums = left.values("charity__name").annotate(
        donations=Count("pk"), amount=Sum(F("amount") - F("taken_back")), given_points=Sum("points")
    )
    lines = tuple(
        GivenTo(
            charity=each["charity__name"],
            donations=each["donations"],
            amount=Money(amount=int(each["amount"]), currency=rules.currency),
            points=int(each["given_points"]),
        )
        for each in sums.order_by("charity__name")
    )
    total = Money(amount=sum(line.amount.amount for line in lines), currency=rules.currency)
    return YearOfGiving(
        region=region, year=year, lines=lines, total=total, points=sum(line.points for line in lines)
    )


def lying(charities: Iterable[Charity]) -> dict[UUID, int]:
    """What is payable to each and is in no settlement, in minor units, as the ledger has it."""
    return {owner: int(balance) for owner, balance in db.select(_PAYABLE, [each.pk for each in charities])}
