"""Memberships, and the runs in which they are billed."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models

from modules.subscriptions.interface import MembershipState
from modules.subscriptions.models.catalogue import Plan, PlanVersion
from modules.subscriptions.states import ENDED, MEMBERSHIP, RENEWING, RUN, RunState
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.states import Machine


class Membership(Aggregate):
    """A customer's membership of a plan, on the terms of `version_of`, in the region that it was bought in.

    Days are the region's. What is paid for are periods of a cycle that begins on `anchor`; `next_number` is
    that of the next one, and `billed` counts those of this version so far, by which its phases go. Benefits
    are paid for until before `paid_to`: the end of a period of `period_days`, which cost `period_price` in
    minor units before tax that is added, or would cost on the terms it is on now. At `due_at` something is to
    be done by itself: a period begins, a payment is tried again, a pause ends, or what was never paid
    expires; null where nothing is. `owes` is the invoice of a period that is not paid. From its first period
    on that begins on `next_version_from` or later it is on the terms of `next_version`. It `cancels` when the
    period is over, or is on the terms of `becomes` then, which are another plan's. `paused_from` until before
    `paused_to` it rests, and `resumes_as` it was before; `paused_days` are those of pauses that are over,
    since `paused_since`. Its customer was `reminded_of` the charge of that day. When it is over its customer
    may be `invited_at` some later time to come back. Kept as long as accounts must be."""

    customer_id = models.UUIDField(db_index=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="members")
    version_of = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="members")
    state_name = models.CharField(
        max_length=20,
        db_column="state",
        choices=[(state.value, state.value) for state in MembershipState if state in MEMBERSHIP.reachable()],
    )
    method = models.CharField(max_length=64)
    started_on = models.DateField()
    anchor = models.DateField()
    next_number = models.IntegerField(default=0)
    billed = models.IntegerField(default=0)
    paid_to = models.DateField()
    period_days = models.IntegerField(default=0, db_default=0)
    period_price = models.BigIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    owes = models.UUIDField(null=True)
    cancels = models.BooleanField(default=False)
    becomes = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, related_name="+")
    next_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, related_name="+")
    next_version_from = models.DateField(null=True)
    reminded_of = models.DateField(null=True)
    paused_from = models.DateField(null=True)
    paused_to = models.DateField(null=True)
    resumes_as = models.CharField(max_length=20, default="")
    paused_days = models.IntegerField(default=0)
    paused_since = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=32, default="")
    invited_at = models.DateTimeField(null=True)

    MACHINES: ClassVar[dict[str, Machine[MembershipState]]] = {"state_name": MEMBERSHIP}
    # What changes with time and by use cases; the rest never does.
    CHANGING = (
        "plan",
        "version_of",
        "state_name",
        "method",
        "anchor",
        "next_number",
        "billed",
        "paid_to",
        "period_days",
        "period_price",
        "due_at",
        "owes",
        "cancels",
        "becomes",
        "next_version",
        "next_version_from",
        "reminded_of",
        "paused_from",
        "paused_to",
        "resumes_as",
        "paused_days",
        "paused_since",
        "ended_on",
        "reason",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("region", "customer_id"),
                condition=~models.Q(state_name__in=sorted(state.value for state in ENDED)),
                name="subscriptions_one_membership",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",), condition=models.Q(due_at__isnull=False), name="subscriptions_due"
            ),
            models.Index(
                fields=("region", "ended_on"),
                condition=models.Q(state_name=MembershipState.CANCELED.value, invited_at=None),
                name="subscriptions_to_invite",
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} since {self.started_on}: {self.state_name}"

    @property
    def state(self) -> MembershipState:
        return MembershipState(self.state_name)

    def move_to(self, state: MembershipState) -> None:
        """Raises StateConflict for what is not drawn."""
        MEMBERSHIP.check(self.state, state)
        self.state_name = state.value

    def terms_on(self, day: date) -> PlanVersion:
        """Those of a period of the same plan that begins on that day."""
        newer: PlanVersion | None = self.next_version
        from_on: date | None = self.next_version_from
        if newer is None or from_on is None or day < from_on:
            terms: PlanVersion = self.version_of
            return terms
        return newer

    @property
    def is_over(self) -> bool:
        return self.state in ENDED

    @property
    def renews(self) -> bool:
        """A next period begins by itself."""
        return self.state in RENEWING and not self.cancels

    def have(self, version: PlanVersion) -> None:
        """From now on it is on these terms; introductions are for those who join."""
        self.plan, self.version_of, self.becomes = version.plan, version, None
        self.next_version = self.next_version_from = None
        self.billed = sum(phase.periods for phase in version.phases)

    def have_paid(self, begins: date, ends: date, price: int) -> None:
        """For a period, so much for all of it."""
        self.paid_to, self.period_days, self.period_price = ends, (ends - begins).days, price

    def begin_anew(self, on: date) -> None:
        """Periods are counted from that day on."""
        self.anchor, self.next_number = on, 0


class BillingRun(Aggregate):
    """Invoices of a region that are charged together. Kept as long as they are."""

    state_name = models.CharField(max_length=12, db_column="state", default=RunState.ASKING.value)
    present = models.BooleanField(default=False)

    MACHINES: ClassVar[dict[str, Machine[RunState]]] = {"state_name": RUN}
    NOT_FINAL = models.Q(state_name=RunState.ASKING.value)

    def __str__(self) -> str:
        return f"run {self.id}: {self.state_name}"

    @property
    def state(self) -> RunState:
        return RunState(self.state_name)

    def move_to(self, state: RunState) -> None:
        """Raises StateConflict for what is not drawn."""
        RUN.check(self.state, state)
        self.state_name = state.value


class TrialUse(models.Model):
    """Somebody has had a trial in the region: a `mark` stands for a customer, or for a card, a phone or a
    device, which it does not tell; `by` is the membership that began with it. Kept as long as there are
    trials."""

    region = models.CharField(max_length=16)
    mark = models.CharField(max_length=128)
    by = models.UUIDField(null=True)
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("region", "mark"), name="subscriptions_trial_once"),)

    def __str__(self) -> str:
        return f"a trial in {self.region}"


class KnownCard(models.Model):
    """What stands for a card that a customer keeps at payments, as it was told. Forgotten when it is kept no
    longer."""

    method = models.CharField(max_length=64, primary_key=True)
    mark = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return self.method


class KnownPhone(models.Model):
    """What stands for a customer's phone number, as identity told it. Forgotten with its customer."""

    customer_id = models.UUIDField(primary_key=True)
    mark = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return str(self.customer_id)


class Saving(models.Model):
    """What a membership took off a delivered order, in minor units; nothing of one whose money all went back
    (`undone_at`). Kept as long as the membership."""

    order_id = models.UUIDField(primary_key=True)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="savings")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
