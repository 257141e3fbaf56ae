"""What delivered orders earn: written down as they come, and reckoned a thousand at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from django.db import OperationalError

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
    refusal_of,
    refusals,
    shares_in,
)
from modules.rewards.states import EarningState
from tiffin import clock, db, regions
from tiffin.money import Money
from tiffin.regions import Region

log = structlog.get_logger(__name__)

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
        campaigns: list[Campaign] = []
        for code in sorted(by_region):
            postings.extend(_reckoned(code, by_region[code], campaigns))
        refused = refusals(postings)
        for earning in earnings:
            _keep(earning, refused.get(earning.id) or earning.refusal, now)
        db.update(*earnings, fields=_RECKONED)
        _keep_budgets(campaigns, earnings)
    return len(earnings)


def _keep(earning: Earning, refusal: str, now: datetime) -> None:
    if not refusal:
        earning.move_to(EarningState.PENDING if earning.points else EarningState.NOTHING)
    else:
        earning.points, earning.parts, earning.confirms_at, earning.expires_at = 0, [], None, None
        earning.due_at, earning.refusal = now + TRIED_AGAIN_AFTER, refusal


def _reckoned(code: str, earnings: Sequence[Earning], campaigns: list[Campaign]) -> Iterator[Posting]:
    """What each of the region's earnings comes to, and the transfers that make it so; its campaigns are added
    to the others. What cannot be reckoned says why, and stops no other."""
    try:
        terms = _Terms(regions.get(code), earnings)
    except OperationalError:
        raise  # never a region's fault: the job comes again
    except Exception as error:
        log.exception("region_not_reckoned", region=code)
        for earning in earnings:
            earning.refusal = refusal_of(error)
        return
    campaigns.extend(terms.campaigns)
    for earning in sorted(earnings, key=lambda each: (each.delivered_at, each.id)):
        earning.refusal = ""
        try:
            yield from terms.postings(earning)
        except Exception as error:
            log.exception("earning_not_reckoned", order_id=str(earning.id))
            earning.refusal = refusal_of(error)


def _keep_budgets(campaigns: Sequence[Campaign], earnings: Sequence[Earning]) -> None:
    """What was posted is gone of them; they are locked, so that no two batches give the same points."""
    given: defaultdict[UUID, int] = defaultdict(int)
    for earning in earnings if campaigns else ():
        for part in msgspec.convert(earning.parts, list[Part]):
            if part.campaign_id is not None:
                given[part.campaign_id] += part.points
    used = [campaign for campaign in campaigns if campaign.id in given]
    for campaign in used:
        campaign.granted += given[campaign.id]
    db.update(*used, fields=("granted",))


class _Terms:
    """What a batch of a region's orders is reckoned by; it remembers what the batch itself has given."""

    def __init__(self, region: Region, earnings: Sequence[Earning]) -> None:
        customers = sorted({earning.customer_id for earning in earnings})
        forgotten = ForgottenCustomer.objects.filter(pk__in=customers)
        self.region = region
        self.policy = region.policy(EarningPolicy)
        self.campaigns = lock_campaigns(region)
        self.forgotten = set(forgotten.values_list("customer_id", flat=True))
        self.offers = [offer_of(campaign) for campaign in self.campaigns]
        self.given: defaultdict[UUID, int] = defaultdict(int)
        self.tier_codes = tiers_of(customers, region=region.code)
        self.days = earned_on(region, earnings)
        self.new = self._new(customers)
        self.before = self._before(customers, min(earning.delivered_at for earning in earnings))

    def postings(self, earning: Earning) -> Iterator[Posting]:
        """One, where it earns anything."""
        local = self.region.local(earning.delivered_at).date()
        rule = earning_rule(self.region, local)
        if rule is None or earning.customer_id in self.forgotten:
            return
        parts = self._reckon(earning, rule)
        earning.points = sum(part.points for part in parts)
        earning.parts = msgspec.to_builtins(parts)
        earning.confirms_at = earning.due_at = earning.delivered_at + pending_for(self.region, rule, local)
        earning.expires_at = end_of_day(self.region, earning.delivered_at, months=rule.months)
        if parts:
            why = " + ".join(part.why for part in parts)[:_REASON_LENGTH]
            yield Posting(transfers=tuple(_earn(earning, share, why) for share in shares_in(earning)))

    def _reckon(self, earning: Earning, rule: EarningRule) -> list[Part]:
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
