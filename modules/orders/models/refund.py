"""Money that goes back: each refund with what it is made of, and the claims that customers make."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.orders.interface import ClaimReason, ClaimState
from modules.orders.models.order import Order
from modules.orders.states import CLAIM, Machine
from tiffin import clock, ids
from tiffin.db import Aggregate


class Claim(Aggregate):
    """A customer says that something was wrong. `returned` are the dishes it is about: line number to count.

    `asked` is what they were worth with the fees that go with them when it was made, `granted` what went
    back, in minor units of the order's currency; of what was asked points had paid `in_points`. `words` are
    the customer's own: gone when the customer is forgotten, as are `appeal`, what they said when it had been
    refused, and `answer`, what staff wrote to them. Kept with its order.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="claims")
    customer_id = models.UUIDField()
    reason = models.CharField(
        max_length=16,
        choices=[
            (each.value, each.value.replace("_", " ")) for each in ClaimReason if each.value != "unknown"
        ],
    )
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        default=ClaimState.OPEN.value,
        choices=[(each.value, each.value) for each in ClaimState if each.value != "unknown"],
    )
    returned = models.JSONField(default=dict)
    words = models.TextField(default="", blank=True)
    asked = models.BigIntegerField()
    in_points = models.BigIntegerField(default=0, db_default=0)
    granted = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, default="")
    decide_by = models.DateTimeField()
    note = models.CharField(max_length=64, default="")
    answer = models.TextField(default="", db_default="", blank=True)
    appeal = models.TextField(default="", db_default="", blank=True)
    appealed_at = models.DateTimeField(null=True)

    NOT_FINAL = models.Q(state_name=ClaimState.OPEN.value)
    MACHINES: ClassVar[dict[str, Machine[ClaimState]]] = {"state_name": CLAIM}

    class Meta:
        indexes = (
            models.Index(fields=("customer_id", "-id"), name="claim_of_customer"),
            models.Index(
                fields=("decide_by",), condition=models.Q(state_name=ClaimState.OPEN.value), name="claim_open"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(asked__gt=0, granted__gte=0), name="claim_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason}: {self.state_name}"

    @property
    def state(self) -> ClaimState:
        return ClaimState(self.state_name)

    def move(self, state: ClaimState) -> None:
        """Raises TransitionRefused for what is not drawn."""
        CLAIM.check(self.state, state)
        self.state_name = state.value

    @property
    def lines(self) -> dict[int, int]:
        """How many dishes of which line it is about."""
        return {int(line): count for line, count in self.returned.items()}


class Evidence(models.Model):
    """A photo that a customer sent with a claim, without what it says of place and time. Gone with its
    customer, and `timeouts.evidence_seconds` after the claim was decided."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    hash = models.CharField(max_length=64)
    media_type = models.CharField(max_length=16)
    content = models.BinaryField()
    size = models.IntegerField()
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("claim", "hash"), name="evidence_once"),)

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes"


class CancellationFee(models.Model):
    """What is kept of an order that was stopped: `amount` minor units, made of `parts`, and `back` is what
    the rest is made of, each as `pricing.refunding.RefundPart`; `by` and `stage` are why. Kept with its
    order."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="cancellation_fee"
    )
    amount = models.BigIntegerField()
    parts = models.JSONField()
    back = models.JSONField()
    by = models.CharField(max_length=16)
    stage = models.CharField(max_length=16)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(amount__gte=0), name="fee_not_negative"),)

    def __str__(self) -> str:
        return f"{self.stage}: {self.amount}"


# What is back, and not in writing yet.
TO_CORRECT = models.Q(done_at__isnull=False, receipted=False)


class Refund(models.Model):
    """`amount` minor units that are owed to the customer, the oldest first; `done_at` once they are back.
    With them so many `points`, `points_done_at` once those are.

    `charged_back_at`: the customer's bank has taken them already, so that they are not asked for.
    `parts` says what they are made of, as `pricing.refunding.RefundPart`; empty for what goes back whole.
    `attempt` counts how often payments was asked anew, because the provider had refused. `receipted`: what
    it takes back is in writing, if anything was. `by_venue` is what of it the venue pays for a membership.
    Kept with its order.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    number = models.SmallIntegerField()
    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, null=True, related_name="refund")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64)
    parts = models.JSONField(default=list)
    attempt = models.SmallIntegerField(default=1)
    owed_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    charged_back_at = models.DateTimeField(null=True)
    receipted = models.BooleanField(default=False, db_default=False)
    points = models.IntegerField(default=0, db_default=0)
    points_done_at = models.DateTimeField(null=True)
    by_venue = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ("number",)
        indexes = (models.Index(fields=("done_at",), condition=TO_CORRECT, name="refund_to_receipt"),)
        constraints = (
            models.UniqueConstraint(fields=("order", "number"), name="refund_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, points__gt=0) | models.Q(amount__gt=0, points=0),
                name="refund_of_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.amount}"
