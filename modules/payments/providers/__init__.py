"""Payment providers: the port that every one of them fits, and which one is used."""

from modules.payments.providers.port import (
    Declined,
    Movement,
    MovementKind,
    Outcome,
    PaymentProvider,
    ProviderTimeout,
    RequiresAction,
    Succeeded,
)
from modules.payments.providers.selection import provider

__all__ = [
    "Declined",
    "Movement",
    "MovementKind",
    "Outcome",
    "PaymentProvider",
    "ProviderTimeout",
    "RequiresAction",
    "Succeeded",
    "provider",
]
