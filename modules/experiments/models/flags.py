"""Flags, and what of them is published."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from modules.experiments.kinds import WHOLE, FlagKind
from tiffin import clock, ids
from tiffin.db import Aggregate

KEY = RegexValidator(
    r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", "Small letters, digits and underscores, with dots between words."
)
THE_ONE = UUID("019319d0-0000-7000-8000-000000000001")


class Catalogue(Aggregate):
    """The one row of what everybody reads: `payload` in GrowthBook's format, and the keys of experiments of
    which earlier assignments are asked for. `remote` is what a GrowthBook server last said, `remote_buckets`
    by phase of its experiments who was first put where, `remote_note` what went wrong with it since. Kept for
    ever."""

    revision = models.BigIntegerField(default=0)
    payload = models.JSONField(default=dict)
    sticky = ArrayField(models.CharField(max_length=80), default=list)
    holdouts = ArrayField(models.CharField(max_length=80), default=list)
    remote = models.JSONField(default=dict)
    remote_buckets = models.JSONField(default=dict)
    remote_at = models.DateTimeField(null=True)
    remote_note = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=THE_ONE), name="experiments_one"),)
        verbose_name_plural = "catalogue"

    def __str__(self) -> str:
        return f"revision {self.revision}"


class Flag(models.Model):
    """What can be switched: `value` for everybody, unless an experiment or a rollout says otherwise; one that
    is off has it for everybody in any case. `is_public`: apps may read it over the API. Kept for ever: code
    reads it by its key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key = models.CharField(max_length=80, unique=True, validators=[KEY])
    kind_name = models.CharField(
        "kind", max_length=8, db_column="kind", choices=[(kind.value, kind.value) for kind in FlagKind]
    )
    value = models.JSONField()
    says = models.CharField(max_length=300, default="", blank=True)
    is_on = models.BooleanField(default=True)
    is_public = models.BooleanField(default=False)
    holdout = models.ForeignKey(
        "Experiment", on_delete=models.PROTECT, null=True, blank=True, related_name="held_flags"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return self.key

    @property
    def kind(self) -> FlagKind:
        return FlagKind(self.kind_name)


class Rollout(models.Model):
    """A value for some of all: a share of customers (or of browsers), in some regions, by a condition on
    attributes in GrowthBook's language. The first that fits, by `place`, counts. Kept with its flag."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="rollouts")
    place = models.SmallIntegerField(default=0)
    value = models.JSONField()
    share = models.IntegerField(default=WHOLE, validators=[MinValueValidator(0), MaxValueValidator(WHOLE)])
    regions = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    condition = models.JSONField(default=dict, blank=True)
    is_on = models.BooleanField(default=True)
    note = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        indexes = (models.Index(fields=("flag", "place"), name="experiments_rollout_order"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(share__range=(0, WHOLE)), name="experiments_rollout_share"
            ),
        )

    def __str__(self) -> str:
        return f"{self.flag}: {self.value}"


class Namespace(models.Model):
    """Experiments in one namespace never meet: each has a part of its 10,000 places to itself. Kept for
    ever."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key = models.CharField(max_length=40, unique=True, validators=[KEY])
    says = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return self.key
