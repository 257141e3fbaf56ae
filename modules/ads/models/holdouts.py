"""What customers order who could be shown a campaign, and what those do who never are: its holdout."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tiffin import ids


class Exposure(models.Model):
    """A customer for whom a campaign with a holdout has won a slot, for the first time `at`, and how many
    `orders` followed within WINDOW; `is_ghost` where they are held out, and the slot was the next one's.
    `day` is that of the region. Kept for 90 days, without the customer when they are forgotten."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    campaign_id = models.UUIDField()
    viewer_id = models.UUIDField(null=True)
    is_ghost = models.BooleanField()
    at = models.DateTimeField()
    day = models.DateField()
    orders = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("viewer_id", "campaign_id"), name="ads_exposure_once"),
            models.CheckConstraint(condition=models.Q(orders__gte=0), name="ads_exposure_orders"),
        )
        indexes = (models.Index(fields=("day",), name="ads_exposure_on"),)

    def __str__(self) -> str:
        return f"{'ghost' if self.is_ghost else 'shown'}, {self.orders} orders since {self.at}"


class ExposedOrder(models.Model):
    """An order that followed an exposure, until it is cancelled. Kept for 90 days."""

    pk = models.CompositePrimaryKey("order_id", "exposure_id")
    order_id = models.UUIDField()
    exposure_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("exposure_id",), name="ads_exposed_of_exposure"),
            models.Index(fields=("at",), name="ads_exposed_at"),
        )

    def __str__(self) -> str:
        return f"order {self.order_id}"


class Lift(models.Model):
    """Exposures of a campaign that began on a day of its region, summed: `viewers`, their `orders`, and the
    `squares` of each one's orders, of which the spread is computed. Kept for ever."""

    pk = models.CompositePrimaryKey("campaign_id", "day", "is_ghost")
    campaign_id = models.UUIDField()
    day = models.DateField()
    is_ghost = models.BooleanField()
    viewers = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    squares = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.orders} orders of {self.viewers} customers from {self.day}"
