"""What sending may come to when it does not simply succeed."""

from __future__ import annotations


class NotNow(Exception):
    """It may work later."""


class Unreachable(NotNow):
    """Nobody answers there, or takes us: what else goes to the same target is not tried now."""


class Refused(Exception):
    """It will never work: the message is given up, and nobody is alarmed."""


class Gone(Exception):
    """There is nobody there any more: the target is forgotten too."""
