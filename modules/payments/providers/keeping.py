"""What payments asks of a provider that keeps customers' cards. The card is entered at the provider, by its
library in the customer's browser."""

from __future__ import annotations

from typing import Protocol

from modules.payments.providers.port import Declined
from tiffin.dto import DTO


class Preparation(DTO):
    """The provider is ready for the card. `secret` lets a browser enter it, under `setup`, for `customer`."""

    customer: str
    setup: str
    secret: str


class KeptCard(DTO):
    """A card that is kept, by the provider's token, and what tells it from another. `expires` is MM/YYYY.
    `fingerprint` is the same for the same card, whoever keeps it; empty where the provider does not tell."""

    method: str
    brand: str
    last4: str
    expires: str
    fingerprint: str = ""


class MethodKeeper(Protocol):
    """A provider that keeps cards. Each raises ProviderTimeout when the outcome is not known."""

    def prepare(self, *, key: str, customer: str) -> Preparation:
        """Make ready for a card of `customer`, a new one when it is empty. Repeated under `key` it is the
        same."""
        ...

    def look(self, *, setup: str) -> KeptCard | Declined | None:
        """What was entered; None while it is being waited for."""
        ...

    def remove(self, *, setup: str) -> None:
        """Keep nothing that was entered there, and let nothing be."""
        ...
