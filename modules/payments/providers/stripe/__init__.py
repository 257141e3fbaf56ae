"""Stripe, by its own SDK. Follows the API version that the SDK names (2026-10-28.endive)."""

from modules.payments.providers.stripe.adapter import StripeProvider

__all__ = ["StripeProvider"]
