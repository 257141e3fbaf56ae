"""Restaurants, their menus and the orders on their counters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from modules.restaurants.interface import TicketConflict, TicketKind, TicketState
from modules.restaurants.models.vendors import VendorConnection
from modules.restaurants.states import FINAL, LADDER, TICKET, TRANSITIONS, Rung
from tiffin import clock, ids, regions
from tiffin.db import Aggregate
from tiffin.money import Money
from tiffin.states import Machine


class Restaurant(Aggregate):
    """Somebody who cooks. `zone` is a ring of [longitude, latitude]; by its bounds, `west` to `north`,
    the database finds who may deliver somewhere; `search_text` is what people may look for, folded. While it
    is busy everything takes `busy_minutes` longer; `pause_reason` is empty for a pause that was wished. Staff
    call its `phone` when nobody answers; it may have such orders accepted all the same. With
    `open_orders_limit` open orders, None: as many as the region says, its kitchen is full; `load_level` says
    how near it is."""

    objects: ClassVar[models.Manager[Restaurant]] = models.Manager()

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    cuisine = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    area = models.CharField(max_length=80)
    lat = models.FloatField()
    lon = models.FloatField()
    zone = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    opening_hours = models.CharField(max_length=255)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=16, default="", db_default="", blank=True)
    busy_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    busy_until = models.DateTimeField(null=True, blank=True)
    preparation_minutes = models.PositiveSmallIntegerField()
    min_order = models.PositiveIntegerField()
    picture = models.TextField()
    menu_version = models.PositiveIntegerField(default=0)
    orders_per_slot = models.PositiveSmallIntegerField(null=True, blank=True)
    search_text = models.TextField(default="")
    open_orders_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    load_level = models.PositiveSmallIntegerField(default=0, db_default=0)
    load_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    full_until = models.DateTimeField(null=True, blank=True)
    phone = models.CharField(max_length=32, default="", db_default="", blank=True)
    accepts_unanswered = models.BooleanField(default=False, db_default=False)
    connection = models.ForeignKey(
        VendorConnection, on_delete=models.PROTECT, null=True, blank=True, related_name="restaurants"
    )

    class Meta:
        ordering = ("name", "id")
        indexes = (models.Index(fields=("region", "city", "name", "id"), name="restaurant_browse"),)

    def __str__(self) -> str:
        return self.name

    @property
    def currency(self) -> str:
        return regions.get(self.region).currency

    @property
    def min_order_money(self) -> Money:
        return Money(amount=self.min_order, currency=self.currency)

    @property
    def minutes_to_prepare(self) -> int:
        """How long it takes now."""
        busy = self.busy_until is not None and self.busy_until > clock.now()
        return self.preparation_minutes + max(self.busy_minutes if busy else 0, self.load_minutes)

    def ready_at_earliest(self, at: datetime) -> datetime:
        """When something that is begun at `at` stands ready."""
        return at + timedelta(minutes=self.minutes_to_prepare)

    @property
    def is_published(self) -> bool:
        return self.menu_version > 0


class MenuVersion(models.Model):
    """A menu as it was published. The database refuses to change one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="menus")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    document = models.JSONField()
    published_at = models.DateTimeField(default=clock.now)
    source = models.CharField(max_length=32, default="", db_default="")

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=("restaurant", "number"), name="menu_version_once"),)

    def __str__(self) -> str:
        return f"{self.restaurant}, version {self.number}"


class MenuDraft(models.Model):
    """A checked menu that may be published: `based_on` is the version that it was compared to. The last few
    of each restaurant are kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="drafts")
    based_on = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    format = models.CharField(max_length=32)
    document = models.JSONField()
    unavailable = models.JSONField(default=list)
    differs = models.BooleanField()
    difference = models.JSONField()
    made_at = models.DateTimeField(default=clock.now)
    published_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.restaurant}, instead of version {self.based_on}"


class ItemUnavailable(models.Model):
    """An item or option that cannot be had now. The row stays though `until` be past."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="unavailable")
    item_id = models.UUIDField()
    until = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("restaurant", "item_id"), name="item_unavailable_once"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} until {self.until or 'said otherwise'}"


class Picture(models.Model):
    """A picture of a dish as SVG text, under the name that its content gives it; never changed, shared by all
    whose menus show it."""

    name = models.CharField(max_length=32, primary_key=True)
    svg = models.TextField()

    def __str__(self) -> str:
        return self.name


class Ticket(Aggregate):
    """An order as its restaurant sees it; the id is the order's. `state_since` is when it last moved, and
    `connection` the way to the vendor's system at the time it was offered, `rung` where it waits for an
    answer. `names` of those whom lines are for are sealed: identity opens them when the ticket is shown."""

    objects: ClassVar[models.Manager[Ticket]] = models.Manager()

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="tickets")
    reference = models.CharField(max_length=16)
    state_name = models.CharField(
        max_length=16,
        db_column="state",
        default=TicketState.OFFERED.value,
        choices=[(state.value, state.value) for state in TRANSITIONS],
    )
    state_since = models.DateTimeField(default=clock.now)
    lines = models.JSONField()
    note = models.TextField(default="", blank=True)
    names = models.TextField(default="", db_default="", blank=True)
    total = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    placed_at = models.DateTimeField()
    accept_by = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)
    minimum_age = models.SmallIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=64, default="", blank=True)
    fulfilment = models.CharField(
        max_length=16,
        default=TicketKind.DELIVERY.value,
        db_default=TicketKind.DELIVERY.value,
        choices=[(kind.value, kind.value) for kind in (TicketKind.DELIVERY, TicketKind.PICKUP)],
    )

    connection = models.ForeignKey(
        VendorConnection, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    rung_name = models.CharField(
        max_length=8,
        db_column="rung",
        default=Rung.TABLET.value,
        db_default=Rung.TABLET.value,
        choices=[(rung.value, rung.value) for rung in Rung],
    )

    NOT_FINAL = ~models.Q(state_name__in=sorted(state.value for state in FINAL))
    MACHINES: ClassVar[dict[str, Machine[Any]]] = {"state_name": TICKET, "rung_name": LADDER}

    class Meta:
        indexes = (
            models.Index(fields=("restaurant", "-id"), name="ticket_newest"),
            models.Index(fields=("restaurant", "state_name", "-id"), name="ticket_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.reference} ({self.state_name})"

    @property
    def order_id(self) -> UUID:
        return self.id

    @property
    def state(self) -> TicketState:
        return TicketState(self.state_name)

    @property
    def rung(self) -> Rung:
        return Rung(self.rung_name)

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    def move_to(self, state: TicketState) -> None:
        """Raises TicketConflict for what the table does not know."""
        if not TICKET.allows(self.state, state):
            raise TicketConflict(state=self.state_name, wanted=state.value)
        self.state_name = state.value
        self.state_since = clock.now()

    def climb(self, rung: Rung) -> None:
        """Raises StateConflict for a rung that does not lie above."""
        LADDER.check(self.rung, rung)
        self.rung_name = rung.value

    @property
    def money(self) -> Money:
        return Money(amount=self.total, currency=self.currency)
