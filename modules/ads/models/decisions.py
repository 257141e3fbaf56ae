"""What was decided, for whoever asks why; figures by the hour; what was learned."""

from __future__ import annotations

from django.db import models

from modules.ads.interface import Placement
from modules.ads.models.campaigns import choices


class DecisionRecord(models.Model):
    """A decision: what was asked, and of each place who was considered and who won, as the engine saw it.
    Written a moment later by the process that decided, and lost with it if it dies. Kept for 3 days."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    region = models.CharField(max_length=16)
    viewer_id = models.UUIDField(null=True)
    asked = models.JSONField()
    places = models.JSONField()
    filled = models.SmallIntegerField()
    wanted = models.SmallIntegerField()
    took_us = models.IntegerField()

    class Meta:
        indexes = (
            models.Index(fields=("at",), name="ads_decision_at"),
            models.Index(
                fields=("viewer_id",),
                condition=models.Q(viewer_id__isnull=False),
                name="ads_decision_of_viewer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.filled} of {self.wanted} slots filled"


class Figure(models.Model):
    """What happened to a campaign's creative in a placement within one hour. Kept for ever."""

    hour = models.DateTimeField()
    region = models.CharField(max_length=16)
    placement = models.CharField(max_length=20, choices=choices(Placement))
    campaign_id = models.UUIDField()
    flight_id = models.UUIDField()
    creative_id = models.UUIDField()
    impressions = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)
    orders = models.BigIntegerField(default=0)
    filtered = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("hour", "campaign_id", "flight_id", "creative_id", "placement"),
                name="ads_figure_once",
            ),
        )
        indexes = (
            models.Index(fields=("region", "hour"), name="ads_figure_of_region"),
            models.Index(fields=("campaign_id", "hour"), name="ads_figure_of_campaign"),
        )

    def __str__(self) -> str:
        return f"{self.impressions} impressions, {self.clicks} clicks from {self.hour}"


class Fill(models.Model):
    """How many slots of a placement were asked for and filled within one hour. Kept for ever."""

    pk = models.CompositePrimaryKey("hour", "region", "placement")
    hour = models.DateTimeField()
    region = models.CharField(max_length=16)
    placement = models.CharField(max_length=20, choices=choices(Placement))
    requests = models.BigIntegerField(default=0)
    wanted = models.BigIntegerField(default=0)
    filled = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.filled} of {self.wanted} slots from {self.hour}"


class Unfilled(models.Model):
    """How many slots of a placement stayed empty within one hour, by reason (`services/emptiness.py`). Kept
    for ever."""

    pk = models.CompositePrimaryKey("hour", "region", "placement", "reason")
    hour = models.DateTimeField()
    region = models.CharField(max_length=16)
    placement = models.CharField(max_length=20, choices=choices(Placement))
    reason = models.CharField(max_length=24)
    slots = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "unfilled"
        indexes = (models.Index(fields=("region", "hour"), name="ads_unfilled_of_region"),)

    def __str__(self) -> str:
        return f"{self.slots} slots from {self.hour}: {self.reason}"


class Weight(models.Model):
    """What the click model knows at one place: `z` the sum of adjusted gradients, `n` that of their squares.
    `revision` is that of the batch that changed it last. Kept for ever: there are as many as places."""

    place = models.IntegerField(primary_key=True)
    z = models.FloatField()
    n = models.FloatField()
    revision = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("revision",), name="ads_weight_revision"),)

    def __str__(self) -> str:
        return f"z {self.z:.3f}, n {self.n:.3f}"


class LearnedTo(models.Model):
    """Up to which impression the click model has learned, and how many batches that were: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    event_id = models.UUIDField()
    revision = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"up to {self.at}, revision {self.revision}"


class Calibration(models.Model):
    """What was predicted of impressions on a day, by how likely (`bucket` is eight times the binary
    logarithm of clicks in a million, rounded down), and what happened: `predicted` are clicks in a million,
    summed. Kept for ever."""

    pk = models.CompositePrimaryKey("day", "bucket")
    day = models.DateField()
    bucket = models.SmallIntegerField()
    shown = models.BigIntegerField(default=0)
    predicted = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.clicked} clicks of {self.shown}, {self.predicted / 1e6:.1f} were predicted"


class Arm(models.Model):
    """How often a creative was shown and clicked, for the choice between a campaign's. Kept with it."""

    creative_id = models.UUIDField(primary_key=True)
    shown = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.clicked} of {self.shown}"
