"""Adyen behind the port. A charge is a card payment with manual capture, in one request; every other
operation is a modification of it.

Adyen answers a modification before it is done, and cannot be asked how it ended: its notifications say that,
and are written down (`reports.py`). So whatever is not known yet is StillPending, and callers ask again when
the notification has come.

Our keys go with every request: the same key makes it once, for at least 31 days
(https://docs.adyen.com/development-resources/api-idempotency). A charge whose answer was lost has no name
with us, but Adyen knows it by our reference: letting go is a technical cancel then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings

from modules.payments.interface import DECLINED_FOR_GOOD, DECLINED_FOR_NOW
from modules.payments.models import ProviderOperation, ProviderReport
from modules.payments.policies import ADYEN
from modules.payments.providers import memory
from modules.payments.providers.adyen import reports
from modules.payments.providers.adyen.amounts import NotExpressible, from_adyen, to_adyen
from modules.payments.providers.adyen.cards import card_of
from modules.payments.providers.adyen.client import Answer, Refused, ask, modifications, payments
from modules.payments.providers.adyen.disputes import disputes_of
from modules.payments.providers.adyen.movements import movements_between
from modules.payments.providers.port import (
    Declined,
    DisputeSeen,
    Movement,
    Outcome,
    ProviderTimeout,
    RequiresAction,
    StillPending,
)
from tiffin.money import Money

RETURN_PATH = "/payments/return"
NOT_HELD, UNKNOWN_CARD, AMOUNT_NOT_TAKEN = "not_authorised", "unknown_card", "amount_not_expressible"
CARD_DECLINED = "card_declined"
# What customers may learn of a refusal, by its refusalReasonCode. Of any other they are not to
# (https://docs.adyen.com/development-resources/refusal-reasons).
_TOLD = {
    "5": DECLINED_FOR_GOOD,  # blocked
    "6": "expired_card",
    "8": "incorrect_number",
    "11": "authentication_failed",
    "12": DECLINED_FOR_NOW,  # not enough balance
    "24": "incorrect_cvc",
    "25": DECLINED_FOR_GOOD,  # restricted
    "26": DECLINED_FOR_GOOD,  # revoked
}
_REFUSED = frozenset({"Refused", "Error", "Cancelled"})


class AdyenProvider:
    """Fits PaymentProvider."""

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        operation, _ = memory.begin(key=key, kind=memory.CHARGE, charge=key, provider=ADYEN)
        known = reports.of_charge(operation)
        if known is not None:
            return known
        card = card_of(method)
        if card is None:
            return Declined(reason=UNKNOWN_CARD)
        try:
            wanted = _charge(key, to_adyen(amount), card, present=present)
            answer = ask(f"{key}: payments", payments().payments, wanted, key=key)
        except NotExpressible:
            return Declined(reason=AMOUNT_NOT_TAKEN)
        except Refused as refusal:
            return _refused(refusal)
        return _learn_charge(operation, answer, amount)

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return _modify(
            memory.CAPTURE,
            key,
            charge,
            modifications().capture_authorised_payment,
            amount,
        )

    def void(self, *, key: str, charge: str) -> Outcome:
        reference = memory.forbid(charge=charge, provider=ADYEN).reference
        operation, _ = memory.begin(key=key, kind=memory.VOID, charge=charge, provider=ADYEN)
        known = reports.of_void(operation)
        if known is not None:
            return known
        request = {"merchantAccount": settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT, "reference": key}
        try:
            if reference:
                call = modifications().cancel_authorised_payment_by_psp_reference
                ask(f"{key}: cancel", call, request, reference, key=key)
            else:
                call = modifications().cancel_authorised_payment
                named = {**request, "paymentReference": charge}
                ask(f"{key}: technical cancel", call, named, key=f"{key}:unnamed")
        except Refused as refusal:
            return _refused(refusal)
        return _known_by_now(operation)

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        return _modify(memory.REFUND, key, charge, modifications().refund_captured_payment, amount)

    def find(self, *, key: str) -> Outcome | None:
        """For a charge None, when no answer came and no notification: Adyen may have heard of it all the
        same, and letting go of it takes care of that."""
        operation = memory.known(key)
        if operation is None:
            return None
        if operation.kind != memory.CHARGE:
            return _known_by_now(operation)
        known = reports.of_charge(operation)
        if isinstance(known, RequiresAction) and operation.details:
            return _hand_in(operation) or known
        return known

    def movements(self, *, since: datetime, until: datetime) -> Iterable[Movement]:
        return movements_between(since, until)

    def disputes(self, *, charge: str) -> Sequence[DisputeSeen]:
        return disputes_of(charge)


_READERS: dict[str, Callable[[ProviderOperation], Outcome | None]] = {
    memory.CAPTURE: reports.of_capture,
    memory.VOID: reports.of_void,
    memory.REFUND: reports.of_refund,
}


def _known_by_now(operation: ProviderOperation) -> Outcome:
    """A notification may be faster than the answer, and may be a day late."""
    outcome = _READERS[operation.kind](operation)
    if outcome is None:
        raise StillPending(f"{operation.key}: no notification says yet how it ended")
    return outcome


def _charge(key: str, amount: dict[str, object], card: dict[str, str], *, present: bool) -> dict[str, object]:
    """3D Secure happens on Adyen's page (https://docs.adyen.com/online-payments/3d-secure/redirect-3ds2).
    Manual capture: https://docs.adyen.com/online-payments/capture. Without the shopper:
    https://docs.adyen.com/online-payments/tokenization/make-token-payments."""
    return {
        "merchantAccount": settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT,
        "reference": key,
        "amount": amount,
        "paymentMethod": card,
        "channel": "Web",
        "shopperInteraction": "Ecommerce" if present else "ContAuth",
        **({} if present else {"recurringProcessingModel": "Subscription"}),
        "additionalData": {"manualCapture": "true"},
        "authenticationData": {"threeDSRequestData": {"nativeThreeDS": "disabled"}},
        "returnUrl": f"{settings.TIFFIN_ORIGIN}{RETURN_PATH}?charge={key}",
    }


def _modify(kind: str, key: str, charge: str, call: Callable[..., object], amount: Money) -> Outcome:
    """Capture or refund `amount` of what the charge holds or took."""
    root = memory.known(charge)
    if root is None or not root.reference:
        return Declined(reason=NOT_HELD)
    operation, _ = memory.begin(key=key, kind=kind, charge=charge, provider=ADYEN)
    known = _READERS[kind](operation)
    if known is not None:
        return known
    try:
        request = {
            "merchantAccount": settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT,
            "reference": key,
            "amount": to_adyen(amount),
        }
        answer = ask(f"{key}: {kind}", call, request, root.reference, key=key)
    except NotExpressible:
        return Declined(reason=AMOUNT_NOT_TAKEN)
    except Refused as refusal:
        return _refused(refusal)
    return _known_by_now(memory.learn(key, str(answer.get("pspReference") or "")))


def _learn_charge(operation: ProviderOperation, answer: Answer, amount: Money) -> Outcome:
    """What the answer to a payment, or to what its customer brought back, says of it."""
    key, result, action = operation.key, answer.get("resultCode"), answer.get("action")
    reference = str(answer.get("pspReference") or "")
    if isinstance(action, dict):
        is_page = action.get("type") == "redirect" and action.get("method") == "GET"
        # A step that has no page cannot be taken here, and runs out of time.
        page = str(action.get("url") or "") if is_page else ""
        memory.send_to(key, page)
        return RequiresAction(url=page, reference=key)
    if result not in {"Authorised", *_REFUSED} or not reference:
        raise StillPending(f"{key} is {result}")
    authorised = result == "Authorised"
    told = ProviderReport(
        provider=ADYEN,
        event=reports.event_of(reference, reports.AUTHORISATION, succeeded=authorised),
        kind=reports.AUTHORISATION,
        succeeded=authorised,
        reference=reference,
        charge=key,
        key=key,
        amount=amount.amount,
        currency=amount.currency,
        reason="" if authorised else _TOLD.get(str(answer.get("refusalReasonCode")), CARD_DECLINED),
        notified=False,
    )
    if authorised:
        memory.learn(key, reference)
    memory.report(told)
    outcome = reports.of_charge(operation)
    if outcome is None:
        raise ProviderTimeout(f"{key}: what was told is not there")
    return outcome


def _hand_in(operation: ProviderOperation) -> Outcome | None:
    """What the customer brought back from Adyen's page: only Adyen can read it, and says whose it is. None
    when it is not this charge's."""
    details = operation.details
    try:
        answer = ask(
            f"{operation.key}: details",
            payments().payments_details,
            {"details": {"redirectResult": details}},
            key=hashlib.sha256(f"{operation.key} {details}".encode()).hexdigest(),
        )
    except Refused:
        return None
    if answer.get("merchantReference") != operation.key:
        return None
    amount = answer.get("amount")
    if not isinstance(amount, dict):
        raise StillPending(f"{operation.key}: the answer says no amount")
    return _learn_charge(operation, answer, from_adyen(int(amount["value"]), str(amount["currency"])))


def _refused(refusal: Refused) -> Declined:
    return Declined(reason=f"adyen_{refusal.code or 'refused'}"[:64])
