"""Settling with charities, and what is put in writing of donations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from modules.rewards.models.charity import Charity, Donation, SettlesBy
from modules.rewards.states import BATCH, BATCH_AT_REST, BatchState
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class SettlementBatch(Aggregate):
    """The donations that a charity gets at once. `way` and `organisation` are as the charity's were; whoever
    settles calls it `provider_id`, and last said `progress`. It was taken from what is payable in so
    many `pieces`, and given back there in so many `returns`. Payments knows its payout by the same id, and
    may know it from `payout_asked` on, under the `attempt`-th key; `paid_out` is what the bank said. `reason`
    says why something did not go on, `note` what staff said, `stuck` for how many days nothing has moved.
    Kept as long as accounts must be."""

    charity = models.ForeignKey(Charity, on_delete=models.PROTECT, related_name="batches")
    way = models.CharField(max_length=16, choices=SettlesBy.choices)
    organisation = models.CharField(max_length=64, default="")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(default=0)
    count = models.IntegerField(default=0)
    pieces = models.SmallIntegerField(default=0)
    returns = models.SmallIntegerField(default=0)
    state_name = models.CharField(max_length=12, db_column="state", default=BatchState.GATHERING.value)
    provider_id = models.CharField(max_length=64, default="")
    progress = models.CharField(max_length=24, default="")
    sent_at = models.DateTimeField(null=True)
    payout_asked = models.BooleanField(default=False)
    paid_out = models.BooleanField(default=False)
    attempt = models.SmallIntegerField(default=0)
    reason = models.CharField(max_length=200, default="")
    note = models.CharField(max_length=300, default="")
    stuck = models.IntegerField(default=0)

    MACHINES: ClassVar[dict[str, Machine[BatchState]]] = {"state_name": BATCH}
    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in BATCH_AT_REST))

    class Meta:
        verbose_name_plural = "settlement batches"
        constraints = (
            models.UniqueConstraint(
                fields=("charity",),
                condition=models.Q(state_name__in=("gathering", "sending")),
                name="rewards_batch_one_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money}: {self.state_name}"

    @property
    def state(self) -> BatchState:
        return BatchState(self.state_name)

    def move_to(self, state: BatchState) -> None:
        """Raises StateConflict for what is not drawn."""
        BATCH.check(self.state, state)
        self.state_name, self.stuck = state.value, 0

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)


class ReceiptSeries(models.Model):
    """How far the numbers of a region's donation receipts have come, in a year where they begin anew."""

    region = models.CharField(max_length=16)
    period = models.CharField(max_length=4, default="")
    last = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name_plural = "receipt series"
        constraints = (
            models.UniqueConstraint(fields=("region", "period"), name="rewards_receipt_series_once"),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.period}: {self.last}"


class DonationReceipt(models.Model):
    """A donation in writing, the `seq`-th of its series. Never changed; what a refund takes back later is
    told beside it. Kept as long as accounts must be."""

    id = models.UUIDField(primary_key=True)
    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="receipts")
    seq = models.IntegerField()
    number = models.CharField(max_length=40)
    region = models.CharField(max_length=16)
    donation = models.OneToOneField(Donation, on_delete=models.PROTECT, related_name="receipt")
    language = models.CharField(max_length=12)
    amount = models.BigIntegerField()
    issued_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("series", "seq"), name="rewards_donation_receipt_once"),
        )

    def __str__(self) -> str:
        return self.number
