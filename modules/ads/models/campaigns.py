"""Advertisers, campaigns, flights and creatives. Amounts are micros: millionths of the currency's main
unit."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from modules.ads.interface import AdvertiserKind, CampaignState, Objective, Pacing, Placement, Pricing
from modules.ads.kinds import Customers, Goods, Members, Segment
from modules.ads.states import CAMPAIGN, CREATIVE, CreativeState
from tiffin import clock, ids
from tiffin.db import Aggregate
from tiffin.states import Machine

# Half of all, in hundredths of a percent: more would be a campaign for hardly anybody.
MOST_HELD_OUT = 5_000


def choices(kinds: type[Enum]) -> list[tuple[str, str]]:
    """Of an enumeration what may be chosen."""
    return [(kind.value, kind.value.replace("_", " ")) for kind in kinds if kind.name != "UNKNOWN"]


class Advertiser(Aggregate):
    """Who pays to be seen, in one region; whoever advertises in several is several. `restaurant_id` is the
    restaurant that it is. Kept as long as accounts must be."""

    kind_name = models.CharField("kind", max_length=12, db_column="kind", choices=choices(AdvertiserKind))
    name = models.CharField(max_length=120)
    restaurant_id = models.UUIDField(null=True, blank=True)
    is_blocked = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("restaurant_id",), name="ads_advertiser_of_restaurant"),
            models.CheckConstraint(
                condition=models.Q(restaurant_id=None) ^ models.Q(kind_name=AdvertiserKind.RESTAURANT.value),
                name="ads_advertiser_is_restaurant",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> AdvertiserKind:
        return AdvertiserKind(self.kind_name)


class Campaign(Aggregate):
    """What an advertiser wants, when, and what it may cost: `bid` is the most that is paid for what `pricing`
    says (a click, a thousand impressions, an order), `budget` the most in all, `daily_cap` the most within a
    day of the region (empty: what of the budget falls on it). `goods` are restricted goods that it
    advertises. `landing` is where a click leads, a path on this origin or an https address; a restaurant's
    leads to its page. `holdout` is the share of customers, in hundredths of a percent, who are never shown
    it, so that it is known what they order without it. `note` says why it was rejected, to its advertiser.
    Kept as long as accounts must be."""

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=120)
    objective_name = models.CharField(
        "objective", max_length=12, db_column="objective", choices=choices(Objective)
    )
    pricing_name = models.CharField("pricing", max_length=8, db_column="pricing", choices=choices(Pricing))
    bid = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    budget = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    daily_cap = models.BigIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    pacing_name = models.CharField(
        "pacing", max_length=8, db_column="pacing", choices=choices(Pacing), default=Pacing.EVEN.value
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    goods = ArrayField(models.CharField(max_length=16, choices=choices(Goods)), default=list, blank=True)
    landing = models.CharField(max_length=300, default="", blank=True)
    quality = models.IntegerField(default=1000, editable=False)
    holdout = models.SmallIntegerField(
        default=0, validators=[MinValueValidator(0), MaxValueValidator(MOST_HELD_OUT)]
    )
    state_name = models.CharField(
        "state",
        max_length=12,
        db_column="state",
        choices=choices(CampaignState),
        default=CAMPAIGN.start.value,
        editable=False,
    )
    note = models.CharField(max_length=300, default="", blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)

    MACHINES: ClassVar[dict[str, Machine[CampaignState]]] = {"state_name": CAMPAIGN}
    NOT_FINAL = ~models.Q(state_name=CampaignState.ENDED.value)

    class Meta:
        indexes = (
            models.Index(fields=("advertiser", "state_name"), name="ads_campaign_of_advertiser"),
            models.Index(
                fields=("ends_at",),
                condition=models.Q(state_name=CampaignState.APPROVED.value),
                name="ads_campaign_running",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="ads_campaign_has_time"
            ),
            models.CheckConstraint(
                condition=models.Q(bid__gte=0, budget__gte=0), name="ads_campaign_pays_or_not"
            ),
            models.CheckConstraint(
                condition=models.Q(holdout__range=(0, MOST_HELD_OUT)), name="ads_campaign_holds_out_few"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> CampaignState:
        return CampaignState(self.state_name)

    @property
    def pricing(self) -> Pricing:
        return Pricing(self.pricing_name)

    @property
    def pacing(self) -> Pacing:
        return Pacing(self.pacing_name)

    def is_on(self, now: datetime) -> bool:
        """Whether it may be shown."""
        is_approved = self.state is CampaignState.APPROVED and not self.advertiser.is_blocked
        return is_approved and self.starts_at <= now < self.ends_at

    def move_to(self, state: CampaignState) -> None:
        """Raises StateConflict for what is not drawn."""
        CAMPAIGN.check(self.state, state)
        self.state_name = state.value


class Flight(models.Model):
    """Where, when and to whom a campaign is shown; a campaign has several. What is empty narrows nothing.
    `weekdays` are 1 (Monday) to 7, `from_hour` and `to_hour` (not included) hours of the region's clocks; one
    that goes past midnight has the later one smaller. `zone` is a ring of (longitude, latitude). A viewer
    sees it `cap` times in `cap_hours` (0: no cap). Kept with its campaign."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="flights")
    name = models.CharField(max_length=120)
    placements = ArrayField(models.CharField(max_length=20, choices=choices(Placement)))
    cities = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    zone = models.JSONField(null=True, blank=True)
    cuisines = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    weekdays = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    from_hour = models.SmallIntegerField(default=0)
    to_hour = models.SmallIntegerField(default=24)
    members = models.CharField(max_length=8, choices=choices(Members), default=Members.ANY.value)
    customers = models.CharField(max_length=8, choices=choices(Customers), default=Customers.ANY.value)
    segments = ArrayField(models.CharField(max_length=16, choices=choices(Segment)), default=list, blank=True)
    cap = models.SmallIntegerField(default=3)
    cap_hours = models.SmallIntegerField(default=24)
    to_unknown = models.BooleanField(default=True)
    is_on = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(from_hour__range=(0, 23), to_hour__range=(0, 24)),
                name="ads_flight_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(cap__gte=0, cap_hours__range=(1, 24 * 30)), name="ads_flight_cap"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Creative(models.Model):
    """One of several ways in which a campaign shows itself. Texts by language ("" is for all others), with
    placeholders that are filled when it is shown. Changed only by another one that replaces it, so that what
    staff approved is what is shown. Kept with its campaign."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="creatives")
    name = models.CharField(max_length=120)
    headlines = models.JSONField()
    texts = models.JSONField(default=dict, blank=True)
    picture = models.CharField(max_length=300, default="", blank=True)
    state_name = models.CharField(
        "state",
        max_length=12,
        db_column="state",
        choices=choices(CreativeState),
        default=CREATIVE.start.value,
        editable=False,
    )
    note = models.CharField(max_length=300, default="", blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    MACHINES: ClassVar[dict[str, Machine[CreativeState]]] = {"state_name": CREATIVE}
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> CreativeState:
        return CreativeState(self.state_name)

    def move_to(self, state: CreativeState) -> None:
        """Raises StateConflict for what is not drawn."""
        CREATIVE.check(self.state, state)
        self.state_name = state.value
