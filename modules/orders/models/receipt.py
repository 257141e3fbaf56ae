"""What was put in writing for customers: receipts and their corrections, numbered without gaps."""

from __future__ import annotations

from django.db import models

from modules.orders.interface import Party, ReceiptKind
from modules.orders.models.order import Order
from modules.orders.models.refund import Refund
from tiffin import clock, ids


class ReceiptSeries(models.Model):
    """Where the numbers of one kind of document of one kind of issuer in one region stand. `period` is the
    year where they begin anew each year. Written by the job that numbers, and by nobody on an order's way.
    Kept for ever."""

    region = models.CharField(max_length=32)
    party = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    period = models.CharField(max_length=8)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "party", "kind", "period"), name="receipt_series_once"),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.party} {self.kind} {self.period}".strip()


class Receipt(models.Model):
    """One document. Amounts in minor units, negative in a correction, which names the receipt it `corrects`.

    Never changed (the database refuses it), and nobody's name is in it: that is opened when it is shown.
    `issuer`, `lines` and `taxes` are as they stood when it was written. Kept as long as accounts must be.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="receipts")
    seq = models.BigIntegerField()
    number = models.CharField(max_length=40)
    kind_name = models.CharField(
        max_length=16,
        db_column="kind",
        choices=[(each.value, each.value) for each in ReceiptKind if each.value != "unknown"],
    )
    party_name = models.CharField(
        max_length=16,
        db_column="party",
        choices=[(each.value, each.value) for each in Party if each.value != "unknown"],
    )
    region = models.CharField(max_length=32)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="receipts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="receipts")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    issued_at = models.DateTimeField(default=clock.now)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    tax = models.BigIntegerField()
    issuer = models.JSONField()
    lines = models.JSONField()
    taxes = models.JSONField()

    class Meta:
        indexes = (
            models.Index(fields=("number",), name="receipt_by_number"),
            models.Index(fields=("region", "-issued_at"), name="receipt_of_region"),
        )
        constraints = (
            models.UniqueConstraint(fields=("series", "seq"), name="receipt_number_once"),
            models.UniqueConstraint(
                fields=("order", "party_name"), condition=models.Q(refund=None), name="receipt_once"
            ),
            models.UniqueConstraint(fields=("refund", "party_name"), name="receipt_correction_once"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def kind(self) -> ReceiptKind:
        return ReceiptKind(self.kind_name)

    @property
    def party(self) -> Party:
        return Party(self.party_name)
