"""Charges that were asked for together, to be asked of their providers together."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import models

from tiffin.db import Aggregate
from tiffin.states import Machine


class BatchState(StrEnum):
    """Once all of a batch's charges were asked for, each goes its own way."""

    ASKING = "asking"
    ASKED = "asked"


BATCH = Machine("A batch of charges", BatchState.ASKING, {BatchState.ASKING: (BatchState.ASKED,)})


class ChargeBatch(Aggregate):
    """Payments that one job asks for. Kept as long as the payments."""

    count = models.IntegerField()
    state_name = models.CharField(max_length=12, db_column="state", default=BatchState.ASKING.value)

    MACHINES: ClassVar[dict[str, Machine[BatchState]]] = {"state_name": BATCH}
    NOT_FINAL = models.Q(state_name=BatchState.ASKING.value)

    def __str__(self) -> str:
        return f"{self.count} charges: {self.state_name}"

    @property
    def state(self) -> BatchState:
        return BatchState(self.state_name)

    def move_to(self, state: BatchState) -> None:
        """Raises StateConflict for what is not drawn."""
        BATCH.check(self.state, state)
        self.state_name = state.value
