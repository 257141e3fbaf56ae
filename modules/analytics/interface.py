"""What other modules may ask of analytics: whether a customer agrees to be counted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import CommandKey, Interface, command, query


class ConsentGiven(DTO):
    """What a customer said, and when."""

    agreed: bool
    at: datetime


class Consent(DTO):
    """Whether a customer agrees that what they do is told to the `recipients`, by name, under an id that says
    nothing of them; and each time that they changed it, the first first. Nobody agrees before they say so."""

    agreed: bool
    recipients: tuple[str, ...] = ()
    changes: tuple[ConsentGiven, ...] = ()


class Analytics(Interface, module="analytics", version=1):
    """What customers do is counted outside, as far as they agree to it."""

    @query(timeout=0.5)
    def consent(self, *, customer_id: UUID) -> Consent:
        """What this customer says."""
        ...

    @command(timeout=2.0)
    def agree(self, *, key: CommandKey, customer_id: UUID, agreed: bool) -> None:
        """What happens from now on is counted, or nothing any more."""
        ...
