"""A day of ads in minutes: people come as they do over a day, some of them click after a while, several
processes decide, and settling lags. What was delivered beyond budgets, and how far spending was from its
curve, is told."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.ad_town import CITIES, POUND, REGION

PROCESSES = 3
# What runs beside requests does so every half second; in a simulated day that is too often to be played.
BESIDE_EVERY = timedelta(seconds=20)
SETTLED_EVERY = timedelta(seconds=60)
SLOTS = 5
CLICK_AFTER_SECONDS = 25.0


class Terms(NamedTuple):
    """A campaign of the day: its money (micros), how it is spent, and how often it is really clicked."""

    budget: int
    pacing: str
    rate: float


class Day(NamedTuple):
    """`overshoot` is the most that any campaign delivered beyond its budget, `billed_over` what it was
    charged beyond it, as shares of the budget; `pacing_error` the largest distance of an even campaign's
    spending from its curve at the end of an hour, as a share of its budget; `spent` which share of all
    budgets was spent."""

    pages: int
    clicks: int
    overshoot: float
    billed_over: float
    pacing_error: float
    spent: float


class _Happening(NamedTuple):
    at: datetime
    number: int
    token: str  # of a click; empty: somebody opens a page


def play(day: datetime, terms: Sequence[Terms], *, pages: int, seed: int = 1) -> Day:
    """Play the day that begins at `day`, its midnight in the region. The database is there and empty of
    ads."""
    from modules.ads.services.keeping import Keeper
    from tiffin import clock

    random = Random(seed)
    with clock.hold(day - timedelta(minutes=5)):
        campaigns = [_campaign(each, number, day) for number, each in enumerate(terms)]
        kept = [Keeper() for _ in range(PROCESSES)]
        for keeper in kept:
            keeper.load()
    rates = {campaign.id: each.rate for campaign, each in zip(campaigns, terms, strict=True)}
    table = _Table(day, campaigns, rates, kept, random)
    table.run(pages)
    return table.told(pages)


class _Table:
    """The day being played."""

    def __init__(
        self,
        day: datetime,
        campaigns: Sequence[Any],
        rates: Mapping[UUID, float],
        kept: Sequence[Any],
        random: Random,
    ) -> None:
        self.day, self.campaigns, self.kept, self.random = day, campaigns, kept, random
        self.rates = rates
        self.coming: list[_Happening] = []
        self.clicks = 0
        self.beside_at = self.settled_at = day
        self.spent_by_hour: dict[int, dict[UUID, int]] = {}

    def run(self, pages: int) -> None:
        from tiffin import clock

        for number, at in enumerate(_arrivals(self.day, pages, self.random)):
            heapq.heappush(self.coming, _Happening(at, number, ""))
        while self.coming:
            happening = heapq.heappop(self.coming)
            with clock.hold(happening.at):
                self._beside(happening.at)
                if happening.token:
                    self._click(happening.token)
                else:
                    self._open(happening)
        with clock.hold(self.day + timedelta(days=1, minutes=10)):
            self._settle()
            self.spent_by_hour[24] = self._spent()

    def _beside(self, now: datetime) -> None:
        """What runs beside requests, when its time has come."""
        from modules.ads.services import leasing

        if now >= self.beside_at:
            self.beside_at = now + BESIDE_EVERY
            for keeper in self.kept:
                keeper.refresh()
                while leasing.lease(keeper.snapshot.allowances):
                    pass
        if now >= self.settled_at:
            self.settled_at = now + SETTLED_EVERY
            self._settle()
            self.spent_by_hour[int((now - self.day).total_seconds() // 3600)] = self._spent()

    def _settle(self) -> None:
        from modules.ads.services import learning, settling, writing

        while writing.write():
            pass
        while settling.settle():
            pass
        while learning.learn_clicks():
            pass
        for keeper in self.kept:
            keeper.learn_clicks()

    def _open(self, happening: _Happening) -> None:
        """A page is opened, its ads are seen, and some will be clicked."""
        from modules.ads.interface import PageView, Place, Placement, Point
        from modules.ads.services import offers
        from modules.ads.services.deciding import decide
        from modules.ads.services.recording import Origin, record_impressions

        _, lat, lon = CITIES[0]
        view = PageView(region=REGION, point=Point(lat=lat, lon=lon), language="en")
        keeper = self.random.choice(self.kept)
        decision = decide(view, [Place(placement=Placement.HOME_CAROUSEL, slots=SLOTS)], keeper)
        tokens = [ad.token for ad in decision.places[0].ads]
        if not tokens:
            return
        origin = Origin("Mozilla/5.0 Firefox/133.0", f"198.51.100.{happening.number}")
        record_impressions(tokens, origin)
        for token in tokens:
            if self.random.random() < self.rates[offers.read(token).campaign_id]:
                wait = timedelta(seconds=self.random.expovariate(1 / CLICK_AFTER_SECONDS))
                heapq.heappush(self.coming, _Happening(happening.at + wait, happening.number, token))

    def _click(self, token: str) -> None:
        from modules.ads.services.recording import Origin, record_click

        self.clicks += 1
        record_click(token, Origin("Mozilla/5.0 Firefox/133.0", f"203.0.113.{self.clicks}"))

    def _spent(self) -> dict[UUID, int]:
        from django.db.models import Sum

        from modules.ads.models import CampaignDay

        return dict(CampaignDay.objects.values_list("campaign_id").annotate(all=Sum("spent")))

    def told(self, pages: int) -> Day:
        from django.db.models import Sum

        from modules.ads.models import AdEvent, Verdict
        from modules.ads.selectors.traffic import curve_of
        from tiffin import regions

        delivered = AdEvent.objects.filter(verdict=Verdict.VALID).values_list("campaign_id")
        worth = dict(delivered.annotate(all=Sum("price")))
        last = self.spent_by_hour[24]
        curve = curve_of(regions.get(REGION))
        errors = [0.0]
        for campaign in self.campaigns:
            if campaign.pacing_name != "even":
                continue
            end = self.day + timedelta(days=1)
            for hour, spent in self.spent_by_hour.items():
                target = curve.share(
                    campaign.budget, self.day, end, self.day + timedelta(hours=min(hour + 1, 24))
                )
                errors.append(abs(spent.get(campaign.id, 0) - target) / campaign.budget)
        return Day(
            pages=pages,
            clicks=self.clicks,
            overshoot=max(worth.get(each.id, 0) / each.budget - 1 for each in self.campaigns),
            billed_over=max(last.get(each.id, 0) / each.budget - 1 for each in self.campaigns),
            pacing_error=max(errors),
            spent=sum(last.values()) / sum(each.budget for each in self.campaigns),
        )


def _arrivals(day: datetime, pages: int, random: Random) -> Iterator[datetime]:
    """As many people come in each hour as usual, give or take a fifth."""
    from modules.ads.selectors.traffic import curve_of
    from tiffin import regions

    hours = [share * random.uniform(0.8, 1.2) for share in curve_of(regions.get(REGION)).hours]
    for hour, share in enumerate(hours):
        for _ in range(round(pages * share / sum(hours))):
            yield day + timedelta(hours=hour, seconds=random.uniform(0, 3600))


def _campaign(terms: Terms, number: int, day: datetime) -> Any:
    """A brand's, shown everywhere."""
    from modules.ads.interface import AdvertiserKind
    from modules.ads.models import Advertiser, Campaign, Creative, Flight
    from modules.ads.services import campaigns

    brand = campaigns.open_advertiser(
        Advertiser(region=REGION, kind_name=AdvertiserKind.BRAND.value, name=f"Brand {number}")
    )
    campaign = campaigns.draft_campaign(
        Campaign(
            advertiser=brand,
            name=f"Day {number}",
            objective_name="traffic",
            pricing_name="cpc",
            bid=POUND // 20,  # what a click costs there at least
            budget=terms.budget,
            pacing_name=terms.pacing,
            starts_at=day,
            ends_at=day + timedelta(days=1),
            landing="https://brand.example/",
        )
    )
    campaigns.add_flight(Flight(campaign=campaign, name="All", placements=["home_carousel"], cap=0))
    campaigns.add_creative(Creative(campaign=campaign, name="One", headlines={"": "Brand"}))
    campaigns.submit_campaign(campaign_id=campaign.id)
    campaigns.approve_campaign(campaign_id=campaign.id)
    return Campaign.get(campaign.id)
