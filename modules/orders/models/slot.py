"""Times that customers order for beforehand."""

from __future__ import annotations

from django.db import models

from modules.orders.models.order import Order


class SlotUse(models.Model):
    """An order that wants one of the restaurant's places at a time; `number` counts them from 1, so that the
    last one is taken once. Gone when the order is cancelled, else kept with it."""

    restaurant_id = models.UUIDField()
    slot_at = models.DateTimeField()
    number = models.SmallIntegerField()
    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="slot")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("restaurant_id", "slot_at", "number"), name="slot_place_once"),
        )
        indexes = (models.Index(fields=("slot_at",), name="slot_by_time"),)

    def __str__(self) -> str:
        return f"{self.slot_at}: {self.number}"
