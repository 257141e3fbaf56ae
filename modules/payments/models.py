"""Payments and what the provider confirmed about them."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from functools import cached_property
from uuid import UUID

from django.db import models

from modules.payments.interface import PaymentState
from modules.payments.policies import SANDBOX, patience
from modules.payments.states import (
    AT_REST,
    KEEPING_AT_REST,
    OPEN,
    TRANSITIONS,
    DisputeStanding,
    KeepingState,
)
from tiffin import clock, db, regions
from tiffin.db import Aggregate
from tiffin.money import Money


class IllegalTransition(RuntimeError):
    """The table in `states.py` does not allow this step: a mistake in payments itself."""


class EntryKind(Enum):
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    RECOVERED = "recovered"  # charged back, and ours again


# A payment is authorised and captured once, whatever references the provider gives it.
_ONCE = frozenset({EntryKind.AUTHORISED, EntryKind.CAPTURED})


class Payment(Aggregate):
    """The money of one order. `amount` is what was asked for, `capture_amount` what is to be taken; what was
    held, taken, let go and given back is summed from the entries. `provider` holds it, whoever serves the
    region by now. Kept as long as accounts must be."""

    order_id = models.UUIDField(unique=True)
    customer_id = models.UUIDField(db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=64)
    state_name = models.CharField(max_length=24, db_column="state", default=PaymentState.PENDING.value)
    action_url = models.TextField(default="")
    reason = models.CharField(max_length=64, default="")
    capture_amount = models.BigIntegerField(default=0)
    void_number = models.IntegerField(default=0)
    provider = models.CharField(max_length=16, default=SANDBOX)

    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in AT_REST))

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(capture_amount__gte=0, capture_amount__lte=models.F("amount")),
                name="payment_capture_within_amount",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} for order {self.order_id}: {self.state_name}"

    @property
    def state(self) -> PaymentState:
        return PaymentState(self.state_name)

    def move_to(self, state: PaymentState) -> None:
        """Raises IllegalTransition for what the table does not know."""
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"{self.id}: {self.state_name} → {state.value}")
        self.state_name = state.value

    # Money ------------------------------------------------------------------------------------------

    def of(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    @property
    def money(self) -> Money:
        return self.of(self.amount)

    def total(self, kind: EntryKind) -> Money:
        """What the provider confirmed of this kind so far."""
        return self.of(sum(entry.amount for entry in self.confirmed if entry.kind == kind.value))

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
        """What may still be asked back: captured or being captured, less all refunds not refused."""
        return self.of(self.capture_amount - sum(r.amount for r in self.refunds.all() if not r.is_refused))

    def enter(self, kind: EntryKind, amount: Money, reference: str) -> bool:
        """Write down what the provider confirmed; False if it was written down before or is nothing."""
        if not amount or (kind in _ONCE and self.total(kind)):
            return False
        entry = PaymentEntry(
            payment=self, kind=kind.value, reference=reference, amount=self._mine(amount), at=clock.now()
        )
        new = db.insert(entry, unless_taken=("payment", "kind", "reference"))
        if new and "confirmed" in self.__dict__:  # read already
            self.confirmed.append(entry)
        return bool(new)

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


def payment_of(key: str) -> UUID:
    """The payment that a key of ours belongs to. Raises ValueError for another's key."""
    return UUID(key.partition(":")[0])


class PaymentEntry(models.Model):
    """Something the provider confirmed. Only ever added: the database refuses to change one."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in EntryKind])
    amount = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("payment", "kind", "reference"), name="payment_entry_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_entry_positive"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class RefundState(Enum):
    WANTED = "wanted"
    DONE = "done"
    REFUSED = "refused"


class RefundRequest(models.Model):
    """Somebody wants `amount` given back; they are carried out one after the other, in order of `number`.
    `reference` is the key of the command that asked for it: asked again, however late, it is the same one."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    number = models.IntegerField()
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64)
    state_name = models.CharField(max_length=12, db_column="state", default=RefundState.WANTED.value)
    wanted_at = models.DateTimeField(default=clock.now)
    reference = models.CharField(max_length=255, null=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("payment", "number"), name="payment_refund_once"),
            models.UniqueConstraint(fields=("payment", "reference"), name="payment_refund_asked_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_refund_positive"),
        )

    def __str__(self) -> str:
        return f"refund {self.number}: {self.amount} {self.state_name}"

    @property
    def is_wanted(self) -> bool:
        return self.state_name == RefundState.WANTED.value

    @property
    def is_refused(self) -> bool:
        return self.state_name == RefundState.REFUSED.value


class SandboxCharge(models.Model):
    """The sandbox provider's own memory, by idempotency key: it stands for a system outside and is written in
    transactions of its own. `charge` is the key of the authorisation that the operation is about."""

    key = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=12)
    charge = models.CharField(max_length=80, db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=64, default="")
    outcome = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, default="")
    reference = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}: {self.outcome}"


class Dispute(Aggregate):
    """A case between the customer's bank and us, as the provider tells of it. Staff answer it there, before
    `answer_by`. What money it moved is in the payment's entries. Kept as long as the payment."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=64)
    state_name = models.CharField(
        max_length=12, db_column="state", choices=[(each.value, each.value) for each in DisputeStanding]
    )
    answer_by = models.DateTimeField(null=True)

    NOT_FINAL = models.Q(state_name__in=sorted(standing.value for standing in OPEN))

    def __str__(self) -> str:
        return f"{self.reference}: {self.reason}, {self.state_name}"

    @property
    def is_open(self) -> bool:
        return DisputeStanding(self.state_name) in OPEN


class KeptMethod(Aggregate):
    """A card that a customer wants kept at the provider. `customer`, `setup` and `method` are the provider's
    names; the card itself is there, and here only what tells it from another. `secret` lets the customer's
    browser enter the card, and nothing else. Forgotten when removed, and when the customer is."""

    provider = models.CharField(max_length=16)
    customer_id = models.UUIDField(db_index=True)
    state_name = models.CharField(max_length=12, db_column="state", default=KeepingState.PREPARING.value)
    customer = models.CharField(max_length=255, default="")
    setup = models.CharField(max_length=255, default="", db_index=True)
    secret = models.CharField(max_length=255, default="")
    method = models.CharField(max_length=64, default="", db_index=True)
    brand = models.CharField(max_length=32, default="")
    last4 = models.CharField(max_length=4, default="")
    expires = models.CharField(max_length=7, default="")  # MM/YYYY
    reason = models.CharField(max_length=64, default="")

    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in KEEPING_AT_REST))

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}: {self.state_name}"

    @property
    def state(self) -> KeepingState:
        return KeepingState(self.state_name)


class ProviderOperation(models.Model):
    """What a provider outside was asked, written down before it is: `reference` is what the provider calls
    it, empty until an answer came. `charge` is the key of the authorisation that the operation is about;
    one that is `forbidden` is never to hold anything. Kept as long as the payment."""

    key = models.CharField(max_length=80, primary_key=True)
    provider = models.CharField(max_length=16)
    kind = models.CharField(max_length=12)
    charge = models.CharField(max_length=80, db_index=True)
    reference = models.CharField(max_length=255, default="", db_index=True)
    forbidden = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.key} at {self.provider}: {self.reference or 'unanswered'}"


class NoticeState(Enum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    REFUSED = "refused"


class ProviderNotice(Aggregate):
    """A notification as a provider, or somebody who pretends to be one, sent it. `body` is the raw one, at
    most its first bytes of `size`; `event_id` is the provider's, none for what was refused. `charge` and
    `reference` say what it is about: our key and the provider's name. `reason` says why it was refused or
    ignored. It belongs to the region of its payment, as soon as that is known. Forgotten after
    `services.notices.KEPT_FOR`."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=255, null=True)
    kind = models.CharField(max_length=100, default="")
    charge = models.CharField(max_length=80, default="")
    reference = models.CharField(max_length=255, default="", db_index=True)
    body = models.BinaryField()
    size = models.IntegerField()
    signature = models.CharField(max_length=500, default="")
    state_name = models.CharField(max_length=12, db_column="state", default=NoticeState.RECEIVED.value)
    reason = models.CharField(max_length=64, default="")
    deliveries = models.IntegerField(default=1)

    NOT_FINAL = models.Q(state_name=NoticeState.RECEIVED.value)

    class Meta:
        indexes = (models.Index(fields=["created_at"], name="payment_notice_age"),)
        constraints = (models.UniqueConstraint(fields=("provider", "event_id"), name="payment_notice_once"),)

    def __str__(self) -> str:
        return f"{self.kind or 'a notification'} from {self.provider}: {self.state_name}"

    @property
    def state(self) -> NoticeState:
        return NoticeState(self.state_name)

    @property
    def is_whole(self) -> bool:
        """Whether all of the body was kept."""
        return len(self.body) == self.size
