"""Money that leaves: payouts, the bank files in which they go, and what the bank answers."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import models

from modules.payments.interface import BankAccount, PartyKind, PayoutState
from modules.payments.states import PAYOUT, PAYOUT_AT_REST
from tiffin import clock, ids
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.sealing import SealingKey
from tiffin.states import Machine

# Of a secret of its own: what it seals is kept for years, and must be readable as long.
BANK = SealingKey("TIFFIN_BANK_KEY", purpose="tiffin bank key")
PARTY_KINDS = [(kind.value, kind.value) for kind in PartyKind if kind is not PartyKind.UNKNOWN]


class PayeeAccount(models.Model):
    """A bank account of somebody who gets payouts, sealed but for its `ending`. Never changed: one that is
    told anew is a row of its own, and what is in a file went where that said. Kept as long as the payouts."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=12, choices=PARTY_KINDS)
    party_id = models.UUIDField()
    name = models.CharField(max_length=140)
    sealed = models.BinaryField()
    ending = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        indexes = (models.Index(fields=("kind", "party_id"), name="payee_account_of"),)

    def __str__(self) -> str:
        return f"{self.name} (…{self.ending})"

    @property
    def account(self) -> BankAccount:
        """Raises SealingKeyMissing; InvalidTag under another key."""
        return msgspec.json.decode(BANK.unseal(bytes(self.sealed), row=self.id), type=BankAccount)

    @account.setter
    def account(self, account: BankAccount) -> None:
        self.sealed = BANK.seal(msgspec.json.encode(account), row=self.id)
        self.ending = (account.iban or account.account_number)[-4:]


class BankFile(models.Model):
    """The transfers of a region that go to the bank together: the `number`-th of a local day. The file is
    sealed, because accounts stand in it, and stays as it was made. Kept as long as accounts must be."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    region = models.CharField(max_length=16)
    day = models.DateField()
    number = models.IntegerField()
    currency = models.CharField(max_length=3)
    count = models.IntegerField()
    amount = models.BigIntegerField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("region", "day", "number"), name="payment_bank_file_once"),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        return f"payouts-{self.region}-{self.day}-{self.number}.xml"

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @property
    def message_id(self) -> str:
        """What the bank calls the file: at most 35 characters."""
        return self.id.hex

    @property
    def content(self) -> bytes:
        """Raises SealingKeyMissing; InvalidTag under another key."""
        return BANK.unseal(bytes(self.sealed), row=self.id)

    @content.setter
    def content(self, content: bytes) -> None:
        self.sealed = BANK.seal(content, row=self.id)


class Payout(Aggregate):
    """Money that is to leave, under the id that its caller gave. `file` is the last one that it is in, and
    `attempt` counts these; `reason` is the bank's, or `staff`, and `note` what staff said. `stuck` counts the
    days for which nothing has moved. Kept as long as accounts must be."""

    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="payouts")
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, null=True, related_name="payouts")
    payee_kind = models.CharField(max_length=12, choices=PARTY_KINDS)
    payee_id = models.UUIDField(db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    purpose = models.CharField(max_length=32)
    reference = models.CharField(max_length=140)
    state_name = models.CharField(max_length=12, db_column="state", default=PayoutState.WANTED.value)
    attempt = models.SmallIntegerField(default=0)
    reason = models.CharField(max_length=35, default="")
    note = models.CharField(max_length=300, default="")
    stuck = models.IntegerField(default=0)

    MACHINES: ClassVar[dict[str, Machine[PayoutState]]] = {"state_name": PAYOUT}
    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in PAYOUT_AT_REST))

    class Meta:
        indexes = (
            models.Index(
                fields=("region",),
                condition=models.Q(state_name=PayoutState.WANTED.value),
                name="payout_wanted",
            ),
        )
        constraints = (models.CheckConstraint(condition=models.Q(amount__gt=0), name="payout_positive"),)

    def __str__(self) -> str:
        return f"{self.money} for {self.purpose}: {self.state_name}"

    @property
    def state(self) -> PayoutState:
        return PayoutState(self.state_name)

    def move_to(self, state: PayoutState) -> None:
        """Raises StateConflict for what is not drawn."""
        PAYOUT.check(self.state, state)
        self.state_name, self.stuck = state.value, 0

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)

    @property
    def end_to_end_id(self) -> str:
        """What the bank and the payee call this attempt: at most 35 characters."""
        return self.name_of(self.attempt)

    def name_of(self, attempt: int) -> str:
        return f"{self.id.hex}-{attempt}"


def payout_of(end_to_end_id: str) -> tuple[UUID, int]:
    """The payout and the attempt that go by that name. Raises ValueError for another's."""
    payout_id, _, attempt = end_to_end_id.partition("-")
    return UUID(hex=payout_id), int(attempt)


class BankAnswer(models.Model):
    """What the bank says of a bank file, as staff brought it: sealed, and taken once, by its `digest`. Of the
    lines in it so many were `applied`, and so many said what was known; what could not be taken is in `left`,
    in words, and is for staff until they say that it is settled."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    region = models.CharField(max_length=16)
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="answers")
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()
    taken_at = models.DateTimeField(default=clock.now)
    applied = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    left = ArrayField(models.CharField(max_length=200), default=list)
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.applied} applied, {self.known} known, {len(self.left)} left"
