"""Money that customers' banks took back."""

from __future__ import annotations

from django.db import models

from modules.orders.models.order import Order
from tiffin import ids


class Chargeback(models.Model):
    """A case in which the customer's bank took back `amount` minor units: at `charged_at`, and gave it to us
    again at `reversed_at`, when it was decided for us. `dispute` is the provider's name of the case. Of the
    staff `seen_by` has looked at it. Kept with its order."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="chargebacks")
    dispute = models.CharField(max_length=80)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64, default="")
    charged_at = models.DateTimeField(null=True)
    reversed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=64, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=("charged_at",), condition=models.Q(seen_at__isnull=True), name="chargeback_unseen"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("order", "dispute"), name="chargeback_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="chargeback_of_something"),
        )

    def __str__(self) -> str:
        return f"{self.dispute}: {self.amount}"
