"""A region's books: the days that are closed, and how far they were compared with the provider's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from modules.payments.models.payment import EntryKind, Payment
from modules.payments.models.shares import PerParty, adds_up
from modules.payments.models.transfers import TransferKind
from tiffin import clock
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Book(Aggregate):
    """One for each region. `next_day` is the first that is not closed yet; up to `compared_until` what we
    wrote down was compared with what the provider did; `invoices` is the last number given. Never final: its
    deadline takes up work that was given up."""

    next_day = models.DateField()
    compared_until = models.DateTimeField()
    invoices = models.IntegerField(default=0, db_default=0)

    NOT_FINAL = models.Q(region__gt="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("region",), name="book_once"),)

    def __str__(self) -> str:
        return self.region


# What the days are closed by: what was confirmed of payments, and what of payouts and collections.
CLOSED = [(kind.value, kind.value.replace("_", " ")) for kind in (*EntryKind, *TransferKind)]


class DayClose(PerParty):
    """All of one kind that was written down in a region on a local day: `count` entries over `amount`. What
    is paid out or collected is no party's of an order. Only ever added: what comes later belongs to the day
    on which it came. Kept as long as accounts must be."""

    region = models.CharField(max_length=16)
    day = models.DateField()
    kind = models.CharField(max_length=12, choices=CLOSED)
    currency = models.CharField(max_length=3)
    count = models.IntegerField()
    closed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-day", "region", "kind")
        constraints = (
            models.UniqueConstraint(fields=("region", "day", "kind", "currency"), name="day_closed_once"),
            models.CheckConstraint(condition=adds_up(), name="day_close_adds_up"),
        )

    def __str__(self) -> str:
        return f"{self.region} {self.day}: {self.kind}"

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)


class What(models.TextChoices):
    """In what way the provider and we do not agree."""

    ONLY_PROVIDER = "only_provider", "the provider has it, we do not"
    ONLY_LEDGER = "only_ledger", "we have it, the provider does not"
    AMOUNT = "amount", "the amounts differ"
    KIND = "kind", "the kinds differ"
    NOT_CLOSED = "not_closed", "the payment does not close"
    NEVER_TAKEN = "never_taken", "held for an order that never took it, and let go"


class MismatchState(models.TextChoices):
    OPEN = "open"
    MENDED = "mended"
    AGREED = "agreed"
    RESOLVED = "resolved"


# What came right by itself and is there again is open again; what staff resolved stays so.
MISMATCH = Machine(
    "A mismatch between a payment provider and us",
    MismatchState.OPEN,
    {
        MismatchState.OPEN: (MismatchState.MENDED, MismatchState.AGREED, MismatchState.RESOLVED),
        MismatchState.MENDED: (MismatchState.OPEN,),
        MismatchState.AGREED: (MismatchState.OPEN,),
    },
)


class Mismatch(Aggregate):
    """Something on which the provider and we do not agree, or that does not add up: opened once for each
    `subject`, asked after daily while it is open. `mended` is what we wrote down after asking, `agreed` what
    came right by itself, `resolved` what staff say is. `holder` is the provider. Amounts in minor units; kept
    for accounts."""

    subject = models.CharField(max_length=200, unique=True)
    what = models.CharField(max_length=16, choices=What.choices)
    state_name = models.CharField(
        max_length=12, db_column="state", choices=MismatchState.choices, default=MismatchState.OPEN
    )
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="mismatches")
    holder = models.CharField(max_length=16)
    kind = models.CharField(max_length=12, default="")
    key = models.CharField(max_length=80, default="")
    reference = models.CharField(max_length=80, default="")
    currency = models.CharField(max_length=3)
    ours = models.BigIntegerField(null=True)
    theirs = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField(null=True)
    words = models.TextField(default="")
    seen_at = models.DateTimeField(default=clock.now)
    seen = models.IntegerField(default=1)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, default="")
    note = models.CharField(max_length=300, default="")

    NOT_FINAL = models.Q(state_name=MismatchState.OPEN)
    MACHINES: ClassVar[dict[str, Machine[MismatchState]]] = {"state_name": MISMATCH}

    class Meta:
        verbose_name_plural = "mismatches"
        indexes = (
            models.Index(
                fields=("region",), condition=models.Q(state_name=MismatchState.OPEN), name="mismatch_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.state_name == MismatchState.OPEN

    def move_to(self, state: MismatchState) -> None:
        """Raises StateConflict for what is not drawn."""
        MISMATCH.check(MismatchState(self.state_name), state)
        self.state_name = state

    def money(self, amount: int | None) -> Money | None:
        return None if amount is None else Money(amount=amount, currency=self.currency)
