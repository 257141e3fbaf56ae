"""What payments reports. An answer may come late: what comes after the order was given up is undone."""

from __future__ import annotations

from datetime import timedelta

from modules.orders.interface import CourierState, OrderState, PaymentState, RefundState
from modules.orders.models import Order
from modules.orders.models.order import lock_if_known
from modules.orders.services.chargebacks import charge_back, win_back
from modules.orders.services.compensation import give_up, release_payment
from modules.orders.services.confirming import confirm
from modules.orders.services.keeping import keep_what_is_left
from modules.orders.services.lateness import credit_lateness
from modules.orders.services.owing import refund_again, settle_refunds
from modules.orders.services.promotions import release_promotions
from modules.orders.services.recording import record
from modules.orders.services.telling import charged_back_told, money_told, unpaid_told
from modules.orders.states import PAYMENT, is_over
from modules.payments.events import (
    PaymentActionRequired,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentChargebackReversed,
    PaymentChargedBack,
    PaymentDeclined,
    PaymentFailed,
    PaymentRefunded,
    PaymentStep,
    PaymentVoided,
)
from modules.payments.interface import ORDER
from tiffin import clock, jobs
from tiffin.log import Event, on

OfAnOrder = (
    PaymentAuthorised
    | PaymentActionRequired
    | PaymentDeclined
    | PaymentCaptured
    | PaymentVoided
    | PaymentRefunded
    | PaymentChargedBack
    | PaymentChargebackReversed
    | PaymentFailed
)
REFUND_AGAIN_AFTER = timedelta(minutes=10)


def _order(event: OfAnOrder) -> Order | None:
    """The order, locked; None of what was charged for something else."""
    return lock_if_known(event.order_id) if event.purpose == ORDER else None


@on(PaymentAuthorised)
def payment_secured(event: PaymentAuthorised) -> None:
    """The money is held, and was asked for once the points were: the restaurant is asked next."""
    order = _order(event)
    if order is None:
        return
    order.payment_id = event.payment_id
    order.action_url = ""
    if order.axes.order is OrderState.PLACED:
        record(order, confirm(order, event.amount))
    else:
        _release_late(order)


@on(PaymentActionRequired)
def customer_must_confirm(event: PaymentActionRequired) -> None:
    """The customer's bank wants to hear from them before it holds the money."""
    order = _order(event)
    if order is None:
        return
    order.payment_id = event.payment_id
    if order.axes.payment is PaymentState.PENDING:
        order.move(payment=PaymentState.ACTION_REQUIRED)
        order.action_url = event.action_url
        record(order)
    else:
        _release_late(order)


@on(PaymentDeclined)
def payment_declined(event: PaymentDeclined) -> None:
    """No money is held: there is no order to cook."""
    order = _order(event)
    if order is None:
        return
    order.payment_id = event.payment_id
    if order.axes.order is OrderState.PLACED:
        order.move(payment=PaymentState.DECLINED, note=event.reason[:64])
        record(order, give_up(order, reason="payment_declined", by="payments"))
    elif order.axes.payment is PaymentState.VOIDING:
        _nothing_held(order, PaymentState.DECLINED)


@on(PaymentFailed)
def payment_failed(event: PaymentFailed) -> None:
    """A step came to nothing; payments undoes what the provider may have done nevertheless."""
    order = _order(event)
    if order is None:
        return
    order.payment_id = event.payment_id
    if event.step is PaymentStep.REFUND:
        _refund_again(order)
    elif order.axes.payment is PaymentState.VOIDING:
        _nothing_held(order, PaymentState.FAILED)
    elif order.axes.order is OrderState.PLACED or order.axes.payment is PaymentState.CAPTURING:
        _without_money(order, note=event.reason[:64])


@on(PaymentCaptured)
def payment_captured(event: PaymentCaptured) -> None:
    """The money is ours. If the order was given up meanwhile, it goes back."""
    order = _order(event)
    if order is None or order.axes.payment not in {PaymentState.CAPTURING, PaymentState.VOIDING}:
        return
    order.captured = max(order.captured, event.amount.amount)
    order.move(payment=PaymentState.CAPTURED)
    if order.axes.order is OrderState.CANCELLED:
        jobs.drop(order, "release_payment")
        keep_what_is_left(order)
        release_payment(order)
    credit_lateness(order)
    record(order)


@on(PaymentVoided)
def payment_voided(event: PaymentVoided) -> None:
    """Nothing is held any more: as we wished, or because the authorisation lapsed."""
    order = _order(event)
    if order is None:
        return
    if not is_over(order.axes) and PAYMENT.allows(order.axes.payment, PaymentState.VOIDING):
        lapsed = give_up(order, reason="payment_lapsed", by="payments")
        _nothing_held(order, PaymentState.VOIDED, lapsed)
    elif order.axes.payment is PaymentState.VOIDING:
        _nothing_held(order, PaymentState.VOIDED)
    elif order.axes.payment is PaymentState.CAPTURING:
        # It lapsed before what the order costs, or what is kept of it, was taken.
        _without_money(order, note="payment_lapsed")


@on(PaymentRefunded)
def payment_refunded(event: PaymentRefunded) -> None:
    """Money went back to the customer."""
    order = _order(event)
    if order is None:
        return
    order.refunded = event.refunded.amount
    order.captured = max(order.captured, order.refunded)
    if order.axes.payment is PaymentState.VOIDING:
        # Captured before the void arrived, and given back at once.
        jobs.drop(order, "release_payment")
        order.move(payment=PaymentState.CAPTURED)
        release_payment(order)
    keep_what_is_left(order)
    refund = settle_refunds(order, amount=event.amount.amount, reference=event.reference)
    record(order, money_told(order, event.amount.amount, refund))


@on(PaymentChargedBack)
def money_charged_back(event: PaymentChargedBack) -> None:
    """The customer's bank took money back: what is owed besides is at most what is left, and what was
    delivered for it earned nothing."""
    order, amount = _order(event), event.amount.amount
    if order is None or not charge_back(order, dispute=event.dispute, amount=amount, reason=event.reason):
        return
    if order.axes.order is OrderState.COMPLETED:
        record(order, charged_back_told(order, dispute=event.dispute, amount=amount))
    else:
        record(order)


@on(PaymentChargebackReversed)
def money_won_back(event: PaymentChargebackReversed) -> None:
    """It is ours again: what is owed of it goes back."""
    order = _order(event)
    if order is not None and win_back(order, dispute=event.dispute, amount=event.amount.amount):
        record(order)


def _release_late(order: Order) -> None:
    """Something may be held after the order was given up without a payment; let go of it."""
    if order.axes.payment is PaymentState.VOIDED:
        release_payment(order)
    if is_over(order.axes):
        record(order)


def _nothing_held(order: Order, state: PaymentState, *events: Event) -> None:
    jobs.drop(order, "release_payment")
    order.move(payment=state)
    record(order, *events)


def _without_money(order: Order, *, note: str) -> None:
    """There will be no money. What is on its way already is still brought; the loss is the platform's. What
    was to be kept of an order that was stopped is nothing, and so no promotion was used up."""
    order.move(payment=PaymentState.FAILED, note=note)
    if order.axes.order is OrderState.CANCELLED:
        release_promotions(order)
    if order.axes.order is OrderState.COMPLETED:
        record(order, unpaid_told(order))
    elif is_over(order.axes) or order.axes.courier in {CourierState.PICKED_UP, CourierState.DELIVERED}:
        record(order)
    else:
        record(order, give_up(order, reason="payment_failed", by="payments"))


def _refund_again(order: Order) -> None:
    """The customer's money stays due: ask again later, under a new key."""
    if order.axes.refund is RefundState.DUE:
        refund_again(order, at=clock.now() + REFUND_AGAIN_AFTER)
