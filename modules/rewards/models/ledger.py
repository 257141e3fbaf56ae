"""The ledger. Only `Entry` is ever written: the database itself keeps balances, lots and holds by what is
entered (`migrations/0008_quicker`), and refuses what breaks it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from modules.rewards.interface import Flow, HoldConflict, HoldState
from modules.rewards.states import HOLD, POINTS, AccountKind
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.states import Machine

# An account that many transfers touch is this many rows, of which each takes one.
STRIPES = 16
# Who owns the programme's own accounts.
PROGRAMME = UUID(int=0)


class Account(models.Model):
    """Where points or money lie. `owner` is the customer, the charity or the campaign, PROGRAMME of the
    others. `region` is empty for customers, whose points are good everywhere. `unit` is PTS or a currency,
    the balance in points or minor units and never below `floor`. Accounts of the programme and of parties are
    STRIPES rows, which together are the account. Never deleted."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in AccountKind])
    owner = models.UUIDField(default=PROGRAMME)
    region = models.CharField(max_length=16, default="")
    unit = models.CharField(max_length=3, default=POINTS)
    stripe = models.SmallIntegerField(default=0)
    balance = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "kind", "region", "unit", "stripe"),
                name="rewards_account_once",
            ),
            models.CheckConstraint(
                condition=models.Q(floor=None) | models.Q(balance__gte=models.F("floor")),
                name="rewards_account_floor",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=AccountKind.DEBT.value) | models.Q(balance__lte=0),
                name="rewards_debt_is_owed",
            ),
        )
        indexes = (
            models.Index(
                fields=("region",),
                condition=models.Q(kind=AccountKind.FUNDING.value),
                name="rewards_account_funding",
            ),
            models.Index(
                fields=("owner",),
                condition=models.Q(kind=AccountKind.AVAILABLE.value),
                name="rewards_account_wallet",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.owner or self.region}: {self.balance} {self.unit}"


class Entry(models.Model):
    """A transfer of `amount` from the account `debit` to the account `credit`: what happened, for ever. `id`
    is its client's. `lots` and `parts` say which lots it took or gave how much, `lot_id` the one that was
    asked for. `after` is what the customer had available afterwards, `number` the order in which each
    customer's happened. Only ever added; kept as long as accounts must be."""

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(editable=False)
    flow = models.CharField(max_length=16, choices=[(flow.value, flow.value) for flow in Flow])
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    amount = models.BigIntegerField()
    unit = models.CharField(max_length=3)
    region = models.CharField(max_length=16)
    customer_id = models.UUIDField(null=True)
    party_id = models.UUIDField(null=True)
    lot_id = models.UUIDField(null=True)
    hold_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    lots = ArrayField(models.UUIDField())
    parts = ArrayField(models.BigIntegerField())
    expires_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=64)
    after = models.BigIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = (
            models.Index(fields=("customer_id", "number"), name="rewards_entry_statement"),
            BrinIndex(fields=("at",), name="rewards_entry_at"),  # a day's entries lie together
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="rewards_entry_amount_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="rewards_entry_moves_something"
            ),
        )

    def __str__(self) -> str:
        return f"{self.flow}: {self.amount} {self.unit}"


class Lot(models.Model):
    """Points that a customer got at once: `id` is the entry that opened it. What is left of its `points` is
    pending, available or held; `order_id` and `reason` say what for. `region` is where they were issued and
    whose liability they are. What expires is taken first. Kept as long as its entries."""

    id = models.UUIDField(primary_key=True)
    customer_id = models.UUIDField()
    region = models.CharField(max_length=16)
    order_id = models.UUIDField(null=True)
    points = models.BigIntegerField()
    pending = models.BigIntegerField(default=0)
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=64)
    is_open = models.GeneratedField(
        expression=models.Q(pending__gt=0)  # type: ignore[arg-type]  # a Q is an expression
        | models.Q(available__gt=0)
        | models.Q(held__gt=0),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("customer_id", "expires_at", "id"),
                condition=models.Q(is_open=True),
                name="rewards_lot_of_customer",
            ),
            models.Index(
                fields=("expires_at",), condition=models.Q(is_open=True), name="rewards_lot_expiring"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(pending__gte=0, available__gte=0, held__gte=0)
                & models.Q(points__gte=models.F("pending") + models.F("available") + models.F("held")),
                name="rewards_lot_within_points",
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points until {self.expires_at:%Y-%m-%d}"


class Hold(Aggregate):
    """Points that are promised to an order, or without one to whom they are sent once that was looked into;
    `id` is the entry that held them, `lots` and `parts` what it took. It ends once, the database sees to
    that: the first `posted` of `points` were spent and the others are free again. `restored` of those spent
    came back, the last first. What lapses is found by `lapses_at`, many at a time, so that no hold needs a
    deadline of its own."""

    customer_id = models.UUIDField(db_index=True)
    order_id = models.UUIDField(null=True, db_index=True)
    points = models.BigIntegerField()
    lots = ArrayField(models.UUIDField())
    parts = ArrayField(models.BigIntegerField())
    posted = models.BigIntegerField(default=0)
    restored = models.BigIntegerField(default=0)
    state_name = models.CharField(max_length=12, db_column="state", default=HoldState.HELD.value)
    lapses_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    MACHINES: ClassVar[dict[str, Machine[HoldState]]] = {"state_name": HOLD}

    class Meta:
        indexes = (
            models.Index(
                fields=("lapses_at",), condition=models.Q(ended_at=None), name="rewards_hold_lapsing"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(restored__gte=0)
                & models.Q(posted__gte=models.F("restored"))
                & models.Q(points__gte=models.F("posted")),
                name="rewards_hold_within_points",
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points: {self.state_name}"

    @property
    def state(self) -> HoldState:
        return HoldState(self.state_name)

    def move_to(self, state: HoldState) -> None:
        """In memory: the ledger writes it. Raises HoldConflict for what is not drawn."""
        if not HOLD.allows(self.state, state):
            raise HoldConflict(hold_id=self.id, state=self.state_name, action=state.value)
        self.state_name = state.value


class Refusal(models.Model):
    """A transfer that was refused, so that the same id is refused the same. `terms` is a digest of what was
    asked. Forgotten after `services.posting.REFUSALS_KEPT`."""

    id = models.UUIDField(primary_key=True)
    terms = models.BinaryField()
    code = models.CharField(max_length=24)
    there = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=("at",), name="rewards_refusal_age"),)

    def __str__(self) -> str:
        return f"{self.id}: {self.code}"
