"""What is to be told to whom, and where they want to hear it. No name and no e-mail address is in here."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from typing import ClassVar

from django.db import models

from modules.notifications.kinds import KINDS, Channel
from tiffin import clock, ids
from tiffin.sealing import SealingKey
from tiffin.states import Machine

ENDPOINTS = SealingKey("TIFFIN_ENDPOINT_KEY", purpose="tiffin endpoint key")
SECRET_BYTES = 24  # Standard Webhooks asks for 24 to 64
LONGEST_NAME = 60


def new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


class State(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    # Nobody to send to, or nobody who wants it.
    DROPPED = "dropped"
    # Tried for as long as it may be, or refused for good.
    FAILED = "failed"


# Staff have one sent again, whatever became of it.
MESSAGE = Machine(
    "A message to a customer",
    State.WAITING,
    {
        State.WAITING: (State.SENT, State.DROPPED, State.FAILED),
        State.SENT: (State.WAITING,),
        State.DROPPED: (State.WAITING,),
        State.FAILED: (State.WAITING,),
    },
)


class Message(models.Model):
    """One thing told in one place; `target` is the browser or webhook it goes to. `facts` are the event's,
    `order_id` the order that it is about, if it is about one.

    Made once for each event, kind, channel and target. Sent at least once: who dies between sending and
    writing so sends again, under the same id. `provider_id` is what whoever carries it calls it. Kept for
    90 days.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    event_id = models.UUIDField()
    kind = models.CharField(max_length=32, choices=[(code, code) for code in KINDS])
    channel = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Channel])
    target = models.CharField(max_length=36, default="")
    customer_id = models.UUIDField()
    order_id = models.UUIDField(null=True)
    region = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due = models.DateTimeField(default=clock.now)
    attempts = models.SmallIntegerField(default=0)
    language = models.CharField(max_length=16, default="")
    provider_id = models.CharField(max_length=200, default="")
    cause = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    MACHINES: ClassVar[dict[str, Machine[State]]] = {"state": MESSAGE}

    class Meta:
        indexes = (
            models.Index(
                fields=("channel", "due"), condition=models.Q(state="waiting"), name="message_to_send"
            ),
            models.Index(fields=("customer_id", "-id"), name="message_of_customer"),
            models.Index(fields=("order_id",), name="message_of_order"),
            models.Index(fields=("created_at",), name="message_age"),
            models.Index(fields=("-created_at",), condition=models.Q(state="failed"), name="message_failed"),
        )
        constraints = (
            models.UniqueConstraint(fields=("event_id", "kind", "channel", "target"), name="message_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}: {self.state}"

    def move_to(self, state: State) -> None:
        """Raises StateConflict for what is not drawn."""
        MESSAGE.check(State(self.state), state)
        self.state = state


class Preference(models.Model):
    """What a customer wants: `language` (a BCP 47 tag, empty: the region's), the kinds they do not want to
    hear of, and those that are not to come to browsers. Kept until the customer is forgotten."""

    customer_id = models.UUIDField(primary_key=True)
    language = models.CharField(max_length=16, default="")
    unwanted = models.JSONField(default=list)
    unwanted_push = models.JSONField(default=list, db_default=[])

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.language or 'as the region'}"


class Browser(models.Model):
    """A push subscription (W3C Push API), its keys sealed; `name` is for its owner to know it by. Kept until
    it is removed, gone, or its customer is forgotten."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    customer_id = models.UUIDField()
    endpoint = models.CharField(max_length=500, unique=True)
    name = models.CharField(max_length=LONGEST_NAME, default="", db_default="")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (models.Index(fields=("customer_id",), name="browser_of_customer"),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def keys(self) -> dict[str, str]:
        """`p256dh` and `auth` (RFC 8291), in base64url."""
        found: dict[str, str] = json.loads(ENDPOINTS.unseal(bytes(self.sealed), row=self.id))
        return found

    def keep_keys(self, *, p256dh: str, auth: str) -> None:
        self.sealed = ENDPOINTS.seal(json.dumps({"p256dh": p256dh, "auth": auth}).encode(), row=self.id)


class Webhook(models.Model):
    """A system of the customer's own that hears of their orders, signed as Standard Webhooks says, by a
    secret that lies sealed. Kept until it is removed or its customer is forgotten."""

    id = models.UUIDField(primary_key=True, default=ids.new_id)
    customer_id = models.UUIDField()
    url = models.CharField(max_length=500)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer_id", "url"), name="webhook_once"),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def secret(self) -> str:
        return ENDPOINTS.unseal(bytes(self.sealed), row=self.id).decode()

    def make_secret(self) -> None:
        self.sealed = ENDPOINTS.seal(new_secret().encode(), row=self.id)
