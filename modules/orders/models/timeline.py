"""What happened to an order, entry by entry."""

from __future__ import annotations

from django.db import models

from modules.orders.models.order import Order


class TimelineEntry(models.Model):
    """One change of one axis: when, by whom, caused by what. Never changed, kept with its order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="timeline")
    seq = models.IntegerField()
    at = models.DateTimeField()
    axis = models.CharField(max_length=8)
    from_state = models.CharField(max_length=16, null=True)
    to_state = models.CharField(max_length=16)
    status_name = models.CharField(max_length=32, db_column="status")
    actor = models.CharField(max_length=64)
    cause = models.CharField(max_length=80)
    note = models.CharField(max_length=64, default="")

    class Meta:
        ordering = ("seq",)
        constraints = (models.UniqueConstraint(fields=("order", "seq"), name="timeline_entry_once"),)

    def __str__(self) -> str:
        return f"{self.seq}: {self.axis} {self.from_state or '·'} → {self.to_state}"
