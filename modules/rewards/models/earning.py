"""What orders earn, and what was taken back of it; campaigns; customers' tiers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from modules.rewards.states import CAMPAIGN, EARNING, CampaignState, EarningState
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.states import Machine


class Earning(models.Model):
    """What an order earns; its id is the order's. `goods` is what of the bill earns, in minor units, of which
    `refunded` went back. `parts` say how many points came of which rule, `taken_back` how many of them went
    again. `due_at` is when it is looked at next; `refusal` is why the ledger did not take it, and then it is
    tried again. Kept as long as accounts must be."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField()
    region = models.CharField(max_length=16)
    restaurant_id = models.UUIDField()
    goods = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    delivered_at = models.DateTimeField()
    state_name = models.CharField(max_length=12, db_column="state", default=EarningState.NEW.value)
    points = models.BigIntegerField(default=0)
    taken_back = models.BigIntegerField(default=0)
    parts = models.JSONField(default=list)
    due_at = models.DateTimeField()
    confirms_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=24, default="", blank=True)

    MACHINES: ClassVar[dict[str, Machine[EarningState]]] = {"state_name": EARNING}
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=("customer_id", "delivered_at"), name="rewards_earning_of_customer"),
            models.Index(
                fields=("state_name", "due_at"),
                condition=models.Q(state_name__in=("new", "pending")),
                name="rewards_earning_due",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(taken_back__gte=0) & models.Q(points__gte=models.F("taken_back")),
                name="rewards_earning_within_points",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0) & models.Q(goods__gte=models.F("refunded")),
                name="rewards_earning_within_goods",
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points of order {self.id}: {self.state_name}"

    @property
    def state(self) -> EarningState:
        return EarningState(self.state_name)

    def move_to(self, state: EarningState) -> None:
        """Raises StateConflict for what is not drawn."""
        EARNING.check(self.state, state)
        self.state_name = state.value


class EarningRefund(models.Model):
    """A refund of an order that had earned: `goods` minor units went back, for which `points` were taken
    back, of them `owed` and `forgiven` because they had been spent. Its id is the refund's, so that it takes
    once. `due_at` is when it is looked at next; `refusal` is why it could not be taken, and then it is tried
    again. Kept as long as its earning."""

    id = models.UUIDField(primary_key=True)
    earning = models.ForeignKey(Earning, models.PROTECT, related_name="refunds")
    goods = models.BigIntegerField()
    points = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    forgiven = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)
    taken_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=clock.now)
    refusal = models.CharField(max_length=24, default="", blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(fields=("due_at",), condition=models.Q(taken_at=None), name="rewards_refund_due"),
        )

    def __str__(self) -> str:
        return f"{self.points} points back of order {self.earning_id}"


class CampaignKind(models.TextChoices):
    """What a campaign gives beside what an order earns anyway."""

    MULTIPLIER = "multiplier", "so many times the points"
    BONUS = "bonus", "points for each order"
    FIRST_ORDER = "first_order", "points for a customer's first order"
    STREAK = "streak", "points for so many orders within so many days"


class Campaign(Aggregate):
    """Points that orders earn beside what they always do, from `starts_at` until before `ends_at`, all of
    them at most `budget`, of which `granted` are gone. With `restaurant_id` only orders from there. With
    `partner` somebody else owes for the points, the restaurant where there is one. What it promises stays as
    it is."""

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=CampaignKind.choices)
    restaurant_id = models.UUIDField(null=True, blank=True)
    partner = models.CharField(max_length=140, default="", blank=True)
    multiplier = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    points = models.PositiveIntegerField(null=True, blank=True)
    orders = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    budget = models.PositiveBigIntegerField(null=True, blank=True)
    granted = models.BigIntegerField(default=0, editable=False)
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value) for state in CampaignState],
        default=CampaignState.DRAFT.value,
        editable=False,
    )

    MACHINES: ClassVar[dict[str, Machine[CampaignState]]] = {"state_name": CAMPAIGN}
    NOT_FINAL = ~models.Q(state_name=CampaignState.ENDED.value)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="rewards_campaign_has_time"
            ),
            models.CheckConstraint(
                condition=models.Q(granted__gte=0)
                & (models.Q(budget=None) | models.Q(granted__lte=models.F("budget"))),
                name="rewards_campaign_within_budget",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> CampaignState:
        return CampaignState(self.state_name)

    def move_to(self, state: CampaignState) -> None:
        """Raises StateConflict for what is not drawn."""
        CAMPAIGN.check(self.state, state)
        self.state_name = state.value


class Member(Aggregate):
    """A customer in a region's programme, once there is something to keep: `tier` is the code of what they
    have there (empty: none) until `until`, `warned_until` the last expiry of which they were told. What is to
    be reviewed is found by `until`, many at a time, so that no member needs a deadline of its own."""

    customer_id = models.UUIDField()
    tier = models.CharField(max_length=32, default="", blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    warned_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer_id", "region"), name="rewards_member_once"),)
        indexes = (
            models.Index(
                fields=("until",), condition=models.Q(until__isnull=False), name="rewards_member_until"
            ),
        )

    def __str__(self) -> str:
        return f"{self.tier or 'no tier'} in {self.region}"

    def place(self, tier: str, *, since: datetime, until: datetime) -> None:
        """Put the customer into a tier; the same one again only lasts longer."""
        if tier != self.tier:
            self.since = since if tier else None
        self.tier, self.until = tier, until if tier else None


class ForgottenCustomer(models.Model):
    """Somebody who was forgotten: earns nothing any more, and what is left expires as soon as it can.
    `due_at` is when it is looked at next, until nothing is left. Kept for ever: it is no more than an id."""

    customer_id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True, default=clock.now, db_index=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return str(self.customer_id)


class Debtor(models.Model):
    """Somebody who owes points, or did a moment ago; in which region they came to. So nobody has to look
    through all accounts for debts. Goes when nothing is owed any more."""

    customer_id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    since = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return str(self.customer_id)
