"""The order: terms copied from its quote, six axes, its money, and a timeline of every change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple, TypedDict, TypeVar, Unpack
from uuid import UUID

from django.db import models

from modules.orders.interface import (
    Axes,
    CourierState,
    Fulfilment,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    Status,
    VendorState,
)
from modules.orders.states import (
    COURIER,
    COURIER_OPEN,
    MACHINES,
    NOTHING_HELD,
    ORDER,
    PAID_OR_LOST,
    PAYMENT,
    POINTS,
    POINTS_SETTLED,
    REFUND,
    SETTLED,
    START,
    VENDOR,
    VENDOR_OPEN,
    Machine,
    status_of,
)
from tiffin import clock, ids
from tiffin.db import Aggregate
from tiffin.interfaces import CommandKey, OpenEnum
from tiffin.money import Money

NOT_FETCHED = "not_fetched"
S = TypeVar("S", bound=OpenEnum)

OPEN = (
    Status.PAYING,
    Status.ACTION_REQUIRED,
    Status.WAITING_FOR_RESTAURANT,
    Status.PREPARING,
    Status.READY,
    Status.ON_THE_WAY,
    Status.REFUNDING,
)


def _choices(states: type[OpenEnum]) -> list[tuple[str, str]]:
    return [(state.value, state.value.replace("_", " ")) for state in states if state.value != "unknown"]


def _in(axis: str, *states: OpenEnum) -> models.Q:
    return models.Q(**{f"{axis}_state__in": sorted(state.value for state in states)})


# The same as `states.is_final`, for the database; a test compares the two.
_FINAL = _in("points", *POINTS_SETTLED) & (
    _in("order", OrderState.COMPLETED) & _in("payment", *PAID_OR_LOST) & ~_in("refund", RefundState.DUE)
    | (
        _in("order", OrderState.CANCELLED)
        & (_in("payment", *NOTHING_HELD) | _in("refund", *SETTLED))
        & ~_in("vendor", *VENDOR_OPEN)
        & ~_in("courier", *COURIER_OPEN)
    )
)


# What was sold and paid for, or is kept of what was stopped, and is not in writing yet.
TO_RECEIPT = models.Q(payment_state=PaymentState.CAPTURED.value, receipted=False) & (
    _in("order", OrderState.COMPLETED) | _in("order", OrderState.CANCELLED) & _in("refund", *SETTLED)
)


class Moves(TypedDict, total=False):
    """Axes with the states that they move to."""

    vendor: VendorState
    order: OrderState
    payment: PaymentState
    courier: CourierState | None
    refund: RefundState
    points: PointsState


_AXES: tuple[Machine[Any], ...] = (VENDOR, ORDER, PAYMENT, COURIER, REFUND, POINTS)


class Move(NamedTuple):
    """One axis went from one state to another; `axes` and `status` are how it stands after."""

    axis: str
    before: str | None
    after: str
    axes: Axes
    note: str


class Order(Aggregate):
    """Amounts in minor units; `refund_due` is what goes back in all, `refunded` what is back. `waits_for`
    names the deadline that is set, `waits_until` when it happens; empty once the order is final. `sealed` and
    `names`, of those whom its lines are for, open only with the customer's key. `promised_by` is the latest
    time that was said when it was placed, and never moves; the delays, in seconds, are what the restaurant's
    history said then. `receipted`: its receipts are written. `points` pay a part of the bill, of which
    `points_back` came back; `goods` is what dishes and options cost after promotions and benefits, however
    they are paid; `donation` is what the total holds for the charity. Kept as long as accounts must be."""

    code = models.CharField(max_length=8)
    quote_id = models.UUIDField(unique=True)
    customer_id = models.UUIDField()
    restaurant_id = models.UUIDField()
    restaurant_name = models.CharField(max_length=200)
    menu_version = models.IntegerField()
    preparation_minutes = models.IntegerField()
    distance_m = models.IntegerField()
    pickup = models.JSONField()
    dropoff_lat = models.FloatField(null=True)
    dropoff_lon = models.FloatField(null=True)
    sealed = models.TextField()
    fulfilment_name = models.CharField(
        max_length=16,
        db_column="fulfilment",
        choices=_choices(Fulfilment),
        default=Fulfilment.DELIVERY.value,
        db_default=Fulfilment.DELIVERY.value,
    )
    note = models.CharField(max_length=300, default="", db_default="")
    names = models.TextField(default="", db_default="")
    wanted_at = models.DateTimeField(null=True)
    minimum_age = models.SmallIntegerField(default=0, db_default=0)
    promised_from = models.DateTimeField(null=True)
    promised_by = models.DateTimeField(null=True)
    usual_delay = models.IntegerField(default=0, db_default=0)
    seldom_delay = models.IntegerField(default=0, db_default=0)

    currency = models.CharField(max_length=3)
    includes_tax = models.BooleanField()
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    refund_due = models.BigIntegerField(default=0, db_default=0)
    goods = models.BigIntegerField(default=0, db_default=0)
    points = models.IntegerField(default=0, db_default=0)
    points_back = models.IntegerField(default=0, db_default=0)
    donation = models.BigIntegerField(default=0, db_default=0)
    member_saving = models.BigIntegerField(default=0, db_default=0)
    charity_id = models.UUIDField(null=True)

    order_state = models.CharField(max_length=16, choices=_choices(OrderState), default=START.order.value)
    payment_state = models.CharField(
        max_length=16, choices=_choices(PaymentState), default=START.payment.value
    )
    vendor_state = models.CharField(max_length=16, choices=_choices(VendorState), default=START.vendor.value)
    courier_state = models.CharField(
        max_length=16, choices=_choices(CourierState), default=START.courier.value
    )
    refund_state = models.CharField(max_length=16, choices=_choices(RefundState), default=START.refund.value)
    points_state = models.CharField(
        max_length=16,
        choices=_choices(PointsState),
        default=START.points.value,
        db_default=START.points.value,
    )
    status_name = models.CharField(
        max_length=32, db_column="status", choices=_choices(Status), default=status_of(START).value
    )

    payment_method = models.CharField(max_length=100)
    payment_id = models.UUIDField(null=True)
    action_url = models.TextField(default="")
    courier_id = models.UUIDField(null=True)
    cancel_reason = models.CharField(max_length=64, default="")

    changed_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    courier_wanted_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=32, default="")
    waits_until = models.DateTimeField(null=True)
    timeline_seq = models.IntegerField(default=0)
    wishes = models.IntegerField(default=0)
    receipted = models.BooleanField(default=False, db_default=False)

    NOT_FINAL = ~_FINAL
    MACHINES: ClassVar[dict[str, Machine[Any]]] = {f"{each.axis}_state": each for each in MACHINES}

    # What may change after placing; the terms never do.
    CHANGING = (
        "captured",
        "refunded",
        "refund_due",
        "points_back",
        "order_state",
        "payment_state",
        "vendor_state",
        "courier_state",
        "refund_state",
        "points_state",
        "status_name",
        "payment_id",
        "action_url",
        "courier_id",
        "cancel_reason",
        "changed_at",
        "confirmed_at",
        "accepted_at",
        "courier_wanted_at",
        "ready_at",
        "picked_up_at",
        "delivered_at",
        "waits_for",
        "waits_until",
        "timeline_seq",
        "wishes",
    )

    class Meta:
        indexes = (
            models.Index(fields=("customer_id", "-id"), name="order_of_customer"),
            models.Index(
                fields=("status_name",),
                condition=models.Q(status_name__in=[status.value for status in OPEN]),
                name="order_open_by_status",
            ),
            models.Index(
                fields=("restaurant_id", "-delivered_at"),
                condition=models.Q(delivered_at__isnull=False),
                name="order_delivered",
            ),
            models.Index(fields=("region", "delivered_at"), condition=TO_RECEIPT, name="order_to_receipt"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_not_negative"),
            models.CheckConstraint(
                condition=models.Q(refunded__lte=models.F("captured")), name="order_refund_within_capture"
            ),
            models.CheckConstraint(
                condition=models.Q(points_back__gte=0, points_back__lte=models.F("points")),
                name="order_points_back_within_points",
            ),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moves: list[Move] = []

    def __str__(self) -> str:
        return f"{self.code}: {self.status_name}"

    @property
    def axes(self) -> Axes:
        return Axes(
            order=OrderState(self.order_state),
            payment=PaymentState(self.payment_state),
            vendor=VendorState(self.vendor_state),
            courier=CourierState(self.courier_state),
            refund=RefundState(self.refund_state),
            points=PointsState(self.points_state),
        )

    @property
    def fulfilment(self) -> Fulfilment:
        return Fulfilment(self.fulfilment_name)

    @property
    def is_fetched(self) -> bool:
        """By the customer; there is no courier."""
        return self.fulfilment is Fulfilment.PICKUP

    @property
    def was_not_fetched(self) -> bool:
        """It is over and charged, and its customer never had it."""
        return self.cancel_reason == NOT_FETCHED

    @property
    def hold_id(self) -> UUID:
        """Of the points that rewards holds for it."""
        return ids.derived(self.id, "points")

    @property
    def status(self) -> Status:
        return status_of(self.axes)

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)

    def command_key(self, step: str, number: int | None = None) -> CommandKey:
        """Names one wish about this order to another module; `number` tells repeated wishes apart."""
        return CommandKey(f"{self.id}:{step}" if number is None else f"{self.id}:{step}:{number}")

    def move(self, *, note: str = "", **states: Unpack[Moves]) -> None:
        """Bring axes to new states, in the order of `Moves`; `note` is a code for the timeline.

        Raises TransitionRefused for what the machines do not draw. `record` writes it down.
        """
        for machine in _AXES:
            after: Any = states.get(machine.axis)
            if after is not None:
                self._step(machine, machine.states(getattr(self, f"{machine.axis}_state")), after, note)

    def remark(self, machine: Machine[Any], *, note: str) -> None:
        """Have something said on the timeline of an axis, though it stays where it is."""
        state = getattr(self, f"{machine.axis}_state")
        self.moves.append(Move(machine.axis, state, state, self.axes, note))

    def _step(self, machine: Machine[S], before: S, after: S, note: str) -> None:
        machine.check(before, after)
        setattr(self, f"{machine.axis}_state", after.value)
        axes = self.axes
        self.status_name = status_of(axes).value
        self.moves.append(Move(machine.axis, before.value, after.value, axes, note))

    def has_parts(self, lines: list[OrderLine], components: list[OrderComponent]) -> None:
        """These are the order's lines and components, just written: they need not be read."""
        parts: dict[str, Any] = {"lines": self.lines.all(), "components": self.components.all()}
        parts["lines"]._result_cache, parts["components"]._result_cache = lines, components
        self._prefetched_objects_cache = parts

    def take_moves(self) -> list[Move]:
        """What has moved since it was last written down."""
        moves, self.moves = self.moves, []
        return moves


class OrderLine(models.Model):
    """A line as it stood on the menu. `unit_price` includes the options, `person` is the number of whom it is
    for among the order's `names`. Kept with its order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    number = models.SmallIntegerField()
    item_id = models.UUIDField()
    title = models.CharField(max_length=300)
    quantity = models.IntegerField()
    unit_price = models.BigIntegerField()
    options = models.JSONField(default=list)
    person = models.SmallIntegerField(null=True)
    note = models.CharField(max_length=140, default="", db_default="")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("order", "number"), name="order_line_once"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"


class OrderComponent(models.Model):
    """One amount of the bill, copied from the quote. Kept with its order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="components")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=16)
    component_code = models.CharField(max_length=64, db_column="code")
    label = models.CharField(max_length=300)
    amount = models.BigIntegerField()
    tax_category = models.CharField(max_length=32)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=5)
    tax = models.BigIntegerField()
    liable = models.CharField(max_length=16)
    line = models.SmallIntegerField(null=True)
    party = models.CharField(max_length=16, default="", db_default="")
    funded_by = models.CharField(max_length=16, default="", db_default="")
    explanation = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("order", "number"), name="order_component_once"),)

    def __str__(self) -> str:
        return f"{self.label}: {self.amount}"


def lock_if_known(order_id: UUID) -> Order | None:
    """The order, locked; None for one that was not placed here."""
    try:
        return Order.lock(order_id)
    except Order.DoesNotExist:
        return None


def in_bulk(order_ids: Iterable[UUID]) -> list[Order]:
    """Orders with their lines and components, in no particular order."""
    return list(Order.objects.filter(pk__in=list(order_ids)).prefetch_related("lines", "components"))
