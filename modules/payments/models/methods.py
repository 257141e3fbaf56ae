"""Cards that customers have kept at the provider."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.payments.states import KEEPING, KEEPING_AT_REST, KeepingState
from tiffin.db import Aggregate
from tiffin.states import Machine


class KeptMethod(Aggregate):
    """A card that a customer wants kept at the provider. `customer`, `setup` and `method` are the provider's
    names; the card itself is there, and here only what tells it from another. `secret` lets the customer's
    browser enter the card, and nothing else. Forgotten when removed, and when the customer is."""

    provider = models.CharField(max_length=16)
    customer_id = models.UUIDField(db_index=True)
    state_name = models.CharField(max_length=12, db_column="state", default=KeepingState.PREPARING.value)
    customer = models.CharField(max_length=255, default="")
    setup = models.CharField(max_length=255, default="", db_index=True)
    secret = models.CharField(max_length=255, default="")
    method = models.CharField(max_length=64, default="", db_index=True)
    brand = models.CharField(max_length=32, default="")
    last4 = models.CharField(max_length=4, default="")
    expires = models.CharField(max_length=7, default="")  # MM/YYYY
    reason = models.CharField(max_length=64, default="")

    MACHINES: ClassVar[dict[str, Machine[KeepingState]]] = {"state_name": KEEPING}
    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in KEEPING_AT_REST))

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}: {self.state_name}"

    @property
    def state(self) -> KeepingState:
        return KeepingState(self.state_name)

    def move_to(self, state: KeepingState) -> None:
        """Raises StateConflict for what is not drawn."""
        KEEPING.check(self.state, state)
        self.state_name = state.value
