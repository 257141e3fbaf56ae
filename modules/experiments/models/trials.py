"""Experiments and holdouts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from modules.experiments.interface import ExperimentState, StopReason, Unit
from modules.experiments.kinds import METRIC_CHOICES, WHOLE
from modules.experiments.models.flags import KEY, Flag, Namespace
from modules.experiments.states import EXPERIMENT
from tiffin.db import Aggregate
from tiffin.dto import DTO
from tiffin.states import Machine


class Variation(DTO):
    """What one of several groups is given; `weight` is its share of those who take part, in basis points."""

    key: str
    name: str
    value: bool | str | int
    weight: int


def _choices(kinds: Any) -> list[tuple[str, str]]:
    return [(kind.value, kind.value) for kind in kinds if kind.name != "UNKNOWN"]


class Experiment(Aggregate):
    """Who is given what of a flag: of those that `regions` (empty: all), `excluded_regions` and `condition`
    leave, a `share` takes part, in `variations` by their weights; the first is what others are compared with.
    Of a namespace it has the places from `from_place` up to `to_place`. A holdout has no flag: its first
    variation is who is held out of all flags that name it.

    `phase` counts the times it was begun anew. `buckets_changed`: share, weights or whom it is for changed
    while it ran, so whoever took part before keeps what they were given. Guardrails stop it (`stops_on_harm`)
    when one is surely hurt by more than `tolerance` (basis points of the first variation's figure). It ends
    at `ends_at` by itself. `looked_at`: staff have seen how it ended. `read_at`: when its
    figures and guardrails were read last. Kept for ever."""

    key = models.CharField(max_length=80, unique=True, validators=[KEY])
    name = models.CharField(max_length=120)
    hypothesis = models.CharField(max_length=500, default="", blank=True)
    flag = models.ForeignKey(
        Flag, on_delete=models.PROTECT, null=True, blank=True, related_name="experiments"
    )
    unit_name = models.CharField(
        "unit", max_length=8, db_column="unit", choices=_choices(Unit), default=Unit.CUSTOMER.value
    )
    variations = models.JSONField()
    share = models.IntegerField(default=WHOLE, validators=[MinValueValidator(1), MaxValueValidator(WHOLE)])
    regions = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    excluded_regions = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    condition = models.JSONField(default=dict, blank=True)
    namespace = models.ForeignKey(
        Namespace, on_delete=models.PROTECT, null=True, blank=True, related_name="experiments"
    )
    from_place = models.IntegerField(default=0)
    to_place = models.IntegerField(default=WHOLE)
    metric = models.CharField(max_length=16, choices=METRIC_CHOICES, default="orders")
    guardrails = ArrayField(models.CharField(max_length=16, choices=METRIC_CHOICES), default=list, blank=True)
    tolerance = models.IntegerField(default=0, validators=[MinValueValidator(0), MaxValueValidator(WHOLE)])
    stops_on_harm = models.BooleanField(default=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    state_name = models.CharField(
        "state",
        max_length=8,
        db_column="state",
        choices=_choices(ExperimentState),
        default=EXPERIMENT.start.value,
        editable=False,
    )
    phase = models.IntegerField(default=0, editable=False)
    buckets_changed = models.BooleanField(default=False, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    stop_reason = models.CharField(
        max_length=10, choices=_choices(StopReason), default="", blank=True, editable=False
    )
    note = models.CharField(max_length=300, default="", blank=True, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    MACHINES: ClassVar[dict[str, Machine[ExperimentState]]] = {"state_name": EXPERIMENT}
    NOT_FINAL = models.Q(state_name=ExperimentState.RUNNING.value)

    class Meta:
        indexes = (
            models.Index(
                fields=("flag", "started_at"),
                condition=models.Q(state_name=ExperimentState.RUNNING.value),
                name="experiments_running",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(share__range=(1, WHOLE), tolerance__range=(0, WHOLE)),
                name="experiments_shares",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    from_place__gte=0, to_place__lte=WHOLE, from_place__lt=models.F("to_place")
                ),
                name="experiments_places",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> ExperimentState:
        return ExperimentState(self.state_name)

    @property
    def unit(self) -> Unit:
        return Unit(self.unit_name)

    @property
    def is_holdout(self) -> bool:
        return self.flag_id is None

    def move_to(self, state: ExperimentState) -> None:
        """Raises StateConflict for what is not drawn."""
        EXPERIMENT.check(self.state, state)
        self.state_name = state.value
