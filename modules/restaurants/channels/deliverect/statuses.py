"""What Deliverect's order statuses mean here.

Source: Deliverect's developer documentation, "Order and Courier Statuses", read November 2026, which also
says that a status it does not list can be ignored.
"""

from __future__ import annotations

from enum import Enum

FAILED = 120


class Meaning(Enum):
    """What a status asks of the counter."""

    NOTHING = "nothing"
    ACCEPT = "accept"
    PREPARE = "prepare"
    READY = "ready"
    REFUSE = "refuse"
    FAILED = "failed"
    UNKNOWN = "unknown"


# On its way to the till, scheduled, printed, a courier's: nothing that the kitchen does. 100 is our own word.
_NOTHING = {1, 2, 3, 4, 5, 6, 7, 10, 25, 30, 40, 80, 81, 83, 84, 85, 87, 89, 100, 115}
_MEANINGS = {
    20: Meaning.ACCEPT,
    35: Meaning.REFUSE,
    50: Meaning.PREPARE,
    60: Meaning.READY,
    70: Meaning.READY,
    90: Meaning.READY,
    95: Meaning.ACCEPT,
    110: Meaning.REFUSE,
}
REFUSED = tuple(status for status, meaning in _MEANINGS.items() if meaning is Meaning.REFUSE)


def meaning_of(status: int) -> Meaning:
    """From 120 on it did not reach the kitchen, which is nobody's decision: somebody may still take the order
    on the counter's page."""
    if status in _NOTHING:
        return Meaning.NOTHING
    if status >= FAILED:
        return Meaning.FAILED
    return _MEANINGS.get(status, Meaning.UNKNOWN)
