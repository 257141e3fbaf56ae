"""The line to Stripe: a client of our own, without the SDK's global state, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import stripe
from django.conf import settings

from modules.payments.providers.port import ProviderTimeout

# To connect, and to answer. A job asks at most three times within its lease.
TIMEOUT = (3.0, 15.0)


def client() -> stripe.StripeClient:
    """As the settings say now. It never tries again by itself: jobs do, under the same keys."""
    return _client(settings.TIFFIN_STRIPE_SECRET_KEY, settings.TIFFIN_STRIPE_API)


@lru_cache(maxsize=4)
def _client(key: str, address: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": address},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


@contextmanager
def asking(what: str) -> Iterator[None]:
    """No answer, an answer that cannot be read, 5xx, 429, and 409 while the same key is being worked on: it
    may have happened or not, and ProviderTimeout says so. Refusals (CardError, InvalidRequestError) are for
    the caller; a key that Stripe does not take is for staff."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        raise ProviderTimeout(f"{what}: {type(error).__name__}, status {error.http_status}") from error
