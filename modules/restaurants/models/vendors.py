"""How orders leave for a vendor's own system, what was told to it, and what it answered."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar
from uuid import UUID

from django.db import models

from tiffin import clock, ids
from tiffin.db import Aggregate
from tiffin.sealing import SealingKey
from tiffin.states import Machine

SECRETS = SealingKey("TIFFIN_VENDOR_KEY", purpose="tiffin vendor key")


class ChannelName(Enum):
    """How a vendor's system hears of orders. Whoever has `tablet` only looks at the counter's page."""

    WEBHOOK = "webhook"
    DELIVERECT = "deliverect"
    POLL = "poll"
    TABLET = "tablet"


class EventState(Enum):
    """What became of telling an event: `waiting` until it is taken, `failed` after the last try, `kept` when
    nobody pushes it and it only stands in the feed."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    KEPT = "kept"


# What only stands in the feed is delivered when it is acknowledged there; any may be told again.
EVENT = Machine(
    "Something that a vendor's system is told",
    EventState.WAITING,
    {
        EventState.WAITING: (EventState.DELIVERED, EventState.FAILED, EventState.KEPT),
        EventState.DELIVERED: (EventState.WAITING,),
        EventState.FAILED: (EventState.WAITING, EventState.DELIVERED),
        EventState.KEPT: (EventState.WAITING, EventState.DELIVERED),
    },
)


class VendorConnection(Aggregate):
    """The way to the system of one owner, for one restaurant or several. `events` are the kinds that are
    wanted, none: all. `settings` are the channel's own. `numbered` and `acknowledged` are places in the feed.
    It is disabled from `disabled_at` on, by its owner or because its address failed for too long."""

    objects: ClassVar[models.Manager[VendorConnection]] = models.Manager()

    name = models.CharField(max_length=80)
    channel_name = models.CharField(
        max_length=16, db_column="channel", choices=[(name.value, name.value) for name in ChannelName]
    )
    url = models.CharField(max_length=500, default="", blank=True)
    settings = models.JSONField(default=dict, blank=True)
    events = models.JSONField(default=list, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=16, default="", blank=True)
    numbered = models.BigIntegerField(default=0)
    acknowledged = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def channel(self) -> ChannelName:
        return ChannelName(self.channel_name)

    @property
    def pushes(self) -> bool:
        """Whether its events are sent out now."""
        return self.disabled_at is None and self.channel not in (ChannelName.POLL, ChannelName.TABLET)

    def wants(self, kind: str) -> bool:
        return not self.events or kind in self.events


class SigningSecret(models.Model):
    """What a connection's messages are signed with, sealed. While two are good each message carries two
    signatures, so that a vendor may change over without missing one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    connection = models.ForeignKey(VendorConnection, on_delete=models.CASCADE, related_name="secrets")
    sealed = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)
    good_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"a secret of {self.connection_id}"

    @property
    def plain(self) -> bytes:
        return SECRETS.unseal(bytes(self.sealed), row=self.connection_id)


class VendorEvent(models.Model):
    """Something that a vendor's system is told: `facts` as they were then, the order as it is when it is
    told, so that no note of a customer is kept here. `seq` is its place in the feed, given when the feed is
    read. Kept for as long as the region says."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    connection = models.ForeignKey(VendorConnection, on_delete=models.CASCADE, related_name="told")
    restaurant_id = models.UUIDField(null=True)
    ticket = models.ForeignKey(
        "restaurants.Ticket", on_delete=models.CASCADE, null=True, blank=True, related_name="told"
    )
    kind = models.CharField(max_length=32)
    step = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)
    seq = models.BigIntegerField(null=True, blank=True)
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        default=EventState.WAITING.value,
        choices=[(state.value, state.value) for state in EventState],
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)

    MACHINES: ClassVar[dict[str, Machine[EventState]]] = {"state_name": EVENT}

    class Meta:
        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=("connection", "seq"), name="vendor_event_place"),)
        indexes = (
            models.Index(
                fields=("connection", "at"), name="vendor_event_unnumbered", condition=models.Q(seq=None)
            ),
            models.Index(fields=("connection", "-at", "-id"), name="vendor_event_newest"),
            models.Index(fields=("at",), name="vendor_event_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def state(self) -> EventState:
        return EventState(self.state_name)

    def move_to(self, state: EventState) -> None:
        """Raises StateConflict for what is not drawn."""
        EVENT.check(self.state, state)
        self.state_name = state.value

    @property
    def order_id(self) -> UUID | None:
        return self.ticket_id


class DeliveryAttempt(models.Model):
    """One try to tell one event: what came back, in how many milliseconds. Goes with its event."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    event = models.ForeignKey(VendorEvent, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=clock.now)
    taken = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField()
    answer = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.status or 'no answer'} after {self.milliseconds} ms"


class TicketStep(models.Model):
    """What was done to have an order answered: by whom, and because of what. Only ever added to."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    ticket = models.ForeignKey("restaurants.Ticket", on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    what = models.CharField(max_length=32)
    actor = models.CharField(max_length=64)
    cause = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.what} by {self.actor}"


class CallState(Enum):
    """How a call to a restaurant went; `answered` when somebody there pressed a button meanwhile, `over` when
    the time was over or the order was taken back."""

    WAITING = "waiting"
    CALLED = "called"
    UNREACHABLE = "unreachable"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ANSWERED = "answered"
    OVER = "over"


OPEN_CALLS = (CallState.WAITING, CallState.CALLED, CallState.UNREACHABLE)
_NEXT = tuple(state for state in CallState if state is not CallState.WAITING)
CALL = Machine(
    "A call to a restaurant that does not answer",
    CallState.WAITING,
    dict.fromkeys(OPEN_CALLS, _NEXT),
)


class VendorCall(models.Model):
    """An order about which staff call its restaurant, since nobody there has answered."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    ticket = models.OneToOneField("restaurants.Ticket", on_delete=models.CASCADE, related_name="call")
    since = models.DateTimeField(default=clock.now)
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        default=CallState.WAITING.value,
        choices=[(state.value, state.value) for state in CallState],
    )
    calls = models.PositiveSmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, default="", blank=True)

    MACHINES: ClassVar[dict[str, Machine[CallState]]] = {"state_name": CALL}

    class Meta:
        ordering = ("since", "id")
        indexes = (models.Index(fields=("state_name", "since"), name="vendor_call_list"),)

    def __str__(self) -> str:
        return f"about {self.ticket_id}"

    @property
    def is_open(self) -> bool:
        return CallState(self.state_name) in OPEN_CALLS

    def move_to(self, state: CallState) -> None:
        """Raises StateConflict for what is not drawn."""
        CALL.check(CallState(self.state_name), state)
        self.state_name = state.value
