"""Members of before who are to have newer terms."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.subscriptions.models.catalogue import PlanVersion
from modules.subscriptions.states import REPRICING, RepricingState
from tiffin.db import Aggregate
from tiffin.states import Machine


class Repricing(Aggregate):
    """Whoever has an earlier version of the plan has `to_version` from their first period on that begins on
    `from_on` or later, and is told before. Until a member has it, it can be withdrawn, and they are told
    that too. Kept as long as accounts must be."""

    to_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="repricings")
    from_on = models.DateField()
    told = models.IntegerField(default=0, editable=False)
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value) for state in RepricingState],
        default=RepricingState.TELLING.value,
        editable=False,
    )
    made_by = models.CharField(max_length=64, default="", editable=False)

    MACHINES: ClassVar[dict[str, Machine[RepricingState]]] = {"state_name": REPRICING}
    NOT_FINAL = models.Q(state_name=RepricingState.TELLING.value)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("to_version",), name="subscriptions_repricing_once"),)

    def __str__(self) -> str:
        return f"{self.to_version} from {self.from_on}: {self.state_name}"

    @property
    def state(self) -> RepricingState:
        return RepricingState(self.state_name)

    def move_to(self, state: RepricingState) -> None:
        """Raises StateConflict for what is not drawn."""
        REPRICING.check(self.state, state)
        self.state_name = state.value
