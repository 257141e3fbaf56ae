"""What staff are told when it cannot be done."""

from __future__ import annotations

from tiffin.errors import DomainError


class HeldUnknown(DomainError, code="held_message_unknown", status=404):
    """There is no such held message any more."""

    detail = "This message is not held any more."


class StillRefused(DomainError, code="message_still_refused", status=409):
    """It was tried again, and not taken."""

    detail = "It was not taken: {reason}"
    reason: str
