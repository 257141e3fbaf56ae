"""A region's books: the days of its points, and what partners owe for theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from modules.rewards.interface import BillState, Flow
from modules.rewards.states import BILL
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine

Flows = dict[str, tuple[Flow, ...]]
# By column of LiabilityDay: the flows that are in it. They move what customers have, the first up, the others
# down.
CAME: Flows = {
    "issued": (Flow.EARN, Flow.EARN_FUNDED, Flow.GRANT),
    "restored": (Flow.RESTORE,),
    "received": (Flow.RECEIVE,),
}
WENT: Flows = {
    "redeemed": (Flow.POST,),
    "expired": (Flow.EXPIRE,),
    "donated": (Flow.DONATE,),
    "taken_back": (Flow.UNEARN, Flow.UNEARN_FUNDED, Flow.TAKE_BACK),
    "repaid": (Flow.REPAY,),
    "sent": (Flow.SEND,),
}
# Told beside them: no customer has more or less by these.
ASIDE: Flows = {"confirmed": (Flow.CONFIRM,), "funded": (Flow.EARN_FUNDED,)}


class Book(Aggregate):
    """One for each region. `next_day` is the first that is not closed yet, `next_bills` the first of the
    month on which partners are billed next. Never final: its deadline takes up work that was given up."""

    next_day = models.DateField()
    next_bills = models.DateField()

    NOT_FINAL = models.Q(region__gt="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("region",), name="rewards_book_once"),)

    def __str__(self) -> str:
        return self.region


def _moved() -> Any:
    """What the points come to after the day."""
    points: Any = models.F("opening_points")
    for name in CAME:
        points = points + models.F(name)
    for name in WENT:
        points = points - models.F(name)
    return points


class LiabilityDay(models.Model):
    """The points that a region owes its customers, and what moved them on a local day: of lots that were
    issued there, wherever they went. `closing_points` are the opening ones and what moved, `counted_points`
    what lay in the lots themselves when the day ended, `difference` the second less the first: they agree, or
    it is a finding. They are worth `closing_value`, at `price_amount` minor units for `price_points`; 0 where
    none are spent. Only ever added; kept as long as accounts must be."""

    region = models.CharField(max_length=16)
    day = models.DateField()
    opening_points = models.BigIntegerField()
    issued = models.BigIntegerField(default=0)
    restored = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    redeemed = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    donated = models.BigIntegerField(default=0)
    taken_back = models.BigIntegerField(default=0)
    repaid = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    confirmed = models.BigIntegerField(default=0)
    funded = models.BigIntegerField(default=0)
    closing_points = models.BigIntegerField()
    counted_points = models.BigIntegerField()
    difference = models.BigIntegerField()
    agrees = models.BooleanField()
    price_points = models.IntegerField(default=0)
    price_amount = models.IntegerField(default=0)
    currency = models.CharField(max_length=3)
    closing_value = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        ordering = ("-day", "region")
        constraints = (
            models.UniqueConstraint(fields=("region", "day"), name="rewards_day_closed_once"),
            models.CheckConstraint(condition=models.Q(closing_points=_moved()), name="rewards_day_adds_up"),
            models.CheckConstraint(
                condition=models.Q(difference=models.F("counted_points") - models.F("closing_points"))
                & (models.Q(difference=0, agrees=True) | (~models.Q(difference=0) & models.Q(agrees=False))),
                name="rewards_day_difference",
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.day}: {self.closing_points}"

    @property
    def value(self) -> Money:
        return Money(amount=self.closing_value, currency=self.currency)


class PartnerBill(Aggregate):
    """What a partner owes for the points that its campaign gave until a month began: `points` at
    `price_amount` minor units for `price_points`, once for each month. Payments collects it under the bill's
    id. Kept as long as accounts must be."""

    campaign_id = models.UUIDField()
    month = models.DateField()
    partner_kind = models.CharField(max_length=12)
    partner_id = models.UUIDField()
    partner_name = models.CharField(max_length=140)
    points = models.BigIntegerField()
    price_points = models.IntegerField()
    price_amount = models.IntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    due_days = models.SmallIntegerField()
    state_name = models.CharField(max_length=12, db_column="state", default=BillState.WANTED.value)
    invoice = models.CharField(max_length=32, default="")
    due_on = models.DateField(null=True)

    MACHINES: ClassVar[dict[str, Machine[BillState]]] = {"state_name": BILL}
    NOT_FINAL = models.Q(state_name__in=(BillState.WANTED.value, BillState.INVOICED.value))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("campaign_id", "region", "month"), name="rewards_bill_once"),
            models.CheckConstraint(
                condition=models.Q(points__gt=0, amount__gt=0), name="rewards_bill_is_over_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} of {self.partner_name}: {self.state_name}"

    @property
    def state(self) -> BillState:
        return BillState(self.state_name)

    def move_to(self, state: BillState) -> None:
        """Raises StateConflict for what is not drawn."""
        BILL.check(self.state, state)
        self.state_name = state.value

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
