"""Payments and what the provider confirmed about them: the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from functools import cache, cached_property
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from modules.payments.errors import IllegalTransition
from modules.payments.interface import ORDER, PaymentState
from modules.payments.models.charges import ChargeBatch
from modules.payments.models.shares import PARTS, PerParty, Split, adds_up, draw
from modules.payments.policies import ASKED_AGAIN_AFTER, SANDBOX, patience
from modules.payments.states import AT_REST, PAYMENT
from tiffin import clock, db, regions
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class EntryKind(Enum):
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    RECOVERED = "recovered"  # charged back, and ours again


# What each kind is drawn from: what came by the first and is not yet gone by the second.
_HELD = (EntryKind.AUTHORISED,), (EntryKind.CAPTURED, EntryKind.VOIDED)
_OURS = (EntryKind.CAPTURED, EntryKind.RECOVERED), (EntryKind.REFUNDED, EntryKind.CHARGED_BACK)
_DRAWN_FROM = {
    EntryKind.CAPTURED: _HELD,
    EntryKind.VOIDED: _HELD,
    EntryKind.REFUNDED: _OURS,
    EntryKind.CHARGED_BACK: _OURS,
    EntryKind.RECOVERED: ((EntryKind.CHARGED_BACK,), (EntryKind.RECOVERED,)),
}

# A payment is authorised and captured once, whatever references the provider gives it.
_ONCE = frozenset({EntryKind.AUTHORISED, EntryKind.CAPTURED})


class Payment(Aggregate):
    """The money of one order, or of a charge: then `order_id` is the id that its caller gave, `purpose` the
    caller's word, and `batch` what it was asked for with; who was not `present` has time to confirm.

    `amount` is what was asked for, `capture_amount` what is to be taken; what was held, taken, let go and
    given back is summed from the entries. `parts` and `capture_parts` say whose these are, in the order of
    `shares.PARTS`, when somebody told; `asked` counts how often an answer that is overdue was asked for.
    `provider` holds it, whoever serves the region by now. Kept as long as accounts must be."""

    order_id = models.UUIDField(unique=True)
    customer_id = models.UUIDField(db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=64)
    state_name = models.CharField(max_length=24, db_column="state", default=PaymentState.PENDING.value)
    action_url = models.TextField(default="")
    reason = models.CharField(max_length=64, default="")
    capture_amount = models.BigIntegerField(default=0)
    parts = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    capture_parts = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    void_number = models.IntegerField(default=0)
    provider = models.CharField(max_length=16, default=SANDBOX)
    asked = models.SmallIntegerField(default=0, db_default=0)
    purpose = models.CharField(max_length=16, default=ORDER, db_default=ORDER)
    present = models.BooleanField(default=True, db_default=True)
    batch = models.ForeignKey(
        ChargeBatch, on_delete=models.PROTECT, null=True, db_index=False, related_name="payments"
    )

    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in AT_REST))
    MACHINES: ClassVar[dict[str, Machine[PaymentState]]] = {"state_name": PAYMENT}
    CHANGING = (
        "state_name",
        "action_url",
        "reason",
        "capture_amount",
        "capture_parts",
        "void_number",
        "asked",
    )

    class Meta:
        indexes = (
            models.Index(fields=("batch",), condition=models.Q(batch__isnull=False), name="payment_of_batch"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(capture_amount__gte=0, capture_amount__lte=models.F("amount")),
                name="payment_capture_within_amount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} for {self.purpose} {self.order_id}: {self.state_name}"

    @classmethod
    @cache
    def fields(cls) -> tuple[str, ...]:
        """What a use case may save: the terms never change."""
        return cls.CHANGING

    @property
    def state(self) -> PaymentState:
        return PaymentState(self.state_name)

    @property
    def is_charge(self) -> bool:
        """Taken as soon as it is held."""
        return self.purpose != ORDER

    def move_to(self, state: PaymentState) -> None:
        """Raises IllegalTransition for what the table does not know."""
        if not PAYMENT.allows(self.state, state):
            raise IllegalTransition(from_state=self.state_name, to_state=state.value)
        self.state_name, self.asked = state.value, 0

    # Money ------------------------------------------------------------------------------------------

    def of(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    @property
    def money(self) -> Money:
        return self.of(self.amount)

    def total(self, kind: EntryKind) -> Money:
        """What the provider confirmed of this kind so far."""
        return self.of(sum(entry.amount for entry in self.confirmed if entry.kind == kind.value))

    def split(self, kind: EntryKind) -> Split:
        """The same by whose it is."""
        whole = Split()
        for entry in self.confirmed:
            if entry.kind == kind.value:
                whole = whole.plus(entry.split)
        return whole

    def left_for(self, kind: EntryKind) -> Split:
        """What an entry of this kind can be drawn from."""
        if kind is EntryKind.AUTHORISED:
            return Split.of(self.amount, self.parts)
        came, gone = _DRAWN_FROM[kind]
        left = Split()
        for each in came:
            left = left.plus(self.split(each))
        for each in gone:
            left = left.minus(self.split(each))
        return left

    @cached_property
    def confirmed(self) -> list[PaymentEntry]:
        return db.find(PaymentEntry, payment_id=self.id)

    @property
    def held(self) -> Money:
        return (
            self.total(EntryKind.AUTHORISED) - self.total(EntryKind.CAPTURED) - self.total(EntryKind.VOIDED)
        )

    @property
    def refundable(self) -> Money:
        """What may still be asked back: captured or being captured, less all refunds not refused, and what
        the customer's bank has taken back already."""
        asked = sum(request.amount for request in self.refunds.all() if not request.is_refused)
        taken_back = self.total(EntryKind.CHARGED_BACK) - self.total(EntryKind.RECOVERED)
        return self.of(max(self.capture_amount - asked - taken_back.amount, 0))

    def enter(self, kind: EntryKind, amount: Money, reference: str, *, parts: Sequence[int] = ()) -> bool:
        """Write down what the provider confirmed, and whose it is: by `parts` as far as they are there, else
        in proportion. False if it was written down before or is nothing."""
        if not amount or (kind in _ONCE and self.total(kind)):
            return False
        entry = self.entry(kind, amount, reference, parts=parts)
        new = db.insert(entry, unless_taken=("payment", "kind", "reference"))
        if new and "confirmed" in self.__dict__:  # read already
            self.confirmed.append(entry)
        return bool(new)

    def entry(
        self, kind: EntryKind, amount: Money, reference: str, *, parts: Sequence[int] = ()
    ) -> PaymentEntry:
        """What `enter` writes down."""
        number = self._mine(amount)
        wanted = Split.of(sum(parts), parts) if parts else None
        split = draw(number, self.left_for(kind), wanted)
        return PaymentEntry(
            payment=self,
            kind=kind.value,
            reference=reference,
            amount=number,
            at=clock.now(),
            **dict(zip(PARTS, split.parts, strict=True)),
        )

    def _mine(self, amount: Money) -> int:
        return (Money.zero(self.currency) + amount).amount

    # Keys under which the provider knows us --------------------------------------------------------------

    @property
    def charge_key(self) -> str:
        return f"{self.id}:authorise"

    @property
    def capture_key(self) -> str:
        return f"{self.id}:capture"

    @property
    def void_key(self) -> str:
        return f"{self.id}:void:{self.void_number}"

    def refund_key(self, number: int) -> str:
        return f"{self.id}:refund:{number}"

    # Time ---------------------------------------------------------------------------------------------

    def patience(self, name: str) -> timedelta:
        region = regions.get(self.region)
        return patience(region, name, on=region.local(clock.now()).date())

    @property
    def next_question(self) -> timedelta:
        """How long to wait for an answer that is out, before it is asked for (again)."""
        if not self.asked:
            return self.patience("payment_answer_seconds")
        return ASKED_AGAIN_AFTER[min(self.asked, len(ASKED_AGAIN_AFTER)) - 1]


def payment_of(key: str) -> UUID:
    """The payment that a key of ours belongs to. Raises ValueError for another's key."""
    return UUID(key.partition(":")[0])


class PaymentEntry(PerParty):
    """Something the provider confirmed, by whose money it was. Only ever added: the database refuses to
    change one. `at` is when we wrote it down, and so the day to which it counts."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in EntryKind])
    reference = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("payment", "kind", "reference"), name="payment_entry_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_entry_positive"),
            models.CheckConstraint(condition=adds_up(), name="payment_entry_adds_up"),
        )
        # Entries of a day lie together, as they are only added.
        indexes = (BrinIndex(fields=("at",), name="payment_entry_at"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class RefundState(Enum):
    WANTED = "wanted"
    DONE = "done"
    REFUSED = "refused"


REFUND = Machine(
    "A refund that payments was asked for",
    RefundState.WANTED,
    {RefundState.WANTED: (RefundState.DONE, RefundState.REFUSED)},
)


class RefundRequest(models.Model):
    """Somebody wants `amount` given back; they are carried out one after the other, in order of `number`.
    `reference` is the key of the command that asked for it: asked again, however late, it is the same one.
    `parts` says from whom, in the order of `shares.PARTS`, when somebody told."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    number = models.IntegerField()
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64)
    state_name = models.CharField(max_length=12, db_column="state", default=RefundState.WANTED.value)
    wanted_at = models.DateTimeField(default=clock.now)
    reference = models.CharField(max_length=255, null=True)
    parts = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    MACHINES: ClassVar[dict[str, Machine[RefundState]]] = {"state_name": REFUND}

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("payment", "number"), name="payment_refund_once"),
            models.UniqueConstraint(fields=("payment", "reference"), name="payment_refund_asked_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_refund_positive"),
        )

    def __str__(self) -> str:
        return f"refund {self.number}: {self.amount} {self.state_name}"

    def move_to(self, state: RefundState) -> None:
        """Raises StateConflict for what is not drawn."""
        REFUND.check(RefundState(self.state_name), state)
        self.state_name = state.value

    @property
    def is_wanted(self) -> bool:
        return self.state_name == RefundState.WANTED.value

    @property
    def is_refused(self) -> bool:
        return self.state_name == RefundState.REFUSED.value
