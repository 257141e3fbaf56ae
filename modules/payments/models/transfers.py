"""The ledger of what left and came in other than by orders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from modules.payments.models.collections import Collection
from modules.payments.models.payouts import PARTY_KINDS, Payout
from tiffin.money import Money


class TransferKind(models.TextChoices):
    """What happened to a payout or a collection."""

    PAID_OUT = "paid_out", "paid out"
    CAME_BACK = "came_back", "paid out, and came back"
    PAID_BESIDES = "paid_besides", "paid besides what its state tells"
    BACK_BESIDES = "back_besides", "paid besides, and came back"
    INVOICED = "invoiced", "invoiced"
    COLLECTED = "collected", "collected"
    WRITTEN_OFF = "written_off", "written off"


class TransferEntry(models.Model):
    """Something that the bank or staff confirmed of a payout or a collection. Only ever added: the database
    refuses to change one. `reference` is what the bank calls the attempt, or the invoice's number; `at` is
    when we wrote it down, and so the day to which it counts. What moved besides has a `note` of staff."""

    region = models.CharField(max_length=16)
    kind = models.CharField(max_length=12, choices=TransferKind.choices)
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, null=True, related_name="entries")
    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, null=True, related_name="entries")
    party_kind = models.CharField(max_length=12, choices=PARTY_KINDS)
    party_id = models.UUIDField()
    purpose = models.CharField(max_length=32)
    reference = models.CharField(max_length=35)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, default="", db_default="")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name_plural = "transfer entries"
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_entry_positive"),
            models.CheckConstraint(
                condition=models.Q(payout=None) ^ models.Q(collection=None), name="transfer_entry_of_one"
            ),
        )
        indexes = (BrinIndex(fields=("at",), name="transfer_entry_at"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.money}"

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
