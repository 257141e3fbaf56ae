"""Cases between customers' banks and us."""

from __future__ import annotations

from django.db import models

from modules.payments.models.payment import Payment
from modules.payments.states import OPEN, DisputeStanding
from tiffin.db import Aggregate


class Dispute(Aggregate):
    """A case between the customer's bank and us, as the provider tells of it. Staff answer it there, before
    `answer_by`. What money it moved is in the payment's entries. Kept as long as the payment."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64)
    state_name = models.CharField(
        max_length=12, db_column="state", choices=[(each.value, each.value) for each in DisputeStanding]
    )
    answer_by = models.DateTimeField(null=True)

    NOT_FINAL = models.Q(state_name__in=sorted(standing.value for standing in OPEN))

    def __str__(self) -> str:
        return f"{self.reference}: {self.reason}, {self.state_name}"

    @property
    def is_open(self) -> bool:
        return DisputeStanding(self.state_name) in OPEN
