"""How many points an order earns, part by part, each with the rule that it comes of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from modules.rewards.models import CampaignKind
from modules.rewards.policies import Tier, times
from tiffin.dto import DTO

# What an order earns anyway.
BY_ITSELF = "order"


class Part(DTO):
    """`points` that come of a rule, which `why` says in words. `campaign_id` is the campaign, `funded` says
    whether its partner owes for them."""

    why: str
    points: int
    campaign_id: UUID | None = None
    funded: bool = False


class Offer(DTO):
    """A campaign's terms. `left` is what it may still give, None for no limit."""

    id: UUID
    title: str
    kind: CampaignKind
    starts_at: datetime
    ends_at: datetime
    restaurant_id: UUID | None = None
    funded: bool = False
    multiplier: Decimal = Decimal(1)
    points: int = 0
    orders: int = 1
    days: int = 1
    left: int | None = None


class Earned(DTO):
    """An order of the same customer: when it came, and which campaigns gave for it."""

    delivered_at: datetime
    campaigns: frozenset[UUID] = frozenset()


class Delivery(DTO):
    """The order that earns: `base` points by itself. `most` is what is left of the customer's day, `first`
    whether they have had no other; `before` are those of the time that streaks look at, in any order."""

    delivered_at: datetime
    restaurant_id: UUID
    base: int
    most: int
    tier: Tier | None = None
    first: bool = False
    before: tuple[Earned, ...] = ()

    def with_parts(self, parts: Iterable[Part]) -> Earned:
        """The same order, for those that come later."""
        campaigns = frozenset(part.campaign_id for part in parts if part.campaign_id is not None)
        return Earned(delivered_at=self.delivered_at, campaigns=campaigns)


def reckon(delivery: Delivery, offers: Iterable[Offer]) -> list[Part]:
    """What comes of each rule, together never more than the day allows, nor a campaign's more than it has
    left. What an order earns by itself comes first. Nothing at all where that is nothing."""
    if delivery.base <= 0:
        return []
    wanted = [Part(why=BY_ITSELF, points=delivery.base)]
    if delivery.tier is not None:
        extra = times(delivery.base, delivery.tier.multiplier - 1)
        wanted.append(Part(why=f"tier {delivery.tier.code}", points=extra))
    wanted.extend(
        Part(why=offer.title, points=_given(offer, delivery), campaign_id=offer.id, funded=offer.funded)
        for offer in offers
        if _is_for(offer, delivery)
    )
    return _within(delivery.most, wanted)


def _within(most: int, wanted: Sequence[Part]) -> list[Part]:
    parts: list[Part] = []
    for part in wanted:
        points = min(part.points, most)
        if points > 0:
            parts.append(part if points == part.points else _of(part, points))
            most -= points
    return parts


def _of(part: Part, points: int) -> Part:
    return Part(why=part.why, points=points, campaign_id=part.campaign_id, funded=part.funded)


def _is_for(offer: Offer, delivery: Delivery) -> bool:
    return (
        offer.starts_at <= delivery.delivered_at < offer.ends_at
        and offer.restaurant_id in (None, delivery.restaurant_id)
        and offer.left != 0
    )


def _given(offer: Offer, delivery: Delivery) -> int:
    match offer.kind:
        case CampaignKind.MULTIPLIER:
            points = times(delivery.base, offer.multiplier - 1)
        case CampaignKind.BONUS:
            points = offer.points
        case CampaignKind.FIRST_ORDER:
            points = offer.points if delivery.first else 0
        case CampaignKind.STREAK:
            points = offer.points if _completes_a_streak(offer, delivery) else 0
    return points if offer.left is None else min(points, offer.left)


def _completes_a_streak(offer: Offer, delivery: Delivery) -> bool:
    """Whether it is the last of so many orders within so many days, none of which an earlier streak had."""
    since = streak_begins(offer, delivery.delivered_at)
    given = [each.delivered_at for each in delivery.before if offer.id in each.campaigns]
    counted = [each for each in delivery.before if each.delivered_at > max([since, *given])]
    return len(counted) + 1 >= offer.orders


def streak_begins(offer: Offer, at: datetime) -> datetime:
    """After when the orders came that one at `at` is counted with."""
    return max(offer.starts_at, at - timedelta(days=offer.days))
