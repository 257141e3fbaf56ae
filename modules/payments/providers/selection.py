"""Which provider is used: a region says who holds new money, and each payment remembers who holds its own."""

from __future__ import annotations

from django.conf import settings

from modules.payments import policies
from modules.payments.interface import CardEntry
from modules.payments.policies import ADYEN, STRIPE, provider_name
from modules.payments.providers.keeping import MethodKeeper
from modules.payments.providers.notices import NoticeReader
from modules.payments.providers.port import PaymentProvider
from tiffin import clock, regions


def provider(name: str) -> PaymentProvider:
    """The provider of that name."""
    if name == STRIPE:
        from modules.payments.providers.stripe import StripeProvider

        return StripeProvider()
    if name == ADYEN:
        from modules.payments.providers.adyen import AdyenProvider

        return AdyenProvider()
    from modules.payments.providers.sandbox import SandboxProvider
    from modules.payments.providers.trouble import Troubled, trouble

    word = trouble(settings.TIFFIN_SANDBOX_TROUBLE)
    return Troubled(SandboxProvider(), word) if word else SandboxProvider()


def keeper(name: str) -> MethodKeeper | None:
    """The provider of that name, if it keeps cards."""
    if name != STRIPE:
        return None
    from modules.payments.providers.stripe.keeping import StripeKeeper

    return StripeKeeper()


def card_entry(name: str) -> CardEntry | None:
    """How a new card is entered at the provider of that name, if it can be on a page of ours."""
    if name != STRIPE:
        return None
    from modules.payments.providers.stripe.browser import card_entry as at_stripe

    return at_stripe()


def notices_of(name: str) -> NoticeReader:
    """How the notifications of the provider of that name are read: of STRIPE or ADYEN."""
    if name == ADYEN:
        from modules.payments.providers.adyen import notices as adyen

        return adyen
    from modules.payments.providers.stripe import notices as stripe

    return stripe


def provider_of(region: str) -> str:
    """Who is to hold what is paid in `region` now. Raises UnknownRegion."""
    rules = regions.get(region)
    return provider_name(rules, on=rules.local(clock.now()).date())


def moves_no_money(name: str) -> bool:
    """Whether test cards go through there: in the sandbox, at Stripe under a test key, and on Adyen's test
    platform."""
    match name:
        case policies.STRIPE:
            return settings.TIFFIN_STRIPE_SECRET_KEY.startswith("sk_test_")
        case policies.ADYEN:
            return not settings.TIFFIN_ADYEN_LIVE_PREFIX
    return True
