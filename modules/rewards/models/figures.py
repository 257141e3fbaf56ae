"""Sums over the ledger, for the reports: made again and again from its entries and lots, and from nothing
else."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class PointsFigure(models.Model):
    """How much moved by a flow in the hour that begins at `hour`: `amount` points, or minor units of
    `unit`, in so many `entries`. Of what expired `month` is the one in which it had been got. Kept as long
    as its entries."""

    region = models.CharField(max_length=16)
    hour = models.DateTimeField()
    flow = models.CharField(max_length=16)
    unit = models.CharField(max_length=3)
    month = models.DateField(null=True)
    entries = models.BigIntegerField()
    amount = models.BigIntegerField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "hour", "flow", "unit", "month"),
                name="rewards_figure_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.hour:%Y-%m-%d %H}: {self.flow} {self.amount} {self.unit}"


class OutstandingFigure(models.Model):
    """What customers had of the points that they got in the month `opened` and that expire in the month
    `expires`, at `taken_at`: the latest, none is kept."""

    region = models.CharField(max_length=16)
    opened = models.DateField()
    expires = models.DateField()
    pending = models.BigIntegerField()
    available = models.BigIntegerField()
    held = models.BigIntegerField()
    taken_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "opened", "expires"), name="rewards_outstanding_once"),
        )

    def __str__(self) -> str:
        return f"{self.region} until {self.expires:%Y-%m}: {self.points}"

    @property
    def points(self) -> int:
        return self.pending + self.available + self.held
