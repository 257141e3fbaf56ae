"""What Deliverect tells: which of its channel links a connection is, and every message as it came."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from django.db import models

from modules.restaurants.models.vendors import VendorConnection
from tiffin import clock, ids
from tiffin.states import Machine


class Topic(Enum):
    """What a message is about; each has an address of its own."""

    REGISTER = "register"
    STATUS = "status"
    PREPARATION = "preparation"
    MENU = "menu"
    SNOOZE = "snooze"
    BUSY = "busy"


class Heard(Enum):
    """What became of a message: `waiting` until it is looked at, `done`, `noted` when there was nothing to
    do, `refused` when it could not be done, `unsigned` when it is not Deliverect's or belongs to nobody."""

    WAITING = "waiting"
    DONE = "done"
    NOTED = "noted"
    REFUSED = "refused"
    UNSIGNED = "unsigned"


# What is nobody's is kept as it was when it came; anything that was looked at may be done again.
HEARD = Machine(
    "A message of Deliverect's",
    (Heard.WAITING, Heard.DONE, Heard.REFUSED, Heard.UNSIGNED),
    {
        Heard.WAITING: (Heard.DONE, Heard.NOTED, Heard.REFUSED),
        Heard.DONE: (Heard.WAITING,),
        Heard.NOTED: (Heard.WAITING,),
        Heard.REFUSED: (Heard.WAITING,),
    },
)


class DeliverectLink(models.Model):
    """The channel link that Deliverect made for a connection, as it registered it. Orders leave while it is
    active."""

    connection = models.OneToOneField(VendorConnection, on_delete=models.CASCADE, related_name="deliverect")
    channel_link = models.CharField(max_length=64, unique=True)
    location = models.CharField(max_length=64, default="", blank=True)
    name = models.CharField(max_length=120, default="", blank=True)
    active = models.BooleanField(default=False)
    registered_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name or self.channel_link


class DeliverectMessage(models.Model):
    """A message as it came, whatever became of it. Kept for as long as the region says; of one that is not
    signed only the beginning is."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    connection = models.ForeignKey(
        VendorConnection, on_delete=models.CASCADE, null=True, blank=True, related_name="heard"
    )
    topic_name = models.CharField(
        max_length=16, db_column="topic", choices=[(topic.value, topic.value) for topic in Topic]
    )
    body = models.TextField()
    order_id = models.UUIDField(null=True, blank=True)
    status = models.IntegerField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now)
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        default=Heard.WAITING.value,
        choices=[(state.value, state.value) for state in Heard],
    )
    reason = models.CharField(max_length=500, default="", blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    MACHINES: ClassVar[dict[str, Machine[Heard]]] = {"state_name": HEARD}

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(
                fields=("connection", "at"),
                name="deliverect_waiting",
                condition=models.Q(state_name=Heard.WAITING.value),
            ),
            models.Index(fields=("-at", "-id"), name="deliverect_newest"),
            models.Index(fields=("order_id", "at"), name="deliverect_of_order"),
        )

    def __str__(self) -> str:
        return f"{self.topic_name} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def topic(self) -> Topic:
        return Topic(self.topic_name)

    @property
    def state(self) -> Heard:
        return Heard(self.state_name)

    def move_to(self, state: Heard) -> None:
        """Raises StateConflict for what is not drawn."""
        HEARD.check(self.state, state)
        self.state_name = state.value
