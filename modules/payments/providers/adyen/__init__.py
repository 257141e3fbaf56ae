"""Adyen, by its own SDK. Follows the version of the Checkout API that the SDK names (v72)."""

from modules.payments.providers.adyen.adapter import AdyenProvider

__all__ = ["AdyenProvider"]
