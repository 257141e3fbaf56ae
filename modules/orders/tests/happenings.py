"""What may be reported of an order or happen to it, by name: as the log and the job runner would drive the
handlers, deadlines and use cases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st

from modules.delivery import events as delivery
from modules.orders import handlers, jobs
from modules.orders.interface import (
    CancellationRefused,
    ClaimLine,
    ClaimLineWrong,
    ClaimReason,
    ClaimRefused,
    CourierState,
    PaymentState,
    PointsState,
    RefundState,
    VendorState,
)
from modules.orders.models import Order
from modules.orders.services import (
    add_evidence,
    appeal,
    claim,
    decide_claim,
)
from modules.orders.services.owing import owed_longest
from modules.orders.states import is_final
from modules.orders.tests import photos, scenes
from modules.orders.tests.whole import check
from modules.payments import events as payments
from modules.restaurants import events as restaurants
from modules.restaurants.interface import DelayReason, RejectReason
from modules.rewards import events as rewards
from modules.rewards.interface import HoldState, Rewards
from tiffin import clock, db, ids
from tiffin.interfaces import call
from tiffin.log import Event
from tiffin.log.events import Recorded, handling
from tiffin.models import Job
from tiffin.money import Money

COURIER, PAYMENT = UUID(int=7), UUID(int=8)
Report = Callable[[Order], Event]


def _paid(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(
        payment_id=PAYMENT, order_id=order.id, amount=Money(amount=order.total, currency="GBP"), **more
    )


def _counter(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(order_id=order.id, restaurant_id=order.restaurant_id, **more)


def _road(kind: type[Event], **more: object) -> Report:
    return lambda order: kind(order_id=order.id, **more)


def _refunded(order: Order) -> Event:
    """What was asked for first is back; when nothing was, somebody gave everything back."""
    asked = owed_longest(order)
    back = asked.amount if asked else (order.captured or order.total) - order.refunded
    in_all = min(order.refunded + back, order.captured or order.total)
    return payments.PaymentRefunded(
        payment_id=PAYMENT,
        order_id=order.id,
        amount=Money(amount=back, currency="GBP"),
        refunded=Money(amount=in_all, currency="GBP"),
        reason="x",
    )


def _bank(kind: type[Event], dispute: str, *, half: bool = False, **more: object) -> Report:
    """A case about all that was paid, or half of it."""
    return lambda order: kind(
        payment_id=PAYMENT,
        order_id=order.id,
        amount=Money(amount=order.total // 2 if half else order.total, currency="GBP"),
        dispute=dispute,
        **more,
    )


def _failed(step: payments.PaymentStep) -> Report:
    return _paid(payments.PaymentFailed, step=step, reason="x")


WHEN = clock.now()
LATER = WHEN + timedelta(minutes=10)
REPORTS: dict[str, tuple[Callable[[Event], None], Report]] = {
    "authorised": (handlers.payment.payment_secured, _paid(payments.PaymentAuthorised)),
    "action required": (
        handlers.payment.customer_must_confirm,
        _paid(payments.PaymentActionRequired, action_url="/confirm", expires_at=WHEN.isoformat()),
    ),
    "declined": (handlers.payment.payment_declined, _paid(payments.PaymentDeclined, reason="no")),
    "captured": (handlers.payment.payment_captured, _paid(payments.PaymentCaptured)),
    "voided": (handlers.payment.payment_voided, _paid(payments.PaymentVoided)),
    "refunded": (handlers.payment.payment_refunded, _refunded),
    "charged back": (
        handlers.payment.money_charged_back,
        _bank(payments.PaymentChargedBack, "whole", reason="fraudulent"),
    ),
    "charged back by half": (
        handlers.payment.money_charged_back,
        _bank(payments.PaymentChargedBack, "half", half=True, reason="general"),
    ),
    "won back": (
        handlers.payment.money_won_back,
        _bank(payments.PaymentChargebackReversed, "whole"),
    ),
    "half won back": (
        handlers.payment.money_won_back,
        _bank(payments.PaymentChargebackReversed, "half", half=True),
    ),
    "not authorised": (handlers.payment.payment_failed, _failed(payments.PaymentStep.AUTHORISE)),
    "not captured": (handlers.payment.payment_failed, _failed(payments.PaymentStep.CAPTURE)),
    "not refunded": (handlers.payment.payment_failed, _failed(payments.PaymentStep.REFUND)),
    "offered": (
        handlers.vendor.offered_to_restaurant,
        _counter(restaurants.TicketOffered, accept_by=WHEN),
    ),
    "accepted": (
        handlers.vendor.restaurant_accepted,
        _counter(restaurants.TicketAccepted, ready_in_minutes=20, ready_at=WHEN),
    ),
    "delayed": (
        handlers.vendor.restaurant_is_late,
        _counter(restaurants.TicketDelayed, ready_at=LATER, minutes=10, reason=DelayReason.BUSY),
    ),
    "rejected": (
        handlers.vendor.restaurant_rejected,
        _counter(restaurants.TicketRejected, reason=RejectReason.TOO_BUSY),
    ),
    "ready": (handlers.vendor.food_is_ready, _counter(restaurants.TicketReady)),
    "collected": (handlers.vendor.food_was_collected, _counter(restaurants.TicketCollected)),
    "withdrawn": (handlers.vendor.ticket_withdrawn, _counter(restaurants.TicketWithdrawn, reason="x")),
    "assigned": (
        handlers.courier.courier_assigned,
        _road(delivery.CourierAssigned, courier_id=COURIER),
    ),
    "unassigned": (
        handlers.courier.courier_did_not_come,
        _road(delivery.CourierUnassigned, courier_id=COURIER, reason="no_show"),
    ),
    "picked up": (
        handlers.courier.courier_picked_up,
        _road(delivery.CourierPickedUp, courier_id=COURIER),
    ),
    "delivered": (
        handlers.courier.customer_has_it,
        _road(delivery.DeliveryCompleted, courier_id=COURIER),
    ),
    "called off": (
        handlers.courier.delivery_called_off,
        _road(delivery.DeliveryCancelled, reason="x"),
    ),
    "delivery failed": (
        handlers.courier.delivery_failed,
        _road(delivery.DeliveryFailed, reason="no_courier"),
    ),
    "refused at the door": (
        handlers.courier.delivery_failed,
        _road(delivery.DeliveryFailed, reason=delivery.AGE_REFUSED),
    ),
    "points lapsed": (
        handlers.points.points_hold_lapsed,
        lambda order: rewards.PointsHoldLapsed(
            hold_id=order.hold_id, order_id=order.id, customer_id=order.customer_id, points=order.points
        ),
    ),
}
# The usual course, so that the random ones get far more often.
COURSE = ("authorised", "offered", "accepted", "captured", "assigned", "ready", "picked up", "delivered")
BANKS = ("charged back", "charged back by half", "won back", "half won back")
# At once, or at one of so many times that no restaurant is full.
SLOTS = st.none() | st.integers(0, 40)
FAILURES = ("delivery failed", "refused at the door")
OTHERS = ("deadline", "customer cancels", "staff cancel", "rewards answers")
# None, a part of the bill, or all of it.
POINTS = st.sampled_from([0, 0, 700, 100_000])
# What may come once the food is there: of a dish, of all of it, and what staff say to what is open.
AFTERWARDS = (
    "a dish is missing",
    "nothing came",
    "a photo is sent",
    "staff grant",
    "staff refuse",
    "a refusal is appealed",
    "nobody decides",
)


def report(order_id: UUID, name: str) -> None:
    handle, make = REPORTS[name]
    event = make(Order.get(order_id))
    with db.transaction(owner="orders"), handling(recorded(event)):
        handle(event)


def recorded(event: Event) -> Recorded:
    return Recorded(
        shard=0, epoch=1, txid=1, position=1, day=WHEN.date(), event_id=ids.new_id(), name=event.wire,
        key=event.order_id, seq=1, occurred_at=clock.now(), region="gb", actor="service",
        correlation=ids.new_id(), causation=None, payload=b"",
    )  # fmt: skip


def happen(order_id: UUID, name: str) -> None:
    if name in REPORTS:
        if _may_be_reported(order_id, name):
            report(order_id, name)
    elif name == "rewards answers":
        _ask_rewards(order_id)
    elif name == "deadline":
        _strike(order_id)
    elif name in AFTERWARDS:
        _claim(order_id, name)
    else:
        _cancel(order_id, by_staff=name == "staff cancel")


def _may_be_reported(order_id: UUID, name: str) -> bool:
    """Payments hears of an order once its points are held, and of what costs nothing never; a hold lapses
    while nobody has ended it."""
    order = Order.get(order_id)
    if name == "points lapsed":
        held = [
            hold for hold in call(Rewards).holds(hold_ids=[order.hold_id]) if hold.state is HoldState.HELD
        ]
        for hold in held:
            call(Rewards).void(key=scenes.new_key(), hold_id=hold.id)
        return bool(held)
    was_asked = order.total and order.axes.points is not PointsState.PENDING
    return bool(was_asked) or REPORTS[name][0].__module__ != handlers.payment.__name__


def _ask_rewards(order_id: UUID) -> None:
    """What is to be asked now is asked, and answered at once."""
    order = Order.get(order_id)
    match order.axes.points:
        case PointsState.PENDING:
            jobs.secure_points(order_id)
            if not order.total:
                jobs.secure_payment(order_id)
        case PointsState.SPENDING:
            jobs.spend_points(order_id)
        case PointsState.RESTORING:
            jobs.restore_points(order_id)
        case PointsState.RELEASING:
            jobs.release_points(order_id, order.wishes)


def _strike(order_id: UUID) -> None:
    """The deadline that is set happens, as the job runner makes it happen: the row goes with it."""
    row = Job.objects.using("orders").filter(key=order_id, slot="deadline").first()
    if row is None:
        return
    with db.transaction(owner="orders"):
        row.delete()
        getattr(jobs, row.name)(order_id)


def _claim(order_id: UUID, name: str) -> None:
    order = Order.get(order_id)
    opened = order.claims.filter(state_name="open").first()
    with suppress(ClaimRefused, ClaimLineWrong):
        match name:
            case "a dish is missing":
                line = (ClaimLine(line=0, quantity=1),)
                claim(
                    customer_id=order.customer_id, order_id=order_id, reason=ClaimReason.MISSING, lines=line
                )
            case "nothing came":
                claim(customer_id=order.customer_id, order_id=order_id, reason=ClaimReason.NEVER_ARRIVED)
            case "a photo is sent" if opened:
                add_evidence(customer_id=order.customer_id, claim_id=opened.id, content=photos.png())
            case "a refusal is appealed" if refused := order.claims.filter(state_name="refused").first():
                appeal(customer_id=order.customer_id, claim_id=refused.id, words="Look again.")
            case "nobody decides" if opened:
                _strike(opened.id)
            case "staff grant" | "staff refuse" if opened:
                decide_claim(claim_id=opened.id, grant=name == "staff grant")


def _cancel(order_id: UUID, *, by_staff: bool) -> None:
    order = Order.get(order_id)
    with suppress(CancellationRefused):
        scenes.cancel_by_staff(order) if by_staff else scenes.cancel(order)


def settle_everything(order_id: UUID) -> Order:
    """Everybody answers what they were asked, and time passes."""
    for _ in range(20):
        order = Order.get(order_id)
        if is_final(order.axes):
            break
        _answer(order)
        check(order_id)
    return Order.get(order_id)


def _answer(order: Order) -> None:
    axes = order.axes
    if axes.payment is PaymentState.VOIDING:
        report(order.id, "voided")
    elif axes.points in {PointsState.SPENDING, PointsState.RESTORING, PointsState.RELEASING}:
        _ask_rewards(order.id)
    elif axes.payment is PaymentState.CAPTURING:
        report(order.id, "captured")
    elif axes.refund is RefundState.DUE:
        report(order.id, "refunded")
    elif axes.vendor is VendorState.WITHDRAWING:
        report(order.id, "withdrawn")
    elif axes.courier is CourierState.CANCELLING:
        report(order.id, "called off")
    elif axes.courier is CourierState.PICKED_UP:
        report(order.id, "delivered")
    else:
        _strike(order.id)
