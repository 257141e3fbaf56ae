"""What happened in each hour, counted, so that nobody counts orders to draw a chart."""

from __future__ import annotations

from django.db import models


class Figure(models.Model):
    """How often `what` happened in a region within one hour of its clocks, which began at `hour`. `detail`
    tells reasons or ranges apart, as `services.figures` says; `amount` is in minor units of the region's
    currency. Written by the job that counts, and by nobody on an order's way. Kept for ever: a region has a
    few dozen an hour."""

    region = models.CharField(max_length=16)
    hour = models.DateTimeField()
    what = models.CharField(max_length=16)
    detail = models.CharField(max_length=64, default="")
    count = models.BigIntegerField(default=0)
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "hour", "what", "detail"), name="figure_once"),
            models.CheckConstraint(
                condition=models.Q(count__gt=0, amount__gte=0), name="figure_of_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.region}, {self.hour}: {self.count} {self.what} {self.detail}".strip()


class FigurePlace(models.Model):
    """Up to where each shard of the orders' own log is counted, moved with what was counted."""

    shard = models.SmallIntegerField(primary_key=True)
    epoch = models.IntegerField(default=0)
    txid = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"shard {self.shard}, up to {self.epoch}:{self.txid}:{self.position}"
