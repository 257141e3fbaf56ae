"""Couriers, deliveries, and which was offered to whom. Where couriers are is not here but in Redis."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import ClassVar

from django.db import models

from modules.delivery.errors import IllegalTransition
from modules.delivery.interface import DeliveryState, Dropoff, Place, Point
from modules.delivery.policies import patience
from modules.delivery.states import DELIVERY, FINAL, UNDER_WAY
from tiffin import clock, ids, regions
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Courier(Aggregate):
    """Somebody who delivers; `id` is that of the account. Kept while the account exists."""

    on_shift = models.BooleanField(default=False)
    shift_started_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(default=clock.now)
    last_offered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("region", "last_offered_at"),
                condition=models.Q(on_shift=True),
                name="delivery_courier_on_shift",
            ),
        )

    def __str__(self) -> str:
        return f"courier {self.id}"


class DeliveryTask(Aggregate):
    """One order's way from the restaurant to the customer; `id` is the order's. Nobody looks for a courier
    after `search_until`. `handover_code` is what the customer says at the door, and is forgotten when it is
    over; `proof` is how the handover was proven, kinds with spaces between. Kept as long as the order,
    without the door once it was called off or lost, or its customer is forgotten."""

    customer_id = models.UUIDField()
    state_name = models.CharField(max_length=12, db_column="state", default=DeliveryState.SEARCHING.value)
    pickup_name = models.CharField(max_length=200)
    pickup_address = models.CharField(max_length=300)
    pickup_lat = models.FloatField()
    pickup_lon = models.FloatField()
    dropoff_lat = models.FloatField()
    dropoff_lon = models.FloatField()
    dropoff_sealed = models.TextField()
    fee = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    ready_at = models.DateTimeField()
    search_until = models.DateTimeField()
    courier_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=64, default="")
    reference = models.CharField(max_length=16, default="", db_default="")
    handover_code = models.CharField(max_length=8, default="", db_default="")
    attempts_left = models.SmallIntegerField(default=0, db_default=0)
    may_leave = models.BooleanField(default=True, db_default=True)
    minimum_age = models.SmallIntegerField(default=0, db_default=0)
    proof = models.CharField(max_length=64, default="", db_default="")
    left_reason = models.CharField(max_length=32, default="", db_default="")
    assigned_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in FINAL))
    MACHINES: ClassVar[dict[str, Machine[DeliveryState]]] = {"state_name": DELIVERY}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("courier_id",),
                condition=models.Q(state_name__in=sorted(state.value for state in UNDER_WAY)),
                name="delivery_one_under_way",
            ),
        )
        indexes = (
            models.Index(
                fields=("courier_id", "ended_at"),
                condition=models.Q(courier_id__isnull=False, ended_at__isnull=False),
                name="delivery_brought_by",
            ),
        )

    def __str__(self) -> str:
        return f"delivery of order {self.id}: {self.state_name}"

    @property
    def state(self) -> DeliveryState:
        return DeliveryState(self.state_name)

    def move_to(self, state: DeliveryState) -> None:
        """Raises IllegalTransition for what the table does not know."""
        if not DELIVERY.allows(self.state, state):
            raise IllegalTransition(from_state=self.state_name, to_state=state.value)
        self.state_name = state.value

    @property
    def pickup(self) -> Place:
        return Place(
            name=self.pickup_name,
            address=self.pickup_address,
            point=Point(lat=self.pickup_lat, lon=self.pickup_lon),
        )

    @property
    def dropoff(self) -> Dropoff:
        return Dropoff(
            customer_id=self.customer_id,
            point=Point(lat=self.dropoff_lat, lon=self.dropoff_lon),
            sealed=self.dropoff_sealed,
        )

    def forget_dropoff(self) -> None:
        """The restaurant's place takes that of the customer's, of whom nothing is left."""
        self.dropoff_sealed = ""
        self.dropoff_lat, self.dropoff_lon = self.pickup_lat, self.pickup_lon

    @property
    def money(self) -> Money:
        return Money(amount=self.fee, currency=self.currency)

    def patience(self, name: str) -> timedelta:
        region = regions.get(self.region)
        return patience(region, name, on=region.local(clock.now()).date())


class OfferState(Enum):
    OPEN = "open"
    ACCEPTED = "accepted"
    PASSED = "passed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NO_SHOW = "no_show"


# Whoever has said yes may still give it back, or not come.
OFFER = Machine(
    "An offer to a courier",
    OfferState.OPEN,
    {
        OfferState.OPEN: (
            OfferState.ACCEPTED,
            OfferState.PASSED,
            OfferState.EXPIRED,
            OfferState.WITHDRAWN,
        ),
        OfferState.ACCEPTED: (OfferState.PASSED, OfferState.NO_SHOW),
    },
)

# Who said no, or said yes and did not come, is not asked for the same delivery again.
REFUSALS = frozenset({OfferState.PASSED, OfferState.NO_SHOW})


class Offer(models.Model):
    """A delivery offered to one courier. Of each delivery and for each courier one is open at a time.
    Kept as long as the delivery."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    task = models.ForeignKey(DeliveryTask, on_delete=models.PROTECT, related_name="offers")
    courier = models.ForeignKey(Courier, on_delete=models.PROTECT, related_name="offers")
    state_name = models.CharField(max_length=12, db_column="state", default=OfferState.OPEN.value)
    distance_m = models.IntegerField(null=True)
    offered_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    MACHINES: ClassVar[dict[str, Machine[OfferState]]] = {"state_name": OFFER}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("task",),
                condition=models.Q(state_name=OfferState.OPEN.value),
                name="delivery_offer_open_task",
            ),
            models.UniqueConstraint(
                fields=("courier",),
                condition=models.Q(state_name=OfferState.OPEN.value),
                name="delivery_offer_open_courier",
            ),
        )

    def __str__(self) -> str:
        return f"offer of {self.task_id} to {self.courier_id}: {self.state_name}"

    @property
    def state(self) -> OfferState:
        return OfferState(self.state_name)

    def move_to(self, state: OfferState) -> None:
        """Raises StateConflict for what is not drawn."""
        OFFER.check(self.state, state)
        self.state_name = state.value
