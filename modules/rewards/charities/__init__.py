"""How charities get what was given: the port that every way fits, and which one is used."""

from modules.rewards.charities.port import (
    CharityProvider,
    Gift,
    Progress,
    ProviderSilent,
    Refusal,
    Standing,
)
from modules.rewards.charities.selection import provider

__all__ = ["CharityProvider", "Gift", "Progress", "ProviderSilent", "Refusal", "Standing", "provider"]
