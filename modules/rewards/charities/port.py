"""What rewards asks of whoever brings donations to charities."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Protocol
from uuid import UUID

from modules.payments.interface import Payee
from tiffin.dto import DTO
from tiffin.money import Money


class Progress(Enum):
    """How far a gift is, as whoever brings it says."""

    ACCEPTED = "accepted"  # the money is not wanted yet
    WANTS_PAYMENT = "wants_payment"
    HAS_PAYMENT = "has_payment"
    DISBURSED = "disbursed"  # the charity has it
    CANCELLED = "cancelled"


class Gift(DTO):
    """What a charity gets at once. `key` is ours, and the same for ever; it was asked first at `since`.
    `organisation` is who gets it, by the provider's name."""

    key: str
    since: datetime
    organisation: str
    amount: Money
    region: str


class Standing(DTO):
    """The provider calls the gift `reference`."""

    reference: str
    progress: Progress


class Refusal(DTO):
    """It will not be brought; `reason` is the provider's."""

    reason: str


class ProviderSilent(Exception):
    """No answer that says anything: it may have happened or not. Ask again under the same key."""


class CharityProvider(Protocol):
    """A way to a charity. What is asked again under a key is answered as it was. Each raises ProviderSilent
    when the outcome is not known."""

    tells: bool
    """Whether it says how a gift goes on; where not, the charity itself is paid."""

    def give(self, gift: Gift) -> Standing | Refusal:
        """Have it know of a gift."""
        ...

    def look(self, reference: str) -> Standing:
        """How far a gift is by now."""
        ...

    def payee(self, *, region: str, charity_id: UUID, charity: str) -> Payee:
        """Whom we pay, so that the charity gets it. Payments knows the account."""
        ...
