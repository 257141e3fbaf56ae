"""What providers were asked, and what they notify us of; the sandbox's own memory too."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from tiffin import clock
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.sealing import SealingKey
from tiffin.states import Machine

NOTICES = SealingKey("TIFFIN_NOTICE_KEY", purpose="tiffin notice key")


class SandboxCharge(models.Model):
    """The sandbox provider's own memory, by idempotency key: it stands for a system outside and is written in
    transactions of its own. `charge` is the key of the authorisation that the operation is about,
    `settled_at` is when its outcome was decided."""

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
    settled_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (BrinIndex(fields=("settled_at",), name="sandbox_charge_settled"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}: {self.outcome}"


class ProviderOperation(models.Model):
    """What a provider outside was asked, written down before it is: `reference` is what the provider calls
    it, empty until an answer came. `charge` is the key of the authorisation that the operation is about;
    one that is `forbidden` is never to hold anything. `action` is the page on which the customer confirms, or
    the secret by which the provider's library has them do so on ours, and `details` what they brought back
    from there, for the provider alone to read. Kept as long as the payment."""

    key = models.CharField(max_length=80, primary_key=True)
    provider = models.CharField(max_length=16)
    kind = models.CharField(max_length=12)
    charge = models.CharField(max_length=80, db_index=True)
    reference = models.CharField(max_length=255, default="", db_index=True)
    forbidden = models.BooleanField(default=False)
    action = models.TextField(default="")
    details = models.TextField(default="")
    asked_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.key} at {self.provider}: {self.reference or 'unanswered'}"


class ProviderReport(models.Model):
    """What a provider that cannot be asked has told, proven to be its: `event` is its name of the telling,
    the same each time. `reference` is what it calls what happened, `charge` our key of the authorisation that
    it is about ("" when it is not ours), `key` the one that it says itself. `notified` tells a notification
    from an answer. `amount` is in minor units. Kept as long as the payment."""

    provider = models.CharField(max_length=16)
    event = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    succeeded = models.BooleanField()
    reference = models.CharField(max_length=80, db_index=True)
    charge = models.CharField(max_length=80, default="", db_index=True)
    key = models.CharField(max_length=80, default="")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64, default="")
    answer_by = models.DateTimeField(null=True)
    notified = models.BooleanField(default=True)
    told_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (BrinIndex(fields=("told_at",), name="payment_report_told"),)
        constraints = (models.UniqueConstraint(fields=("provider", "event"), name="payment_report_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.money} from {self.provider}: {self.succeeded}"

    @property
    def money(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)


class NoticeState(Enum):
    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    REFUSED = "refused"


# Staff have one looked at again, or admitted.
NOTICE = Machine(
    "A notification of a payment provider",
    (NoticeState.RECEIVED, NoticeState.REFUSED),
    {
        NoticeState.RECEIVED: (NoticeState.PROCESSED, NoticeState.IGNORED),
        NoticeState.PROCESSED: (NoticeState.RECEIVED,),
        NoticeState.IGNORED: (NoticeState.RECEIVED,),
        NoticeState.REFUSED: (NoticeState.RECEIVED,),
    },
)


class ProviderNotice(Aggregate):
    """A notification as a provider, or somebody who pretends to be one, sent it. `body` is the raw one, at
    most its first bytes of `size`, and lies sealed, because providers name people in it. `event_id` is the
    provider's, none for what was refused. `charge` and `reference` say what it is about: our key and the
    provider's name. `reason` says why it was refused or ignored. It belongs to the region of its payment, as
    soon as that is known. Forgotten after `services.notices.KEPT_FOR`, and sooner when too many were
    refused."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=255, null=True)
    kind = models.CharField(max_length=100, default="")
    charge = models.CharField(max_length=80, default="")
    reference = models.CharField(max_length=255, default="", db_index=True)
    sealed = models.BinaryField()
    size = models.IntegerField()
    signature = models.CharField(max_length=500, default="")
    state_name = models.CharField(max_length=12, db_column="state", default=NoticeState.RECEIVED.value)
    reason = models.CharField(max_length=64, default="")
    deliveries = models.IntegerField(default=1)

    NOT_FINAL = models.Q(state_name=NoticeState.RECEIVED.value)
    MACHINES: ClassVar[dict[str, Machine[NoticeState]]] = {"state_name": NOTICE}

    class Meta:
        indexes = (models.Index(fields=["created_at"], name="payment_notice_age"),)
        constraints = (models.UniqueConstraint(fields=("provider", "event_id"), name="payment_notice_once"),)

    def __str__(self) -> str:
        return f"{self.kind or 'a notification'} from {self.provider}: {self.state_name}"

    @property
    def state(self) -> NoticeState:
        return NoticeState(self.state_name)

    def move_to(self, state: NoticeState) -> None:
        """Raises StateConflict for what is not drawn."""
        NOTICE.check(self.state, state)
        self.state_name = state.value

    @property
    def body(self) -> bytes:
        """As it was sent. Raises SealingKeyMissing; InvalidTag under another key."""
        return NOTICES.unseal(bytes(self.sealed), row=self.id)

    @body.setter
    def body(self, body: bytes) -> None:
        self.sealed = NOTICES.seal(body, row=self.id)

    @property
    def is_whole(self) -> bool:
        """Whether all of the body was kept."""
        return len(self.body) == self.size
