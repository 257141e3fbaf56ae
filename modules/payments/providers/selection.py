"""Which provider is used. There is one so far; the next one is chosen here, by region."""

from __future__ import annotations

from django.conf import settings

from modules.payments.providers.port import PaymentProvider


def provider(region: str) -> PaymentProvider:
    """The provider that holds the money of `region`."""
    from modules.payments.providers.sandbox import SandboxProvider
    from modules.payments.providers.trouble import Troubled, trouble

    word = trouble(settings.TIFFIN_SANDBOX_TROUBLE)
    return Troubled(SandboxProvider(), word) if word else SandboxProvider()
