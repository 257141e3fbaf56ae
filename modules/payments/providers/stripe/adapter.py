"""Stripe behind the port. A charge is a PaymentIntent with manual capture.

It is made in two steps, and our memory (`memory.py`) lies between them: create it, which moves no money;
write down its name; confirm it. So whatever may hold money is known to us by name, at every moment: what
became of it is asked by that name, nothing has to be searched for, and what has no name yet can be forbidden
for good. An intent whose name was lost on the way is never confirmed and stays without effect.

Our keys go with what makes something new (an intent, a refund): the same key makes it once, for at least 24
hours. Whatever moves an intent on (confirm, capture, cancel) can happen to it once only and goes without:
under a key Stripe repeats even a saved 500 (https://docs.stripe.com/api/idempotent_requests), though trying
again is right. Later than that, and after every refusal, we look at what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import stripe
from django.conf import settings
from django.urls import reverse
from stripe.params import PaymentIntentConfirmParams, PaymentIntentCreateParams

from modules.payments.interface import DECLINED_FOR_GOOD, DECLINED_FOR_NOW
from modules.payments.models import ProviderOperation
from modules.payments.policies import STRIPE
from modules.payments.providers import memory
from modules.payments.providers.port import (
    Declined,
    DisputeSeen,
    Movement,
    Outcome,
    RequiresAction,
    StillPending,
    Succeeded,
)
from modules.payments.providers.stripe.amounts import NotExpressible, from_stripe, to_stripe
from modules.payments.providers.stripe.browser import card_entry
from modules.payments.providers.stripe.client import asking, client
from modules.payments.providers.stripe.disputes import disputes_of
from modules.payments.providers.stripe.intents import OUR_KEY, had_been_held, intent_of
from modules.payments.providers.stripe.movements import movements_between
from tiffin.money import Money

RETURN_PATH = "/payments/return"
CANCELLED, CAPTURED, NOT_HELD = "charge_cancelled", "charge_already_captured", "not_authorised"
AMOUNT_NOT_TAKEN = "amount_not_expressible"
WANTS_ITS_OWNER = "authentication_required"
# A refund that is not there yet is on one page with all others of its charge.
PAGE = 100
# Cards that are never to be tried again
# (https://docs.stripe.com/billing/revenue-recovery/smart-retries, hard declines; the list is as remembered
# from there and unconfirmed).
_FOR_GOOD = frozenset(
    {
        "highest_risk_level",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)
# What there is not enough of today there may be another day (https://docs.stripe.com/declines/codes).
_FOR_NOW = frozenset({"card_velocity_exceeded", "insufficient_funds", "withdrawal_count_limit_exceeded"})


class StripeProvider:
    """Fits PaymentProvider."""

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        operation, _ = memory.begin(key=key, kind=memory.CHARGE, charge=key, provider=STRIPE)
        if operation.forbidden:
            return Declined(reason=CANCELLED)
        try:
            if operation.reference:
                intent = intent_of(operation.reference)
            else:
                operation, intent = _create(key, to_stripe(amount), amount.currency, method)
            if operation.forbidden:
                return Declined(reason=CANCELLED)
            if intent.status == "requires_confirmation":
                intent = _confirm(key, intent.id, method, present=present)
        except NotExpressible:
            return Declined(reason=AMOUNT_NOT_TAKEN)
        except stripe.CardError as refusal:
            return _refused(refusal)
        except stripe.InvalidRequestError as refusal:
            # What somebody else has just confirmed for us cannot be confirmed again.
            return _found_charge(operation) or _refused(refusal)
        return _of_charge(intent) or Declined(reason=NOT_HELD)

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        reference = _reference_of(charge)
        if not reference:
            return Declined(reason=NOT_HELD)
        memory.begin(key=key, kind=memory.CAPTURE, charge=charge, provider=STRIPE)
        try:
            with asking(f"{key}: capture"):
                intent = client().v1.payment_intents.capture(
                    reference, {"amount_to_capture": to_stripe(amount)}
                )
        except (stripe.CardError, stripe.InvalidRequestError) as refusal:
            return _of_capture(intent_of(reference)) or _refused(refusal)
        return _of_capture(intent) or Declined(reason=NOT_HELD)

    def void(self, *, key: str, charge: str) -> Outcome:
        operation = memory.forbid(charge=charge, provider=STRIPE)
        if not operation.reference:
            # Whoever is about to hold it looks once more before, and finds it forbidden.
            return Succeeded(reference=key, amount=Money.zero("XXX"))
        memory.begin(key=key, kind=memory.VOID, charge=charge, provider=STRIPE)
        try:
            with asking(f"{key}: cancel"):
                intent = client().v1.payment_intents.cancel(
                    operation.reference, {"expand": ["latest_charge"]}
                )
        except stripe.InvalidRequestError:
            intent = intent_of(operation.reference)
        outcome = _of_void(intent)
        memory.note_action(provider=STRIPE, reference=intent.id, action="")
        if outcome is None:
            raise StillPending(f"{key}: the intent is {intent.status}")
        return outcome

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        reference = _reference_of(charge)
        if not reference:
            return Declined(reason=NOT_HELD)
        operation, new = memory.begin(key=key, kind=memory.REFUND, charge=charge, provider=STRIPE)
        refund = None if new else _find_refund(operation)
        try:
            if refund is None:
                with asking(f"{key}: refund"):
                    refund = client().v1.refunds.create(
                        {
                            "payment_intent": reference,
                            "amount": to_stripe(amount),
                            "metadata": {OUR_KEY: key},
                        },
                        {"idempotency_key": key},
                    )
        except stripe.InvalidRequestError as refusal:
            return _refused(refusal)
        memory.learn(key, refund.id)
        return _of_refund(refund)

    def find(self, *, key: str) -> Outcome | None:
        operation = memory.known(key)
        if operation is None:
            return None
        match operation.kind:
            case memory.CHARGE:
                return _found_charge(operation)
            case memory.CAPTURE:
                return _of_capture(intent_of(_reference_of(operation.charge)))
            case memory.VOID:
                return _of_void(intent_of(_reference_of(operation.charge)))
        refund = _find_refund(operation)
        return None if refund is None else _of_refund(refund)

    def movements(self, *, since: datetime, until: datetime) -> Iterable[Movement]:
        return movements_between(since, until)

    def disputes(self, *, charge: str) -> Sequence[DisputeSeen]:
        reference = _reference_of(charge)
        return tuple(disputes_of(reference)) if reference else ()


def _create(
    key: str, amount: int, currency: str, method: str
) -> tuple[ProviderOperation, stripe.PaymentIntent]:
    """An intent that waits to be confirmed, and what we know of it: its name, or that it was forbidden
    meanwhile."""
    wanted: PaymentIntentCreateParams = {
        "amount": amount,
        "currency": currency.lower(),
        "payment_method": method,
        "allowed_payment_method_types": ["card"],
        "capture_method": "manual",
        "metadata": {OUR_KEY: key},
    }
    if customer := memory.customer_of(provider=STRIPE, method=method):
        wanted["customer"] = customer
    with asking(f"{key}: create"):
        intent = client().v1.payment_intents.create(wanted, {"idempotency_key": key})
    operation = memory.learn(key, intent.id)
    return operation, intent if operation.reference == intent.id else intent_of(operation.reference)


def _confirm(key: str, intent: str, method: str, *, present: bool) -> stripe.PaymentIntent:
    """What the bank does not let go without its customer is confirmed once more as if they were there, and
    waits until they are (https://docs.stripe.com/declines/codes, `authentication_required`)."""
    with asking(f"{key}: confirm"):
        try:
            return client().v1.payment_intents.confirm(intent, _by_its_owner(present=present))
        except stripe.CardError as refusal:
            if present or refusal.code != WANTS_ITS_OWNER:
                raise
        wanted: PaymentIntentConfirmParams = {**_by_its_owner(present=True), "payment_method": method}
        return client().v1.payment_intents.confirm(intent, wanted)


def _reference_of(charge: str) -> str:
    operation = memory.known(charge)
    return operation.reference if operation else ""


def _refused(refusal: stripe.CardError | stripe.InvalidRequestError) -> Declined:
    return Declined(reason=_reason(refusal.code or "refused", refusal.error))


def _reason(code: str, error: object) -> str:
    """Stripe's code. Of its `decline_code` only whether it makes sense to try the card again: a customer is
    not to learn that it is known as stolen (https://docs.stripe.com/declines/codes)."""
    decline = getattr(error, "decline_code", None)  # left out where there is none
    if decline in _FOR_GOOD:
        return DECLINED_FOR_GOOD
    return DECLINED_FOR_NOW if decline in _FOR_NOW else code[:64]


def _found_charge(operation: ProviderOperation) -> Outcome | None:
    if operation.reference:
        return _of_charge(intent_of(operation.reference))
    return Declined(reason=CANCELLED) if operation.forbidden else None


def _of_charge(intent: stripe.PaymentIntent) -> Outcome | None:
    """None while nobody has confirmed it: nothing is held, and nothing is refused. What its owner confirms it
    by is known here until it is confirmed, and not longer."""
    secret = intent.client_secret if intent.status == "requires_action" and _is_confirmed_here(intent) else ""
    memory.note_action(provider=STRIPE, reference=intent.id, action=secret or "")
    match intent.status:
        case "requires_capture" | "succeeded":
            return Succeeded(reference=intent.id, amount=from_stripe(intent.amount, intent.currency))
        case "requires_action":
            return RequiresAction(url=_page_of(intent), reference=intent.id)
        case "requires_payment_method":
            error = intent.last_payment_error
            if error is None:
                return Declined(reason="card_declined")
            return Declined(reason=_reason(error.code or "card_declined", error))
        case "canceled":
            return Declined(reason=CANCELLED)
        case "requires_confirmation":
            return None
        case status:
            raise StillPending(f"{intent.id} is {status}")


def _by_its_owner(*, present: bool) -> PaymentIntentConfirmParams:
    """How a charge is confirmed that its owner must confirm too: by Stripe's library on a page of ours, if we
    have it (https://docs.stripe.com/payments/finalize-payments-on-the-server), else on a page of Stripe's.
    Without its owner: https://docs.stripe.com/api/payment_intents/confirm (`off_session`)."""
    if not present:
        return {"off_session": True}
    wanted: PaymentIntentConfirmParams = {"return_url": f"{settings.TIFFIN_ORIGIN}{RETURN_PATH}"}
    if card_entry() is not None:
        wanted["use_stripe_sdk"] = True
    return wanted


def _is_confirmed_here(intent: stripe.PaymentIntent) -> bool:
    return intent.next_action is not None and intent.next_action.type == "use_stripe_sdk"


def _page_of(intent: stripe.PaymentIntent) -> str:
    """Where the customer confirms. A step that has no page cannot be taken here, and runs out of time."""
    if _is_confirmed_here(intent):
        return f"{settings.TIFFIN_ORIGIN}{reverse('payment-confirm', args=[intent.id])}"
    redirect = intent.next_action and intent.next_action.redirect_to_url
    return (redirect and redirect.url) or ""


def _of_capture(intent: stripe.PaymentIntent) -> Outcome | None:
    """None while it can still be captured."""
    match intent.status:
        case "succeeded":
            return Succeeded(reference=intent.id, amount=from_stripe(intent.amount_received, intent.currency))
        case "requires_capture":
            return None
        case "processing":
            raise StillPending(f"{intent.id} is being captured")
        case _:
            return Declined(reason=CANCELLED)


def _of_void(intent: stripe.PaymentIntent) -> Outcome | None:
    """None while it may still come to hold something, or does."""
    match intent.status:
        case "canceled":
            return Succeeded(reference=intent.id, amount=had_been_held(intent))
        case "succeeded":
            return Declined(reason=CAPTURED)
        case _:
            return None


def _find_refund(operation: ProviderOperation) -> stripe.Refund | None:
    """The refund under its own name, or under our key among all of its charge."""
    with asking(f"{operation.key}: find"):
        if operation.reference:
            return client().v1.refunds.retrieve(operation.reference)
        all_of_it = client().v1.refunds.list(
            {"payment_intent": _reference_of(operation.charge), "limit": PAGE}
        )
        for refund in all_of_it.auto_paging_iter():
            if refund.metadata and OUR_KEY in refund.metadata and refund.metadata[OUR_KEY] == operation.key:
                memory.learn(operation.key, refund.id)
                return refund
    return None


def _of_refund(refund: stripe.Refund) -> Outcome:
    match refund.status:
        case "succeeded":
            return Succeeded(reference=refund.id, amount=from_stripe(refund.amount, refund.currency))
        case "failed" | "canceled":
            reason = getattr(refund, "failure_reason", None)  # not every refund has the member
            return Declined(reason=(reason or f"refund_{refund.status}")[:64])
        case status:
            raise StillPending(f"{refund.id} is {status}")
