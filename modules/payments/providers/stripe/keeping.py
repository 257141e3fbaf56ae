"""Cards kept at Stripe: a SetupIntent for each (https://docs.stripe.com/payments/save-and-reuse). Stripe is
told nothing about the customer: its Customer has no name."""

from __future__ import annotations

import stripe

from modules.payments.providers.keeping import KeptCard, Preparation
from modules.payments.providers.port import Declined, StillPending
from modules.payments.providers.stripe.client import asking, client
from modules.payments.providers.stripe.intents import OUR_KEY


class StripeKeeper:
    """Fits MethodKeeper."""

    def prepare(self, *, key: str, customer: str) -> Preparation:
        if not customer:
            with asking(f"{key}: customer"):
                customer = client().v1.customers.create({}, {"idempotency_key": f"{key}:customer"}).id
        with asking(f"{key}: setup"):
            setup = client().v1.setup_intents.create(
                {
                    "customer": customer,
                    "usage": "off_session",  # memberships renew while nobody is there
                    "allowed_payment_method_types": ["card"],
                    "metadata": {OUR_KEY: key},
                },
                {"idempotency_key": key},
            )
        return Preparation(customer=customer, setup=setup.id, secret=setup.client_secret or "")

    def look(self, *, setup: str) -> KeptCard | Declined | None:
        found = _setup(setup)
        match found.status:
            case "succeeded":
                return _card(found)
            case "canceled":
                return Declined(reason="setup_cancelled")
        return None

    def remove(self, *, setup: str) -> None:
        found = _setup(setup)
        if found.status not in {"succeeded", "canceled"}:
            try:
                with asking(f"{setup}: cancel"):
                    found = client().v1.setup_intents.cancel(setup)
            except stripe.InvalidRequestError:
                found = _setup(setup)
        if found.status == "succeeded":
            card = _card(found)
            if card is not None:
                _detach(card.method)
        elif found.status != "canceled":
            raise StillPending(f"{setup} is {found.status}")


def _setup(name: str) -> stripe.SetupIntent:
    with asking(f"{name}: retrieve"):
        return client().v1.setup_intents.retrieve(name, {"expand": ["payment_method"]})


def _card(setup: stripe.SetupIntent) -> KeptCard | None:
    method = setup.payment_method
    if method is None or isinstance(method, str) or method.card is None:
        return None
    card = method.card
    expires = f"{card.exp_month:02}/{card.exp_year}"
    # docs.stripe.com/api/payment_methods/object: `card.fingerprint`.
    return KeptCard(
        method=method.id,
        brand=card.brand[:32],
        last4=card.last4,
        expires=expires,
        fingerprint=card.fingerprint or "",
    )


def _detach(method: str) -> None:
    """Once detached it cannot be used again, and detaching it again is refused."""
    try:
        with asking(f"{method}: detach"):
            client().v1.payment_methods.detach(method)
    except stripe.InvalidRequestError:
        with asking(f"{method}: retrieve"):
            if client().v1.payment_methods.retrieve(method).customer is not None:
                raise
