"""What Adyen has told of an operation. It cannot be asked what became of one: its answers say that a request
was received, and a notification says how it ended. So both are written down (`ProviderReport`), and what
became of it is read from there. https://docs.adyen.com/development-resources/webhooks/webhook-types"""

from __future__ import annotations

from modules.payments.models import ProviderOperation, ProviderReport
from modules.payments.policies import ADYEN
from modules.payments.providers import memory
from modules.payments.providers.port import Declined, Outcome, RequiresAction, Succeeded
from tiffin.money import Money

AUTHORISATION, CAPTURE, CAPTURE_FAILED = "AUTHORISATION", "CAPTURE", "CAPTURE_FAILED"
CANCELLATION, TECHNICAL_CANCEL = "CANCELLATION", "TECHNICAL_CANCEL"
REFUND, REFUND_FAILED = "REFUND", "REFUND_FAILED"
CANCELLED, CAPTURED = "charge_cancelled", "charge_already_captured"
NOT_LET_GO = "cancel_refused"


def event_of(reference: str, kind: str, *, succeeded: bool) -> str:
    """By what a telling is known from every other, and the same that comes again
    (https://docs.adyen.com/development-resources/webhooks/handle-webhook-events)."""
    return f"{reference}:{kind}:{str(succeeded).lower()}"


def of_charge(operation: ProviderOperation) -> Outcome | None:
    """None while nothing is known, which is also when nobody asked."""
    told = _told(operation.charge, AUTHORISATION)
    for report in told:
        if report.succeeded:
            return Succeeded(reference=report.reference, amount=report.money)
    if told:
        return Declined(reason=told[-1].reason)
    if operation.forbidden:
        return Declined(reason=CANCELLED)
    if operation.action:
        return RequiresAction(url=operation.action, reference=operation.key)
    return None


def of_capture(operation: ProviderOperation) -> Outcome | None:
    """None while it is not known how it ended. A capture may fail after it went through."""
    told = _told(operation.charge, CAPTURE, CAPTURE_FAILED)
    refusal = next((each for each in told if each.kind == CAPTURE_FAILED or not each.succeeded), None)
    if refusal is not None:
        return Declined(reason=refusal.reason)
    return Succeeded(reference=told[0].reference, amount=told[0].money) if told else None


def of_void(operation: ProviderOperation) -> Outcome | None:
    """None while it is not known that nothing is held any more. By our own name Adyen finds nothing to cancel
    where nothing was held; what it holds must be let go by its name."""
    if isinstance(of_capture(operation), Succeeded):
        return Declined(reason=CAPTURED)
    held = _held(operation.charge)
    for report in _told(operation.charge, CANCELLATION, TECHNICAL_CANCEL):
        if report.succeeded or (report.kind == TECHNICAL_CANCEL and not held):
            return Succeeded(reference=report.reference, amount=held or Money.zero("XXX"))
        if report.kind == CANCELLATION:
            return Declined(reason=NOT_LET_GO)
    return None


def of_refund(operation: ProviderOperation) -> Outcome | None:
    """None while it is not known how it ended."""
    told = [
        each
        for each in _told(operation.charge, REFUND, REFUND_FAILED)
        if each.key == operation.key or (operation.reference and each.reference == operation.reference)
    ]
    refusal = next((each for each in told if each.kind == REFUND_FAILED or not each.succeeded), None)
    if refusal is not None:
        return Declined(reason=refusal.reason)
    return Succeeded(reference=told[0].reference, amount=told[0].money) if told else None


def _held(charge: str) -> Money | None:
    return next((each.money for each in _told(charge, AUTHORISATION) if each.succeeded), None)


def _told(charge: str, *kinds: str) -> list[ProviderReport]:
    return list(memory.reports(provider=ADYEN, kinds=kinds).filter(charge=charge))
