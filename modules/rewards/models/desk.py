"""What customers and staff do with points: whether a wallet may be used, what one sends another, and what
staff give and take."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from modules.rewards.interface import SendingState
from modules.rewards.states import ADJUSTMENT, SENDING, STANDING, AdjustmentState, WalletState
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.states import Machine

# With the word before it, it is an entry's reason.
REASON_LENGTH = 54


class WalletStanding(Aggregate):
    """How a wallet stands; its id is the customer's, and who has no row is in good standing. Others send it
    points by its `code`, which a forgotten customer has no more. `region` is where the wallet was when the
    row was made: its limits hold. `why`, `by` and `since` are of the last change. Kept as long as its
    entries."""

    code = models.CharField(max_length=9, null=True, unique=True)
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value.replace("_", " ")) for state in WalletState],
        default=WalletState.GOOD.value,
    )
    why = models.CharField(max_length=200, default="", blank=True)
    by = models.CharField(max_length=64, default="", blank=True)
    since = models.DateTimeField(default=clock.now)
    decide_by = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    NOT_FINAL = models.Q(state_name=WalletState.UNDER_REVIEW.value)
    MACHINES: ClassVar[dict[str, Machine[WalletState]]] = {"state_name": STANDING}

    class Meta:
        indexes = (
            models.Index(
                fields=("decide_by",),
                condition=models.Q(state_name=WalletState.UNDER_REVIEW.value),
                name="rewards_standing_to_decide",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.state_name}"

    @property
    def state(self) -> WalletState:
        return WalletState(self.state_name)

    @property
    def is_good(self) -> bool:
        return self.state is WalletState.GOOD

    def move_to(self, state: WalletState) -> None:
        """Raises StateConflict for what is not drawn."""
        STANDING.check(self.state, state)
        self.state_name = state.value


class StandingChange(models.Model):
    """That a wallet's standing changed: the trail of its reviews. Only ever added; kept with its wallet."""

    standing = models.ForeignKey(WalletStanding, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    why = models.CharField(max_length=200)
    by = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.before} to {self.after}: {self.why}"


class PointsSent(Aggregate):
    """Points that one customer sent another; the entries say of which lots. What a rule wants looked into is
    held, at most one sending of each customer, until that was `decided_at`; nothing that went is ever undone.
    Kept as long as its entries."""

    sender = models.UUIDField()
    receiver = models.UUIDField()
    points = models.BigIntegerField()
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value) for state in SendingState if state is not SendingState.UNKNOWN],
        default=SendingState.SENT.value,
        db_default=SendingState.SENT.value,
    )
    decided_at = models.DateTimeField(null=True)

    NOT_FINAL = models.Q(state_name=SendingState.HELD.value)
    MACHINES: ClassVar[dict[str, Machine[SendingState]]] = {"state_name": SENDING}

    class Meta:
        verbose_name_plural = "points sent"
        indexes = (
            models.Index(fields=("sender", "created_at"), name="rewards_sent_by"),
            models.Index(fields=("receiver", "created_at"), name="rewards_sent_to"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(points__gt=0), name="rewards_sent_something"),
            models.CheckConstraint(
                condition=~models.Q(sender=models.F("receiver")), name="rewards_sent_to_another"
            ),
            models.UniqueConstraint(
                fields=("sender",),
                condition=models.Q(state_name=SendingState.HELD.value),
                name="rewards_sent_one_held",
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points"

    @property
    def state(self) -> SendingState:
        return SendingState(self.state_name)

    def move_to(self, state: SendingState) -> None:
        """Raises StateConflict for what is not drawn."""
        SENDING.check(self.state, state)
        self.state_name = state.value


class Adjustment(Aggregate):
    """Points that staff give, or take where they are below zero, because of `reason`, which the customer
    reads. `asked_by` wants it; where it is much, another of the staff, `decided_by`, agrees by `decide_by`.
    Kept as long as its entries."""

    customer_id = models.UUIDField(db_index=True)
    points = models.BigIntegerField()
    reason = models.CharField(max_length=REASON_LENGTH)
    state_name = models.CharField(
        max_length=12,
        db_column="state",
        choices=[(state.value, state.value) for state in AdjustmentState],
        default=AdjustmentState.WANTED.value,
        editable=False,
    )
    asked_by = models.UUIDField(editable=False)
    decided_by = models.UUIDField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decide_by = models.DateTimeField(editable=False)

    NOT_FINAL = models.Q(state_name=AdjustmentState.WANTED.value)
    MACHINES: ClassVar[dict[str, Machine[AdjustmentState]]] = {"state_name": ADJUSTMENT}

    class Meta:
        indexes = (
            models.Index(
                fields=("decide_by",),
                condition=models.Q(state_name=AdjustmentState.WANTED.value),
                name="rewards_adjustment_open",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(points=0),
                name="rewards_adjustment_not_zero",
                violation_error_message="Give or take at least one point.",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="rewards_adjustment_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.points:+} points: {self.state_name}"

    @property
    def state(self) -> AdjustmentState:
        return AdjustmentState(self.state_name)

    def move_to(self, state: AdjustmentState) -> None:
        """Raises StateConflict for what is not drawn."""
        ADJUSTMENT.check(self.state, state)
        self.state_name = state.value
