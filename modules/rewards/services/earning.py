"""What delivered orders earn: written down as they come, and reckoned a thousand at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from modules.rewards.earning import Delivery, Earned, Offer, Part, Share, end_of_day, reckon, streak_begins
from modules.rewards.interface import Flow, Posting, Transfer
from modules.rewards.models import Campaign, CampaignKind, Earning, ForgottenCustomer
from modules.rewards.policies import (
    EarningFacts,
    EarningPolicy,
    EarningRule,
    Tier,
    earning_rule,
    pending_for,
    tiers,
)
from modules.rewards.selectors.earning import earned_on, have_ordered, orders_since
from modules.rewards.selectors.tiers import tiers_of
from modules.rewards.services.campaigns import lock_campaigns, offer_of
from modules.rewards.services.earning_batches import (
    TRIED_AGAIN_AFTER,
    due_earnings,
    refusals,
    shares_in,
)
from modules.rewards.states import EarningState
from tiffin import clock, db, regions
from tiffin.money import Money
from tiffin.regions import Region

_REASON_LENGTH = 64
_RECKONED = (
    "state_name", "points", "parts", "due_at", "confirms_at", "expires_at", "refusal",
)  # fmt: skip


@db.transaction_required
def note_deliveries(earnings: Sequence[Earning]) -> None:
    """Write down what was delivered, once each."""
    db.insert(*earnings, unless_taken=("id",))


def reckon_batch() -> int:
    """Reckon and post what delivered orders earn; returns how many were looked at."""
    now = clock.now()
    with db.transaction():
        earnings = due_earnings(EarningState.NEW, now)
        by_region: defaultdict[str, list[Earning]] = defaultdict(list)
        for earning in earnings:
            by_region[earning.region].append(earning)
        postings: list[Posting] = []
        for code in sorted(by_region):
            postings.extend(_reckoned(regions.get(code), by_region[code]))
        refused = refusals(postings)
        for earning in earnings:
            _keep(earning, refused.get(earning.id), now)
        db.update(*earnings, fields=_RECKONED)
    return len(earnings)


def _keep(earning: Earning, refusal: str | None, now: datetime) -> None:
    if refusal is None:
        earning.move_to(EarningState.PENDING if earning.points else EarningState.NOTHING)
    else:
        earning.points, earning.parts = 0, []
        earning.due_at, earning.refusal = now + TRIED_AGAIN_AFTER, refusal


def _reckoned(region: Region, earnings: Sequence[Earning]) -> Iterator[Posting]:
    """What each of the region's earnings comes to, and the transfers that make it so."""
    customers = sorted({earning.customer_id for earning in earnings})
    forgotten = set(ForgottenCustomer.objects.filter(pk__in=customers).values_list("customer_id", flat=True))
    campaigns = lock_campaigns(region)
    terms = _Terms(region, earnings, campaigns)
    for earning in sorted(earnings, key=lambda each: (each.delivered_at, each.id)):
        rule = earning_rule(region, region.local(earning.delivered_at).date())
        earning.refusal = ""
        if rule is None or earning.customer_id in forgotten:
            continue
        parts = terms.reckon(earning, rule)
        earning.points = sum(part.points for part in parts)
        earning.parts = msgspec.to_builtins(parts)
        local = region.local(earning.delivered_at).date()
        earning.confirms_at = earning.due_at = earning.delivered_at + pending_for(region, rule, local)
        earning.expires_at = end_of_day(region, earning.delivered_at, months=rule.months)
        if parts:
            why = " + ".join(part.why for part in parts)[:_REASON_LENGTH]
            yield Posting(transfers=tuple(_earn(earning, share, why) for share in shares_in(earning)))
    terms.keep_budgets(campaigns)


class _Terms:
    """What a batch of a region's orders is reckoned by; it remembers what the batch itself has given."""

    def __init__(self, region: Region, earnings: Sequence[Earning], campaigns: Sequence[Campaign]) -> None:
        customers = sorted({earning.customer_id for earning in earnings})
        self.region = region
        self.policy = region.policy(EarningPolicy)
        self.offers = [offer_of(campaign) for campaign in campaigns]
        self.given: defaultdict[UUID, int] = defaultdict(int)
        self.tier_codes = tiers_of(customers, region=region.code)
        self.days = earned_on(region, earnings)
        self.new = self._new(customers)
        self.before = self._before(customers, min(earning.delivered_at for earning in earnings))

    def reckon(self, earning: Earning, rule: EarningRule) -> list[Part]:
        local = self.region.local(earning.delivered_at)
        day = earning.customer_id, local.date()
        goods = Money(amount=earning.goods, currency=self.region.currency)
        facts = EarningFacts(goods=goods, delivered_local=local, rule=rule)
        delivery = Delivery(
            delivered_at=earning.delivered_at,
            restaurant_id=earning.restaurant_id,
            base=self.policy.points(facts),
            most=max(0, rule.most_per_day - self.days[day]),
            tier=self._tier(earning),
            first=earning.customer_id in self.new,
            before=tuple(self.before[earning.customer_id]),
        )
        parts = reckon(delivery, [self._left_of(offer) for offer in self.offers])
        for part in parts:
            self.days[day] += part.points
            if part.campaign_id is not None:
                self.given[part.campaign_id] += part.points
        self.new.discard(earning.customer_id)
        self.before[earning.customer_id].append(delivery.with_parts(parts))
        return parts

    def _new(self, customers: Sequence[UUID]) -> set[UUID]:
        """Those who have had no order yet, where an offer asks for it."""
        if not any(offer.kind is CampaignKind.FIRST_ORDER for offer in self.offers):
            return set()
        return set(customers) - have_ordered(customers)

    def _before(self, customers: Sequence[UUID], earliest: datetime) -> defaultdict[UUID, list[Earned]]:
        """Their orders within the time of a streak, where there is one."""
        streaks = [offer for offer in self.offers if offer.kind is CampaignKind.STREAK]
        if not streaks:
            return defaultdict(list)
        return orders_since(self.region, customers, min(streak_begins(offer, earliest) for offer in streaks))

    def _tier(self, earning: Earning) -> Tier | None:
        code = self.tier_codes.get(earning.customer_id)
        there = tiers(self.region, self.region.local(earning.delivered_at).date()) if code else ()
        return next((tier for tier in there if tier.code == code), None)

    def _left_of(self, offer: Offer) -> Offer:
        if offer.left is None or offer.id not in self.given:
            return offer
        return msgspec.structs.replace(offer, left=offer.left - self.given[offer.id])

    def keep_budgets(self, campaigns: Sequence[Campaign]) -> None:
        """Campaigns are locked, so that no two batches give the same points."""
        used = [campaign for campaign in campaigns if campaign.id in self.given]
        for campaign in used:
            campaign.granted += self.given[campaign.id]
        db.update(*used, fields=("granted",))


def _earn(earning: Earning, share: Share, why: str) -> Transfer:
    return Transfer(
        id=share.lot_id,
        flow=Flow.EARN if share.campaign_id is None else Flow.EARN_FUNDED,
        amount=share.points,
        region=earning.region,
        customer_id=earning.customer_id,
        party_id=share.campaign_id,
        order_id=earning.id,
        expires_at=earning.expires_at,
        reason=why,
    )
