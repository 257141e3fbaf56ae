"""Stripe's webhooks: whether one is Stripe's, and what it is about. https://docs.stripe.com/webhooks"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import stripe
from django.conf import settings

from modules.payments.providers.notices import NotAuthentic, Notice, text_of
from modules.payments.providers.stripe.intents import OUR_KEY
from tiffin import clock

TOLERANCE = timedelta(seconds=300)
# Events about disputes are called charge.dispute.*
DISPUTED = ".dispute."
# … and those about cards that are entered to be kept
ENTERED = "setup_intent."
# A refund may fail for days after it succeeded (https://docs.stripe.com/refunds).
REFUND_CHANGED = frozenset({"refund.failed", "refund.updated", "charge.refund.updated"})


def split(body: bytes) -> Sequence[bytes]:
    return (body,)


def verify(body: bytes, signature: str, *, of_any_age: bool = False) -> None:
    """Raises NotAuthentic unless one of our secrets signed `body`, and did so less than TOLERANCE ago."""
    if not any(_signed_with(secret, body, signature) for secret in settings.TIFFIN_STRIPE_WEBHOOK_SECRETS):
        raise NotAuthentic("signature_invalid")
    age = clock.now().timestamp() - _signed_at(signature)
    if not of_any_age and abs(age) > TOLERANCE.total_seconds():
        raise NotAuthentic("signature_too_old")


def _signed_with(secret: str, body: bytes, signature: str) -> bool:
    if not signature.isascii():  # the SDK compares texts, and cannot compare such
        return False
    try:
        # Its own look at the age goes by a clock that tests and simulations cannot hold.
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def _signed_at(signature: str) -> int:
    return int(dict(part.split("=", 1) for part in signature.split(","))["t"])


def read(body: bytes) -> Notice:
    """What an event says it is about; nothing else of it is used. Raises NotAuthentic for anything else."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAuthentic("not_json") from None
    event_id, kind = text_of(event, "id", 255), text_of(event, "type", 100)
    if not event_id or not kind:
        raise NotAuthentic("not_an_event")
    about = _member(_member(event, "data"), "object")
    itself = text_of(about, "object") in {"payment_intent", "setup_intent"}
    return Notice(
        event_id=event_id,
        kind=kind,
        charge=text_of(_member(about, "metadata"), OUR_KEY, 80),
        reference=text_of(about, "id" if itself else "payment_intent", 255),
    )


def is_about_dispute(kind: str) -> bool:
    return DISPUTED in kind


def is_about_card(kind: str) -> bool:
    return kind.startswith(ENTERED)


def is_about_failure(kind: str) -> bool:
    return kind in REFUND_CHANGED


def learn(body: bytes) -> None:
    """Nothing: Stripe is asked."""


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
