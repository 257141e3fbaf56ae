"""Charities, and what customers give to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from modules.rewards.interface import DonationSource, StandingState
from modules.rewards.states import STANDING_ORDER
from tiffin import clock, ids
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class SettlesBy(models.TextChoices):
    """How a charity gets what was given."""

    GOODSTACK = "goodstack", "Goodstack"
    BANK_TRANSFER = "bank_transfer", "bank transfer"


class Charity(models.Model):
    """A cause of a region. Goodstack knows it by its `organisation`; a bank transfer says `payee_reference`.
    While `held` says why, nothing is settled until staff have looked. `settled_to` is the last settlement's
    time. Never deleted: it may be `active` no more."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    region = models.CharField(max_length=16)
    name = models.CharField(max_length=140)
    about = models.TextField(default="", blank=True)
    site = models.URLField(default="", blank=True)
    active = models.BooleanField(default=True)
    currency = models.CharField(max_length=3)
    settles_by = models.CharField(max_length=16, choices=SettlesBy.choices)
    organisation = models.CharField(max_length=64, default="", blank=True)
    payee_reference = models.CharField(max_length=100, default="", blank=True)
    held = models.CharField(max_length=200, default="", editable=False)
    settled_to = models.DateTimeField(default=clock.now, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name_plural = "charities"
        indexes = (models.Index(fields=("region", "name"), name="rewards_charity_of_region"),)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(settles_by="goodstack", organisation=""),
                name="rewards_charity_known_to_goodstack",
            ),
        )

    def __str__(self) -> str:
        return self.name


class StandingOrder(Aggregate):
    """Points that are given each month, on its `day`, next on `next_on`. `skipped_on` is when there were not
    enough, if nothing was given since then. No deadline row: `next_on` is one, with an index, and a sweep
    comes by every few minutes."""

    customer_id = models.UUIDField(db_index=True)
    charity = models.ForeignKey(Charity, on_delete=models.PROTECT, related_name="standing_orders")
    points = models.BigIntegerField()
    day = models.SmallIntegerField()
    state_name = models.CharField(max_length=12, db_column="state", default=StandingState.ACTIVE.value)
    next_on = models.DateField(null=True)
    skipped_on = models.DateField(null=True)

    MACHINES: ClassVar[dict[str, Machine[StandingState]]] = {"state_name": STANDING_ORDER}

    class Meta:
        indexes = (
            models.Index(
                fields=("region", "next_on"),
                condition=models.Q(state_name=StandingState.ACTIVE.value),
                name="rewards_standing_order_due",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(points__gt=0, day__gte=1, day__lte=31), name="rewards_standing_order_gives"
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points on day {self.day}: {self.state_name}"

    @property
    def state(self) -> StandingState:
        return StandingState(self.state_name)

    def move_to(self, state: StandingState) -> None:
        """Raises StateConflict for what is not drawn."""
        STANDING_ORDER.check(self.state, state)
        self.state_name = state.value


class Donation(models.Model):
    """What was given to a charity at once: `points` that were worth `amount` minor units, or so much money on
    top of the order. It lies with what is payable until a settlement takes it (`batch`). Of it `taken_back`
    went back with refunds while it lay there; `borne` was refunded later, by the platform. Kept as long as
    accounts must be."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField()
    charity = models.ForeignKey(Charity, on_delete=models.PROTECT, related_name="donations")
    region = models.CharField(max_length=16)
    source = models.CharField(
        max_length=12,
        choices=[(each.value, each.value) for each in DonationSource if each is not DonationSource.UNKNOWN],
    )
    points = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    order_id = models.UUIDField(null=True, unique=True)
    standing_order = models.ForeignKey(
        StandingOrder, on_delete=models.PROTECT, null=True, related_name="donations"
    )
    batch = models.ForeignKey(
        "SettlementBatch", on_delete=models.PROTECT, null=True, related_name="donations"
    )
    taken_back = models.BigIntegerField(default=0)
    borne = models.BigIntegerField(default=0)
    receipted = models.BooleanField(default=False)
    given_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    # It lies with what is payable.
    PAYABLE = models.Q(batch=None, amount__gt=models.F("taken_back"))

    class Meta:
        indexes = (
            models.Index(fields=("customer_id", "given_at"), name="rewards_donation_of_customer"),
            models.Index(
                fields=("charity", "id"),
                condition=models.Q(batch=None, amount__gt=models.F("taken_back")),
                name="rewards_donation_payable",
            ),
            models.Index(
                fields=("region", "id"),
                condition=models.Q(receipted=False),
                name="rewards_donation_unwritten",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, taken_back__gte=0, borne__gte=0, points__gte=0)
                & models.Q(amount__gte=models.F("taken_back") + models.F("borne")),
                name="rewards_donation_within_amount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} by {self.source}"

    @property
    def left(self) -> int:
        """What the charity gets of it."""
        return int(self.amount - self.taken_back)

    @property
    def money(self) -> Money:
        return Money(amount=self.left, currency=self.currency)
