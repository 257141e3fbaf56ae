"""What memberships cost, in writing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import models

from modules.subscriptions.interface import CreditReason, InvoiceKind, InvoiceLine, InvoiceState
from modules.subscriptions.models.catalogue import PlanVersion
from modules.subscriptions.models.memberships import BillingRun, Membership
from modules.subscriptions.states import INVOICE
from tiffin import clock, ids
from tiffin.ids import derived
from tiffin.money import Money
from tiffin.states import Machine

_OWED = frozenset({InvoiceState.OPEN, InvoiceState.UNCOLLECTIBLE})


class Invoice(models.Model):
    """What is owed for the days from `begins` until before `ends`: once for a membership and day, whatever is
    run twice. `total` is what is paid, of which `tax` is tax, in minor units. It is charged attempt by
    attempt, each under a `charge_id` of its own; `refused` are the methods that will not pay it. A change to
    another plan comes about when its invoice is paid. `number` is given afterwards, in the order of issue.
    Kept as long as accounts must be."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="invoices")
    region = models.CharField(max_length=16)
    customer_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12, choices=[(each.value, each.value) for each in InvoiceKind])
    begins = models.DateField()
    ends = models.DateField()
    lines = models.JSONField()
    total = models.BigIntegerField()
    tax = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        choices=[(state.value, state.value) for state in InvoiceState if state in INVOICE.reachable()],
        default=InvoiceState.OPEN.value,
    )
    number = models.IntegerField(null=True)
    to_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=64)
    attempt = models.SmallIntegerField(default=0)
    charge_id = models.UUIDField(null=True)
    payment_id = models.UUIDField(null=True)
    action_url = models.TextField(default="")
    reason = models.CharField(max_length=64, default="")
    refused = ArrayField(models.CharField(max_length=64), default=list)
    refunded = models.BigIntegerField(default=0)
    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, null=True, related_name="invoices")
    opened_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()
    MACHINES: ClassVar[dict[str, Machine[InvoiceState]]] = {"state_name": INVOICE}
    CHANGING = (
        "state_name",
        "method",
        "attempt",
        "charge_id",
        "payment_id",
        "action_url",
        "reason",
        "refused",
        "refunded",
        "run",
        "paid_at",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("membership", "begins"),
                condition=~models.Q(kind=InvoiceKind.CHANGE.value) & ~models.Q(state_name="void"),
                name="subscriptions_invoice_once",
            ),
            models.UniqueConstraint(fields=("region", "number"), name="subscriptions_invoice_number"),
            models.CheckConstraint(
                condition=models.Q(total__gte=0, tax__gte=0, tax__lte=models.F("total")),
                name="subscriptions_invoice_total",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("total")),
                name="subscriptions_invoice_refunded",
            ),
        )
        indexes = (
            models.Index(
                fields=("region", "opened_at"),
                condition=models.Q(number__isnull=True),
                name="subscriptions_unnumbered",
            ),
            models.Index(
                fields=("membership",),
                condition=models.Q(kind=InvoiceKind.CHANGE.value, state_name=InvoiceState.OPEN.value),
                name="subscriptions_changes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} from {self.begins}: {self.state_name}"

    @property
    def state(self) -> InvoiceState:
        return InvoiceState(self.state_name)

    def move_to(self, state: InvoiceState) -> None:
        """Raises StateConflict for what is not drawn."""
        INVOICE.check(self.state, state)
        self.state_name = state.value

    @property
    def money(self) -> Money:
        return self.of(self.total)

    def of(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    @property
    def priced(self) -> int:
        """What its lines come to, before tax that is added."""
        return sum(line["amount"]["amount"] for line in self.lines)

    @property
    def is_owed(self) -> bool:
        """Somebody may still pay it, also where it was given up."""
        return self.state in _OWED

    @property
    def is_under_way(self) -> bool:
        """A charge of it was asked for, and payments has not told of its end."""
        return self.charge_id is not None and not self.reason and self.is_owed

    @property
    def written(self) -> tuple[InvoiceLine, ...]:
        return msgspec.convert(self.lines, tuple[InvoiceLine, ...])

    def credit(self, amount: int, reason: CreditReason) -> CreditNote:
        """So much of it is not owed after all, with the tax in it, rounded half up."""
        return CreditNote(
            invoice=self,
            region=self.region,
            reason=reason.value,
            total=amount,
            tax=self.of(self.tax).share(Decimal(amount) / self.total).amount,
            currency=self.currency,
        )

    def ask(self, run: BillingRun, *, method: str = "") -> Attempt:
        """One more attempt, with a charge of its own: by this method, or by one that the run chooses."""
        self.attempt += 1
        self.method, self.run, self.action_url, self.reason = method, run, "", ""
        self.charge_id, self.payment_id = derived(self.id, f"attempt {self.attempt}"), None
        return Attempt(id=self.charge_id, invoice=self, number=self.attempt)


class Attempt(models.Model):
    """A charge for an invoice, by its id with payments, and what became of it: `outcome` is empty until that
    is told, `reason` the provider's. One that is `unwanted` is let go or given back, and `undone` when
    payments has been told. Kept as long as the invoice."""

    id = models.UUIDField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="attempts")
    number = models.SmallIntegerField()
    method = models.CharField(max_length=64, default="")
    asked_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=16, default="")
    reason = models.CharField(max_length=64, default="")
    unwanted = models.BooleanField(default=False)
    undone = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("invoice", "number"), name="subscriptions_attempt_once"),
        )
        indexes = (
            models.Index(
                fields=("invoice",),
                condition=models.Q(unwanted=True, undone=False),
                name="subscriptions_to_undo",
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome or 'under way'}"


class CreditNote(models.Model):
    """What is not owed of an invoice after all, or was given back: `total`, of which `tax` is tax. The
    invoice keeps its number; `number` is of a series of its own, given afterwards. What goes back to the
    customer was `asked_at` payments; what staff give back has their `note`. Kept as long as accounts must
    be."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credits")
    region = models.CharField(max_length=16)
    reason = models.CharField(max_length=12, choices=[(each.value, each.value) for each in CreditReason])
    total = models.BigIntegerField()
    tax = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    number = models.IntegerField(null=True)
    opened_at = models.DateTimeField(default=clock.now)
    asked_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, default="", db_default="")
    made_by = models.CharField(max_length=64, default="", db_default="")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "number"), name="subscriptions_credit_number"),
            models.CheckConstraint(
                condition=models.Q(total__gt=0, tax__gte=0, tax__lte=models.F("total")),
                name="subscriptions_credit_total",
            ),
        )
        indexes = (
            models.Index(
                fields=("region", "opened_at"),
                condition=models.Q(number__isnull=True),
                name="subscriptions_credit_new",
            ),
        )

    def __str__(self) -> str:
        return f"{self.money} of {self.invoice_id}: {self.reason}"

    @property
    def money(self) -> Money:
        return Money(amount=self.total, currency=self.currency)


class InvoiceSeries(models.Model):
    """How many invoices of a region have a number, and how many credit notes: 1, 2, 3, …, without a gap."""

    region = models.CharField(max_length=16, primary_key=True)
    last = models.IntegerField(default=0)
    last_credit = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.region}: {self.last}"
