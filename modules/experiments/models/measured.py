"""Who took part, what they did since, and what was read from it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from modules.experiments.models.trials import Experiment
from tiffin import clock, ids
from tiffin.db import Aggregate


class Exposure(Aggregate):
    """Somebody's first part in a phase of an experiment, named by its key: it may be a GrowthBook server's.
    `is_mixed`: they were also given another variation,
    so that nothing can be said by them. Kept for a year after the experiment's end, or until the customer is
    erased."""

    experiment = models.CharField(max_length=80)
    phase = models.IntegerField()
    attribute = models.CharField(max_length=8)
    unit = models.CharField(max_length=64)
    variation = models.CharField(max_length=40)
    is_mixed = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("unit",), name="experiments_of_unit"),
            models.Index(fields=("experiment", "at"), name="experiments_exposed_at"),
        )
        constraints = (
            models.UniqueConstraint(fields=("experiment", "phase", "unit"), name="experiments_exposed_once"),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.variation}"


class Outcome(models.Model):
    """What somebody did since they take part: `amount` of a measure (money in minor units). Kept with the
    exposure."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    exposure = models.ForeignKey(Exposure, on_delete=models.PROTECT, related_name="outcomes")
    measure = models.CharField(max_length=20)
    amount = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("exposure", "measure"), name="experiments_outcome_once"),
        )

    objects: ClassVar[models.Manager[Any]] = models.Manager()


class Recent(models.Model):
    """What somebody did just now, for whoever is told a moment later that they take part. Kept for an
    hour or two."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    attribute = models.CharField(max_length=8)
    unit = models.CharField(max_length=64)
    measure = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("unit", "at"), name="experiments_recent_of_unit"),
            models.Index(fields=("at",), name="experiments_recent_at"),
        )

    objects: ClassVar[models.Manager[Any]] = models.Manager()


class Forgotten(models.Model):
    """A customer who was erased, so that what is told of them late is let go. Kept until every token that was
    given to them is over."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "forgotten"
        indexes = (models.Index(fields=("at",), name="experiments_forgotten_at"),)

    objects: ClassVar[models.Manager[Any]] = models.Manager()


class Analysis(models.Model):
    """What an experiment's figures said at a moment, as `selectors.reading.Reading` in JSON. Kept as long as
    the experiment: the line of all of them is its chart."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="analyses")
    phase = models.IntegerField()
    at = models.DateTimeField(default=clock.now)
    reading = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=("experiment", "phase", "at"), name="experiments_analyses"),)
        verbose_name_plural = "analyses"

    objects: ClassVar[models.Manager[Any]] = models.Manager()
