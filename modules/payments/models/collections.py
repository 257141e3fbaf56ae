"""Money that is to come in other than by an order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.payments.interface import CollectionState
from modules.payments.models.payouts import PARTY_KINDS
from modules.payments.states import COLLECTION, COLLECTION_AT_REST
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Collection(Aggregate):
    """What somebody owes us, under the id that its caller gave. `invoice` is its number, without a gap in its
    region, and `due_on` the day until which it may be paid. Kept as long as accounts must be."""

    payer_kind = models.CharField(max_length=12, choices=PARTY_KINDS)
    payer_id = models.UUIDField(db_index=True)
    payer_name = models.CharField(max_length=140)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    purpose = models.CharField(max_length=32)
    reference = models.CharField(max_length=140)
    due_days = models.SmallIntegerField()
    state_name = models.CharField(max_length=12, db_column="state", default=CollectionState.WANTED.value)
    invoice = models.CharField(max_length=32, null=True, unique=True)
    invoiced_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=300, default="")

    MACHINES: ClassVar[dict[str, Machine[CollectionState]]] = {"state_name": COLLECTION}
    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in COLLECTION_AT_REST))

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="collection_positive"),
            models.CheckConstraint(condition=models.Q(due_days__gte=0), name="collection_due_later"),
        )

    def __str__(self) -> str:
        return f"{self.money} of {self.payer_name}: {self.state_name}"

    @property
    def state(self) -> CollectionState:
        return CollectionState(self.state_name)

    def move_to(self, state: CollectionState) -> None:
        """Raises StateConflict for what is not drawn."""
        COLLECTION.check(self.state, state)
        self.state_name = state.value

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
