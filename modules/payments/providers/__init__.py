"""Payment providers: the port that every one of them fits, and which one is used."""

from modules.payments.providers.port import (
    Declined,
    DisputeSeen,
    Movement,
    MovementKind,
    Outcome,
    PaymentProvider,
    ProviderTimeout,
    RequiresAction,
    StillPending,
    Succeeded,
)
from modules.payments.providers.selection import provider, provider_of

__all__ = [
    "Declined",
    "DisputeSeen",
    "Movement",
    "MovementKind",
    "Outcome",
    "PaymentProvider",
    "ProviderTimeout",
    "RequiresAction",
    "StillPending",
    "Succeeded",
    "provider",
    "provider_of",
]
