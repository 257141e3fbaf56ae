"""What payments tells of charges, and of orders' payments, which are not looked at; what orders tells of
savings, and identity of customers who are forgotten; what happens here is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules.identity.events import CustomerErased, PhoneKept
from modules.orders.events import OrderDelivered, OrderRefunded
from modules.payments.events import (
    CardKept,
    CardRemoved,
    PaymentActionRequired,
    PaymentCaptured,
    PaymentDeclined,
    PaymentFailed,
    PaymentStep,
    PaymentVoided,
)
from modules.subscriptions.events import MembershipChanged, Why
from modules.subscriptions.interface import PURPOSE
from modules.subscriptions.models import KnownCard, KnownPhone
from modules.subscriptions.services.cards import forget_card, forget_cards, know_card
from modules.subscriptions.services.figures import Step, count_steps
from modules.subscriptions.services.leaving import forget_customer
from modules.subscriptions.services.outcomes import ACTION, CAPTURED, DECLINED, FAILED, Heard, record
from modules.subscriptions.services.phones import forget_phone, forget_phones, know_phone
from modules.subscriptions.services.saving import Saved, note_savings, undo_saving
from modules.subscriptions.services.trials import card_known
from tiffin import clock
from tiffin.log import Event, Subscriber, current_events, on, on_batch

# Nobody waits for it: a second later, and many together.
SAVINGS = Subscriber("subscriptions.savings", nudged=False)
FIGURES = Subscriber("subscriptions.figures", nudged=False)
CARDS = Subscriber("subscriptions.cards", reset=forget_cards, copies=(KnownCard,))
PHONES = Subscriber("subscriptions.phones", reset=forget_phones, copies=(KnownPhone,))
_PAID = frozenset({Why.JOINED, Why.RENEWED, Why.RECOVERED})


@on_batch(PaymentCaptured, PaymentActionRequired, PaymentDeclined, PaymentFailed, PaymentVoided)
def charges_told(events: Sequence[Any]) -> None:
    """Each in its place; a refund that failed is staff's with payments."""
    ours = (event for event in events if event.purpose == PURPOSE)
    record([heard for event in ours if (heard := _heard(event)) is not None])


def _heard(event: Event) -> Heard | None:
    match event:
        case PaymentCaptured():
            return Heard(event.order_id, event.payment_id, CAPTURED)
        case PaymentActionRequired():
            return Heard(event.order_id, event.payment_id, ACTION, action_url=event.action_url)
        case PaymentDeclined():
            return Heard(event.order_id, event.payment_id, DECLINED, event.reason)
        case PaymentFailed() if event.step is not PaymentStep.REFUND:
            return Heard(event.order_id, event.payment_id, FAILED, event.reason)
        case PaymentVoided():
            return Heard(event.order_id, event.payment_id, FAILED, "voided")
    return None


@on(CardKept, by=CARDS)
def card_kept(event: CardKept) -> None:
    """There is one trial for each card, by whatever token it is kept."""
    if event.mark:
        know_card(event.method, event.mark)


@on(CardKept)
def card_of_a_trial(event: CardKept) -> None:
    """It may have begun before."""
    if event.mark:
        card_known(event.customer_id, event.method, event.mark)


@on(CardRemoved, by=CARDS)
def card_removed(event: CardRemoved) -> None:
    """It is not known here either."""
    forget_card(event.method)


@on(PhoneKept, by=PHONES)
def phone_kept(event: PhoneKept) -> None:
    """There is one trial for each phone."""
    know_phone(event.customer_id, event.mark)


@on(CustomerErased, by=PHONES)
def phone_forgotten(event: CustomerErased) -> None:
    """What stood for it is forgotten too."""
    forget_phone(event.customer_id)


@on_batch(OrderDelivered, by=SAVINGS)
def orders_delivered(events: Sequence[OrderDelivered]) -> None:
    """What a membership took off them."""
    saved = [
        Saved(event.order_id, event.customer_id, event.saved_by_membership, event.delivered_at)
        for event in events
        if event.saved_by_membership
    ]
    if saved:
        note_savings(saved)


@on(OrderRefunded, by=SAVINGS)
def order_refunded(event: OrderRefunded) -> None:
    """What a membership took off is nothing when all went back."""
    if event.saved_by_membership:
        undo_saving(event.order_id, at=clock.now())


@on_batch(MembershipChanged, by=FIGURES)
def memberships_changed(events: Sequence[MembershipChanged]) -> None:
    """What they bring, and who comes and goes."""
    count_steps(
        [
            Step(
                event.membership_id,
                event.customer_id,
                record.region or "",
                event.plan_code,
                event.state,
                event.a_year.amount if event.a_year else 0,
                # A trial begins without an invoice.
                event.why in _PAID and event.invoice_id is not None,
                record.occurred_at,
            )
            for event, record in zip(events, current_events(), strict=True)
        ]
    )


@on(CustomerErased)
def customer_erased(event: CustomerErased) -> None:
    """Nobody is charged for whom nobody knows."""
    forget_customer(event.customer_id)
