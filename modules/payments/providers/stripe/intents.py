"""Stripe's PaymentIntents, looked at by name."""

from __future__ import annotations

import stripe

from modules.payments.providers.port import ProviderTimeout
from modules.payments.providers.stripe.amounts import from_stripe
from modules.payments.providers.stripe.client import asking, client
from tiffin.money import Money

# The member of an object's metadata that holds our key.
OUR_KEY = "tiffin_key"


def intent_of(reference: str) -> stripe.PaymentIntent:
    """The intent as it stands, with its charge."""
    with asking(f"{reference}: retrieve"):
        return client().v1.payment_intents.retrieve(reference, {"expand": ["latest_charge"]})


def had_been_held(intent: stripe.PaymentIntent) -> Money:
    """What a cancelled intent held before: its charge went through, and was never captured."""
    charge = intent.latest_charge
    if isinstance(charge, str):
        raise ProviderTimeout(f"{intent.id}: Stripe did not say what was held")
    held = charge.amount if charge is not None and charge.status == "succeeded" else 0
    return from_stripe(held, intent.currency)
