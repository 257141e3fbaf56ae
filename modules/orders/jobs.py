"""What orders asks of others, each time under a key, and what happens when nobody answers in time.

A job that finds its order elsewhere than where it was added does nothing: the order has moved on. The answers
come as events, to `handlers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import msgspec

from modules.delivery.interface import Delivery, DeliveryStateConflict, DeliveryUnknown
from modules.orders.interface import (
    CourierState,
    OrderState,
    PaymentState,
    PointsState,
    RefundState,
    VendorState,
)
from modules.orders.models import CancellationFee, Order, Refund
from modules.orders.models.order import NOT_FETCHED
from modules.orders.pricing.refunding import RefundPart
from modules.orders.pricing.sharing import Told, as_shares, shares_back
from modules.orders.selectors.cancelling import fee_of
from modules.orders.services import compensation, points
from modules.orders.services.claims import ask_policy, decide_unanswered
from modules.orders.services.compensation import ask_again, give_up
from modules.orders.services.completing import complete
from modules.orders.services.confirming import confirm
from modules.orders.services.evidence import forget_evidence
from modules.orders.services.figures import count_figures
from modules.orders.services.owing import key_of, owe, owed_longest
from modules.orders.services.receipts import write_receipts
from modules.orders.services.recording import record
from modules.orders.services.requests import courier_request, restaurant_offer
from modules.payments.interface import (
    PaymentAmountInvalid,
    PaymentDiffers,
    PaymentId,
    PaymentMethodUnknown,
    Payments,
    PaymentStateConflict,
    Share,
)
from modules.restaurants.interface import OrderId, Restaurants, RestaurantUnknown, TicketConflict
from tiffin import db
from tiffin.errors import DomainError
from tiffin.interfaces import call
from tiffin.jobs import deadline, every, job

# --- forward ---------------------------------------------------------------------------------------


@job("secure_points", destination="rewards")
def secure_points(order_id: UUID) -> None:
    """Ask rewards to hold the points that pay a part of it."""
    points.hold_points(order_id)


@job("secure_payment", destination="payments")
def secure_payment(order_id: UUID, shares: Sequence[Told] = ()) -> None:
    """Ask payments to hold the money, and tell whose it is. What costs nothing needs none."""
    order = Order.get(order_id)
    if order.axes.order is not OrderState.PLACED:
        return
    if not order.total:
        _nothing_to_pay(order_id)
        return
    try:
        call(Payments).authorise(
            key=order.command_key("authorise"),
            order_id=order.id,
            customer_id=order.customer_id,
            amount=order.money(order.total),
            method=order.payment_method,
            region=order.region,
            shares=as_shares(shares, order.currency),
        )
    except (PaymentMethodUnknown, PaymentAmountInvalid, PaymentDiffers) as refusal:
        _refused_payment(order_id, refusal)


@job("offer_to_restaurant", destination="restaurants")
def offer_to_restaurant(order_id: UUID) -> None:
    """Put the order on the restaurant's counter."""
    order = Order.get(order_id)
    if order.axes.order is not OrderState.CONFIRMED:
        return
    try:
        call(Restaurants).offer_order(key=order.command_key("offer"), order=restaurant_offer(order))
    except RestaurantUnknown:
        _restaurant_is_gone(order_id)


@job("capture_payment", destination="payments")
def capture_payment(order_id: UUID, number: int | None = None) -> None:
    """Take the money, now that food is being made; of an order that was stopped, what is kept of it."""
    order = Order.get(order_id)
    if order.axes.payment is not PaymentState.CAPTURING or order.payment_id is None:
        return
    fee = fee_of(order)
    try:
        call(Payments).capture(
            key=order.command_key("capture", number),
            payment_id=PaymentId(order.payment_id),
            amount=order.money(fee.amount if fee else order.total),
            shares=_shares_kept(order, fee) if fee else (),
        )
    except PaymentStateConflict:
        return  # captured or let go already: its event is on its way


@job("request_courier", destination="delivery")
def request_courier(order_id: UUID) -> None:
    """Have a courier looked for."""
    order = Order.get(order_id)
    if order.axes.courier is CourierState.SEARCHING:
        call(Delivery).request(key=order.command_key("courier"), **courier_request(order))


@job("tell_courier", destination="delivery")
def tell_courier(order_id: UUID, number: int) -> None:
    """Say when the food is ready, now that it is not when it was said."""
    order = Order.get(order_id)
    if order.ready_at is None or order.axes.courier not in {CourierState.SEARCHING, CourierState.ASSIGNED}:
        return
    with suppress(DeliveryUnknown):  # it is not asked for yet, and will be told then
        call(Delivery).expect(
            key=order.command_key("expect", number), order_id=order.id, ready_at=order.ready_at
        )


@job("spend_points", destination="rewards")
def spend_points(order_id: UUID, number: int | None = None) -> None:
    """The customer has it: what is held is spent."""
    points.spend_points(order_id)


# --- and back --------------------------------------------------------------------------------------


@job("release_payment", destination="payments")
def release_payment(order_id: UUID, number: int) -> None:
    """Let go of what is held. Payments that was never asked holds nothing."""
    order = Order.get(order_id)
    if order.axes.payment is not PaymentState.VOIDING:
        return
    payment_id = order.payment_id or _payment_of(order_id)
    if payment_id is None:
        _nothing_was_held(order_id)
        return
    try:
        call(Payments).void(key=order.command_key("void", number), payment_id=PaymentId(payment_id))
    except PaymentStateConflict:
        return  # captured meanwhile: the event that says so begins the refund


@job("refund_payment", destination="payments")
def refund_payment(order_id: UUID, number: int | None = None) -> None:
    """Give back what is owed longest. Asked again under the same key it is given back once."""
    order = Order.get(order_id)
    if order.axes.refund is not RefundState.DUE or order.payment_id is None:
        return
    refund = owed_longest(order) or _owed_before(order_id)
    if refund is None:
        return
    try:
        call(Payments).refund(
            key=key_of(order, refund),
            payment_id=PaymentId(order.payment_id),
            amount=order.money(refund.amount),
            reason=refund.reason,
            shares=_shares_of(order, refund),
        )
    except (PaymentStateConflict, PaymentAmountInvalid):
        return  # all of it is on its way back already


@job("release_points", destination="rewards")
def release_points(order_id: UUID, number: int) -> None:
    """Let go of the points that are held, or may be."""
    points.let_points_go(order_id, number)


@job("restore_points", destination="rewards")
def restore_points(order_id: UUID, number: int | None = None) -> None:
    """Give back points that were spent."""
    points.restore_points(order_id)


@job("withdraw_ticket", destination="restaurants")
def withdraw_ticket(order_id: UUID, number: int) -> None:
    """Take the order off the restaurant's counter."""
    order = Order.get(order_id)
    if order.axes.vendor is not VendorState.WITHDRAWING:
        return
    try:
        call(Restaurants).withdraw_order(
            key=order.command_key("withdraw", number),
            order_id=OrderId(order.id),
            reason=order.cancel_reason,
        )
    except TicketConflict:
        return  # collected already: its event is on its way


@job("cancel_courier", destination="delivery")
def cancel_courier(order_id: UUID, number: int) -> None:
    """Call the courier off. A delivery that was never requested needs none."""
    order = Order.get(order_id)
    if order.axes.courier is not CourierState.CANCELLING:
        return
    try:
        call(Delivery).cancel(
            key=order.command_key("call-off", number), order_id=order.id, reason=order.cancel_reason
        )
    except DeliveryUnknown:
        _nobody_was_asked(order_id)
    except DeliveryStateConflict:
        return  # picked up or failed already: its event is on its way


# --- nobody answered in time -----------------------------------------------------------------------


@deadline("payment_overdue")
def payment_overdue(order_id: UUID) -> None:
    """Payments never answered, or the customer did not confirm; or rewards never answered before that."""
    waits_for_points = Order.get(order_id).axes.points is PointsState.PENDING
    reason = "points_timeout" if waits_for_points else "payment_timeout"
    _give_up_overdue(order_id, reason=reason, cause="payment_overdue")


@deadline("restaurant_overdue")
def restaurant_overdue(order_id: UUID) -> None:
    """The restaurant never answered."""
    _give_up_overdue(order_id, reason="restaurant_no_answer", cause="restaurant_overdue")


@deadline("courier_overdue")
def courier_overdue(order_id: UUID) -> None:
    """No courier was found."""
    _give_up_overdue(order_id, reason="no_courier", cause="courier_overdue")


@deadline("collection_overdue")
def collection_overdue(order_id: UUID) -> None:
    """The courier never came to the restaurant."""
    _give_up_overdue(order_id, reason="not_collected", cause="collection_overdue")


@deadline("fetching_overdue")
def fetching_overdue(order_id: UUID) -> None:
    """Nobody came for it. What stood ready was made and is charged; what never was ready goes back."""
    order = Order.lock(order_id)
    if order.axes.vendor is VendorState.READY:
        order.cancel_reason = NOT_FETCHED
        completed = complete(order, note=NOT_FETCHED)
        compensation.withdraw_ticket(order)
        record(order, completed, cause="fetching_overdue")
    else:
        given_up = give_up(order, reason="restaurant_lost_order", by="deadline")
        record(order, given_up, cause="fetching_overdue")


@deadline("drop_off_overdue")
def drop_off_overdue(order_id: UUID) -> None:
    """It never reached the customer, who gets the money back."""
    _give_up_overdue(order_id, reason="not_delivered", cause="drop_off_overdue")


@deadline("settlement_overdue")
def settlement_overdue(order_id: UUID) -> None:
    """The order is decided, but somebody has not answered yet: ask again, and wait as long again."""
    order = Order.lock(order_id)
    ask_again(order)
    record(order, cause="settlement_overdue")


@deadline("claim_overdue")
def claim_overdue(claim_id: UUID) -> None:
    """Nobody decided about a claim."""
    ask_policy(claim_id)


@job("decide_unanswered")
def decide_by_policy(claim_id: UUID) -> None:
    """The region's policy decides instead."""
    decide_unanswered(claim_id)


@job("forget_evidence")
def forget_photos(claim_id: UUID) -> None:
    """What customers sent with a claim is kept for a time and not longer."""
    forget_evidence(claim_id)


# --- afterwards ------------------------------------------------------------------------------------


@every("write_receipts", pause=timedelta(seconds=5))
def put_in_writing() -> None:
    """What was delivered, and what went back, is put in writing and numbered."""
    write_receipts()


@every("count_figures", pause=timedelta(seconds=20))
def keep_count() -> None:
    """What has happened is counted, by the hour."""
    count_figures()


def _give_up_overdue(order_id: UUID, *, reason: str, cause: str) -> None:
    order = Order.lock(order_id)
    record(order, give_up(order, reason=reason, by="deadline"), cause=cause)


# --- answers that settle a step at once ------------------------------------------------------------


def _owed_before(order_id: UUID) -> Refund | None:
    """Of an order that became due before refunds were rows of their own: everything goes back."""
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.refund is not RefundState.DUE or order.refunded >= order.captured:
            return None
        owe(order, order.captured - order.refunded, reason=order.cancel_reason)
        record(order, cause="refund_payment")
    return owed_longest(order)


def _shares_kept(order: Order, fee: CancellationFee) -> tuple[Share, ...]:
    parts = msgspec.convert(fee.parts, list[RefundPart])
    return as_shares(shares_back(parts, fee.amount, includes_tax=order.includes_tax), order.currency)


def _shares_of(order: Order, refund: Refund) -> tuple[Share, ...]:
    """From whom it goes back; of what goes back whole payments knows best what is left of each."""
    parts = msgspec.convert(refund.parts, list[RefundPart])
    return as_shares(shares_back(parts, refund.amount, includes_tax=order.includes_tax), order.currency)


def _nothing_to_pay(order_id: UUID) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.order is OrderState.PLACED:
            confirmed = confirm(order, order.money(0), note=compensation.NOTHING_TO_PAY)
            record(order, confirmed, cause="secure_payment")


def _refused_payment(order_id: UUID, refusal: DomainError) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.order is OrderState.PLACED:
            order.move(payment=PaymentState.DECLINED, note=refusal.code)
            record(order, give_up(order, reason="payment_declined", by="payments"), cause="secure_payment")


def _restaurant_is_gone(order_id: UUID) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.order is OrderState.CONFIRMED:
            cancelled = give_up(order, reason="restaurant_rejected", by="restaurant", note="restaurant_gone")
            record(order, cancelled, cause="offer_to_restaurant")


def _payment_of(order_id: UUID) -> UUID | None:
    payments = call(Payments).for_orders(order_ids=[order_id])
    return payments[0].id if payments else None


def _nothing_was_held(order_id: UUID) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.payment is PaymentState.VOIDING and order.payment_id is None:
            order.move(payment=PaymentState.VOIDED, note="never_asked")
            record(order, cause="release_payment")


def _nobody_was_asked(order_id: UUID) -> None:
    with db.transaction():
        order = Order.lock(order_id)
        if order.axes.courier is CourierState.CANCELLING:
            order.move(courier=CourierState.CANCELLED, note="never_asked")
            record(order, cause="cancel_courier")
