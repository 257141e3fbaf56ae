"""How memberships go, counted as it happens, so that nobody counts members to draw a chart.

The terms are Stripe's (https://docs.stripe.com/billing/subscriptions/analytics/glossary), without tax, trials
and discounts that end.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.db import models


class What(StrEnum):
    """What is counted, once for a membership each time that it happens; an offer is SHOWN once to a customer
    in a month, and of no plan. From NEW to PAUSE_OVER it changes what members pay; a pause is over too when
    the membership is."""

    SHOWN = "shown"  # the way of joining: the offer was seen, it was begun with a trial or without,
    BEGUN = "begun"  # and paid for again
    TRIAL = "trial"
    PAID = "paid"
    KEPT = "kept"
    CONVERTED = "converted"  # how trials end
    NOT_CONVERTED = "not_converted"
    NEW = "new"
    BACK = "back"
    UP = "up"
    DOWN = "down"
    GONE = "gone"
    PAUSED = "paused"
    PAUSE_OVER = "pause_over"
    FAILING = "failing"  # payments of a period, and how that ends
    RECOVERED = "recovered"
    LOST = "lost"


class MembersFigure(models.Model):
    """How often `what` happened to members of a plan within an hour, and by how much it changed what they pay
    in a year: `a_year`, in minor units of the region's currency. Kept for ever: a region has a few dozen an
    hour."""

    region = models.CharField(max_length=16)
    hour = models.DateTimeField()
    what = models.CharField(max_length=16, choices=[(what.value, what.value) for what in What])
    plan_code = models.CharField(max_length=64)
    count = models.BigIntegerField()
    a_year = models.BigIntegerField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "hour", "what", "plan_code"), name="subscriptions_figure_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.region}, {self.hour}: {self.count} {self.what} of {self.plan_code}"


class OfferShown(models.Model):
    """The customer, who was no member, saw what can be joined in the region in the month that begins on
    `month`, by the region's clocks. Kept for that month and the next."""

    region = models.CharField(max_length=16)
    customer_id = models.UUIDField()
    month = models.DateField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("month", "region", "customer_id"), name="subscriptions_shown_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.month:%Y-%m}"


class CohortFigure(models.Model):
    """How many members paid for the first time in the month that begins on `joined`, by the region's clocks,
    and left in that which begins on `left`; null: they have not. Who comes back is again in the cohort of
    before. Kept for ever."""

    region = models.CharField(max_length=16)
    joined = models.DateField()
    left = models.DateField(null=True)
    count = models.BigIntegerField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "joined", "left"), nulls_distinct=False, name="subscriptions_cohort_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.count} of {self.region} since {self.joined:%Y-%m}"


class Counted(models.Model):
    """A membership as it was last counted. `cohort` and `left` are months, as in CohortFigure. Kept as long
    as the membership."""

    id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    customer_id = models.UUIDField(db_index=True)
    seen_as = models.CharField(max_length=20, default="")
    a_year = models.BigIntegerField(default=0)
    periods = models.IntegerField(default=0)
    on_trial = models.BooleanField(default=False)
    cohort = models.DateField(null=True)
    left = models.DateField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.id}: {self.seen_as}"

    @property
    def is_member(self) -> bool:
        """It has been paid for, and is not lost."""
        return self.cohort is not None and self.left is None
