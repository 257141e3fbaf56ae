"""What payments asks of a provider, whoever it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol, runtime_checkable

from modules.payments.states import DisputeStanding
from tiffin.dto import DTO
from tiffin.money import Money


class Succeeded(DTO):
    """Done: `amount` was held, taken, let go or given back, under the provider's `reference`."""

    reference: str
    amount: Money


class Declined(DTO):
    """Refused for good; the same key will be refused again. `reason` is the provider's code."""

    reason: str


class RequiresAction(DTO):
    """The customer must confirm at `url` first."""

    url: str
    reference: str


class DisputeSeen(DTO):
    """A customer's bank disputes `amount` of a charge, in a case that the provider calls `reference`. Whether
    the money was taken from us (`withdrawn`) and given back (`reinstated`) is said apart from the standing.
    `answer_by` is until when evidence is heard."""

    reference: str
    amount: Money
    reason: str
    standing: DisputeStanding
    withdrawn: bool
    reinstated: bool
    answer_by: datetime | None = None


Outcome = Succeeded | Declined | RequiresAction


class Hold(DTO):
    """A charge that is to be held, as `authorise` takes it."""

    key: str
    amount: Money
    method: str
    present: bool = True


class Take(DTO):
    """What is to be taken of what is held, as `capture` takes it."""

    key: str
    charge: str
    amount: Money


class MovementKind(Enum):
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    RECOVERED = "recovered"


class Movement(DTO):
    """Money that moved at the provider, as its own records tell: `key` is that of ours under which it was
    asked for, "" when it was not ours, `reference` the provider's. What a smaller capture leaves over is let
    go without a movement of its own."""

    kind: MovementKind
    key: str
    reference: str
    amount: Money
    at: datetime


class ProviderTimeout(Exception):
    """No answer came: it may have happened or not. Ask again under the same key, never guess."""


class StillPending(ProviderTimeout):
    """It was received and is not done yet: the provider will notify us, and meanwhile one may ask again."""


class PaymentProvider(Protocol):
    """A payment provider.

    Every operation runs under an idempotency key of ours: repeated under it, it answers what it answered
    before. `charge` is the key under which the money was authorised. Each raises ProviderTimeout when the
    outcome is not known.
    """

    def authorise(self, *, key: str, amount: Money, method: str, present: bool = True) -> Outcome:
        """Hold `amount`. Who is not `present` has agreed before that it may be asked for."""
        ...

    def capture(self, *, key: str, charge: str, amount: Money) -> Outcome:
        """Take `amount` of what is held and let go of the rest."""
        ...

    def void(self, *, key: str, charge: str) -> Outcome:
        """Let go of what is held, and of what might still come to be held under `charge`: as cancelling a
        Stripe PaymentIntent or an Adyen technical cancel does. The amount answered is what had been held,
        nothing included. Declined once it was captured."""
        ...

    def refund(self, *, key: str, charge: str, amount: Money) -> Outcome:
        """Give back `amount` of what was captured."""
        ...

    def find(self, *, key: str) -> Outcome | None:
        """What became of the operation under `key`; None if the provider never heard of it."""
        ...

    def movements(self, *, since: datetime, until: datetime) -> Iterable[Movement]:
        """Everything that moved from `since` on and before `until`, in no particular order, read one after
        the other: it may be long."""
        ...

    def disputes(self, *, charge: str) -> Sequence[DisputeSeen]:
        """Every case there has been about the charge, as it stands now."""
        ...


@runtime_checkable
class AsksMany(Protocol):
    """A provider that can be asked for many things together. What came of each stands in their order, None
    where no answer came."""

    def hold_many(self, wishes: Sequence[Hold]) -> list[Outcome | None]: ...

    def take_many(self, wishes: Sequence[Take]) -> list[Outcome | None]: ...
