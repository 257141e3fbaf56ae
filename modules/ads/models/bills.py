"""What advertisers were billed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.ads.interface import AdBillState
from modules.ads.states import BILL
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Bill(Aggregate):
    """What an advertiser spent on days before `month` began and no bill before has asked for: `micros`, which
    are `amount` in minor units. Once for each month; payments collects it under the bill's id. Kept as long
    as accounts must be."""

    advertiser_id = models.UUIDField()
    month = models.DateField()
    payer_kind = models.CharField(max_length=12)
    payer_id = models.UUIDField()
    payer_name = models.CharField(max_length=140)
    micros = models.BigIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    due_days = models.SmallIntegerField()
    state_name = models.CharField("state", max_length=12, db_column="state", default=AdBillState.WANTED.value)
    invoice = models.CharField(max_length=32, default="")
    due_on = models.DateField(null=True)

    MACHINES: ClassVar[dict[str, Machine[AdBillState]]] = {"state_name": BILL}
    NOT_FINAL = models.Q(state_name__in=(AdBillState.WANTED.value, AdBillState.INVOICED.value))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("advertiser_id", "month"), name="ads_bill_once"),
            models.CheckConstraint(
                condition=models.Q(micros__gt=0, amount__gt=0), name="ads_bill_is_over_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} of {self.payer_name}: {self.state_name}"

    @property
    def state(self) -> AdBillState:
        return AdBillState(self.state_name)

    def move_to(self, state: AdBillState) -> None:
        """Raises StateConflict for what is not drawn."""
        BILL.check(self.state, state)
        self.state_name = state.value

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)
