"""A customer comes back from a provider's page. What is said on the way is not believed: it makes us ask."""

from __future__ import annotations

from modules.payments.models import Payment, payment_of
from modules.payments.providers import memory
from modules.payments.services.doubts import record_provider_notification

LONGEST_DETAILS = 20_000  # as Adyen's Checkout API takes them


def come_back(*, provider: str, reference: str) -> Payment | None:
    """Ask what became of the charge that the provider calls `reference`; the payment that it is for, or None
    if it is not ours."""
    charge = memory.charge_of(provider=provider, reference=reference)
    if not charge:
        return None
    record_provider_notification(key=charge)
    return Payment.get(payment_of(charge))


def bring_back(*, provider: str, charge: str, details: str) -> Payment | None:
    """As come_back, of a provider whose page gives the customer `details` that are for the provider alone to
    read: whoever asks takes them there."""
    if len(details) > LONGEST_DETAILS or not memory.bring_back(
        provider=provider, charge=charge, details=details
    ):
        return None
    record_provider_notification(key=charge)
    return Payment.get(payment_of(charge))
