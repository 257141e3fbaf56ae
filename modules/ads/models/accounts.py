"""What was shown and clicked, what of campaigns' money is promised, and what was spent. Amounts are
micros."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from modules.ads.interface import Placement
from modules.ads.models.campaigns import choices
from tiffin import clock, ids
from tiffin.db import Aggregate


class EventKind(StrEnum):
    IMPRESSION = "impression"
    CLICK = "click"
    ORDER = "order"


class Verdict(StrEnum):
    """Whether an event counts. What does not is kept with its reason, costs nothing, and leads to where it
    leads all the same."""

    VALID = "valid"
    BOT = "bot"
    BURST = "burst"
    GEOGRAPHY = "geography"
    CAPPED = "capped"
    LATE = "late"
    REFUNDED = "refunded"


class Display(Aggregate):
    """A page with ads that came before somebody's eyes; its id is the decision's, and what happens to its ads
    is told about it. Kept as long as the events of its ads, without the viewer when they are forgotten."""

    viewer_id = models.UUIDField(null=True)
    is_customer = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("created_at",), name="ads_display_at"),
            models.Index(fields=("viewer_id",), name="ads_display_of_viewer"),
        )

    def __str__(self) -> str:
        return f"page of {self.created_at:%Y-%m-%d %H:%M}"


class AdEvent(models.Model):
    """Something that happened once to an offered ad: it was shown, clicked, or ordered from. `price` is what
    it costs by the auction, `charged` what it did cost once `settled`: less where the money was at its end.
    An order that follows a click costs its `per_order`; `note` says why something was given back.
    `source` is a keyed hash of the browser it came from, `address` of its address alone, both good for a day.
    Kept for 90 days once settled, without the viewer when they are forgotten."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    decision_id = models.UUIDField()
    slot = models.SmallIntegerField()
    kind = models.CharField(max_length=12, choices=choices(EventKind))
    at = models.DateTimeField(default=clock.now)
    region = models.CharField(max_length=16)
    placement = models.CharField(max_length=20, choices=choices(Placement))
    advertiser_id = models.UUIDField()
    campaign_id = models.UUIDField()
    flight_id = models.UUIDField()
    creative_id = models.UUIDField()
    restaurant_id = models.UUIDField(null=True)
    viewer_id = models.UUIDField(null=True)
    source = models.BigIntegerField(default=0)
    address = models.BigIntegerField(default=0, db_default=0)
    verdict = models.CharField(max_length=12, choices=choices(Verdict))
    price = models.BigIntegerField(default=0)
    per_order = models.BigIntegerField(default=0)
    charged = models.BigIntegerField(default=0)
    settled = models.BooleanField(default=False)
    order_id = models.UUIDField(null=True)
    note = models.CharField(max_length=300, default="", blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("decision_id", "slot", "kind"),
                condition=~models.Q(kind=EventKind.ORDER.value),
                name="ads_event_once",
            ),
            # An order that came to nothing leaves its click to the next one.
            models.UniqueConstraint(
                fields=("decision_id", "slot"),
                condition=models.Q(kind=EventKind.ORDER.value, verdict=Verdict.VALID.value),
                name="ads_event_one_order",
            ),
            models.UniqueConstraint(
                fields=("order_id",),
                condition=models.Q(kind=EventKind.ORDER.value),
                name="ads_event_of_order",
            ),
            models.CheckConstraint(
                condition=models.Q(charged__gte=0) & models.Q(price__gte=models.F("charged")),
                name="ads_event_within_price",
            ),
        )
        indexes = (
            models.Index(
                fields=("campaign_id",), condition=models.Q(settled=False), name="ads_event_unsettled"
            ),
            models.Index(
                fields=("viewer_id", "at"),
                condition=models.Q(kind=EventKind.CLICK.value),
                name="ads_event_clicks_of_viewer",
            ),
            models.Index(fields=("source", "kind", "at"), name="ads_event_of_source"),
            models.Index(fields=("address", "kind", "at"), name="ads_event_of_address"),
            models.Index(
                fields=("campaign_id", "at"), condition=models.Q(per_order__gt=0), name="ads_event_may_order"
            ),
            models.Index(fields=("campaign_id", "at"), name="ads_event_of_campaign"),
            BrinIndex(fields=("at",), name="ads_event_at"),
            models.Index(
                fields=("at", "id"),
                condition=models.Q(kind=EventKind.IMPRESSION.value, verdict=Verdict.VALID.value),
                name="ads_event_to_learn_of",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} {self.kind} of slot {self.slot} of decision {self.decision_id}"


class Reservation(models.Model):
    """A chunk of a campaign's money that a process may promise: it counts as spent until `until`, when what
    was promised of it has been clicked or will not be. Gone soon after."""

    campaign_id = models.UUIDField()
    micros = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("campaign_id", "until"), name="ads_reservation_of_campaign"),
            models.Index(fields=("until",), name="ads_reservation_until"),
        )

    def __str__(self) -> str:
        return f"{self.micros} micros of {self.campaign_id} until {self.until}"


class CampaignDay(models.Model):
    """What a campaign spent on one day of its region. Kept as long as accounts must be."""

    pk = models.CompositePrimaryKey("campaign_id", "day")
    campaign_id = models.UUIDField()
    day = models.DateField()
    spent = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.spent} micros on {self.day}"


class AccountKind(StrEnum):
    """OWED: what an advertiser owes and was not billed. REVENUE: what the platform earned. BILLED: what was
    put on bills. WAIVED: what was given back or not asked for."""

    OWED = "owed"
    REVENUE = "revenue"
    BILLED = "billed"
    WAIVED = "waived"


class Posting(models.Model):
    """One leg of an entry; those of an entry are zero together. Only ever added; kept as long as accounts
    must be."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField()
    at = models.DateTimeField(default=clock.now)
    account = models.CharField(max_length=8, choices=choices(AccountKind))
    region = models.CharField(max_length=16)
    advertiser_id = models.UUIDField()
    campaign_id = models.UUIDField(null=True)
    micros = models.BigIntegerField()
    reason = models.CharField(max_length=16)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~models.Q(micros=0), name="ads_posting_of_something"),
        )
        indexes = (
            models.Index(fields=("entry_id",), name="ads_posting_of_entry"),
            models.Index(fields=("advertiser_id", "account"), name="ads_posting_of_advertiser"),
        )

    def __str__(self) -> str:
        return f"{self.micros:+} {self.account}: {self.reason}"
