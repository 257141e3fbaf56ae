"""Plans, and what they cost and bring."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from django.db import models

from modules.subscriptions.interface import Benefit, Phase, PhaseKind
from modules.subscriptions.states import PLAN, PlanState
from tiffin import clock, regions
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Plan(Aggregate):
    """A membership that can be joined in a region, paid every `months`; of two, that with the higher `level`
    brings more, and whoever changes to it does so at once. One with `comeback_days` is for those alone whose
    last membership there ended so many days ago or earlier: they are told of it once."""

    code = models.SlugField(max_length=32, db_index=False)
    title = models.CharField(max_length=80)
    months = models.PositiveSmallIntegerField(choices=[(1, "each month"), (12, "each year")])
    level = models.PositiveSmallIntegerField()
    comeback_days = models.PositiveSmallIntegerField(null=True, blank=True)
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value) for state in PlanState],
        default=PlanState.DRAFT.value,
        editable=False,
    )

    MACHINES: ClassVar[dict[str, Machine[PlanState]]] = {"state_name": PLAN}

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "code"), name="subscriptions_plan_once"),
            models.CheckConstraint(
                condition=models.Q(months__in=(1, 12)), name="subscriptions_plan_by_month_or_year"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.region})"

    @property
    def state(self) -> PlanState:
        return PlanState(self.state_name)

    def move_to(self, state: PlanState) -> None:
        """Raises StateConflict for what is not drawn."""
        PLAN.check(self.state, state)
        self.state_name = state.value


class PlanVersion(models.Model):
    """What a plan costs and brings whoever joins from `from_at` on, until there is another; whoever has
    joined keeps it. Amounts are minor units of the region's currency. `benefits` are those of the
    interface. It is only ever added: the database refuses to change one. Kept as long as accounts must be."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    from_at = models.DateTimeField(default=clock.now)
    price = models.PositiveBigIntegerField()
    trial_days = models.PositiveSmallIntegerField(default=0)
    intro_price = models.PositiveBigIntegerField(null=True, blank=True)
    intro_periods = models.PositiveSmallIntegerField(default=0)
    benefits = models.JSONField(default=list)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    made_by = models.CharField(max_length=64, default="", editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("plan", "number"), name="subscriptions_plan_version_once"),
            models.CheckConstraint(
                condition=models.Q(intro_price=None, intro_periods=0)
                | models.Q(intro_price__isnull=False, intro_periods__gt=0),
                name="subscriptions_plan_version_introduces",
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"

    @property
    def phases(self) -> tuple[Phase, ...]:
        """In their order."""
        currency = regions.get(self.plan.region).currency
        found = [Phase(kind=PhaseKind.EVERGREEN, price=Money(amount=self.price, currency=currency))]
        if self.intro_price is not None:
            price = Money(amount=self.intro_price, currency=currency)
            found.insert(0, Phase(kind=PhaseKind.DISCOUNT, price=price, periods=self.intro_periods))
        if self.trial_days:
            found.insert(0, Phase(kind=PhaseKind.TRIAL, price=Money.zero(currency), days=self.trial_days))
        return tuple(found)

    @property
    def brings(self) -> tuple[Benefit, ...]:
        return msgspec.convert(self.benefits, tuple[Benefit, ...])
