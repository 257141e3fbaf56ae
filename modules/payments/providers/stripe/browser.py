"""Stripe's library in the customer's browser (https://docs.stripe.com/js): it takes the card, and has its
owner confirm. Which sources it needs is written at https://docs.stripe.com/security/guide#content-security-policy."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from modules.payments.interface import CardEntry

COMPONENT = "stripe"
API = "https://api.stripe.com"
SCRIPTS = ("https://*.js.stripe.com",)
FRAMES = (*SCRIPTS, "https://hooks.stripe.com")


def card_entry() -> CardEntry | None:
    """None without the key that it is started with: then cards come by the API only."""
    key, script = settings.TIFFIN_STRIPE_PUBLISHABLE_KEY, settings.TIFFIN_STRIPE_SCRIPT
    if not key:
        return None
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(script))
    return CardEntry(
        component=COMPONENT,
        script=script,
        public_key=key,
        connects=(API, origin),
        frames=(origin, *FRAMES),
        keeps=True,
        scripts=SCRIPTS,
    )
