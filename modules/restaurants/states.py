"""How a ticket moves across the counter, and up the ladder until somebody answers."""

from __future__ import annotations

from enum import Enum

from modules.restaurants.interface import TicketState
from tiffin.states import Machine

OFFERED = TicketState.OFFERED
ACCEPTED = TicketState.ACCEPTED
PREPARING = TicketState.PREPARING
READY = TicketState.READY
COLLECTED = TicketState.COLLECTED
REJECTED = TicketState.REJECTED
WITHDRAWN = TicketState.WITHDRAWN

# A courier may take the bag before anybody pressed “ready”, and nobody need press “preparing”.
TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    OFFERED: frozenset({ACCEPTED, REJECTED, WITHDRAWN}),
    ACCEPTED: frozenset({PREPARING, READY, COLLECTED, WITHDRAWN}),
    PREPARING: frozenset({READY, COLLECTED, WITHDRAWN}),
    READY: frozenset({COLLECTED, WITHDRAWN}),
    COLLECTED: frozenset(),
    REJECTED: frozenset(),
    WITHDRAWN: frozenset(),
}
TICKET = Machine("A ticket on the restaurant's counter", OFFERED, TRANSITIONS)
FINAL = frozenset(state for state, next_ones in TRANSITIONS.items() if not next_ones)


class Rung(Enum):
    """Where an order waits for an answer. The counter's page always has it; whoever does not take what is
    pushed may fetch it, and who answers by neither is called."""

    PUSH = "push"
    POLL = "poll"
    TABLET = "tablet"
    CALL = "call"


# It begins at the rung that the vendor's connection has.
LADDER = Machine(
    "Where a ticket waits for an answer",
    (Rung.PUSH, Rung.POLL, Rung.TABLET),
    {
        Rung.PUSH: (Rung.POLL, Rung.TABLET, Rung.CALL),
        Rung.POLL: (Rung.TABLET, Rung.CALL),
        Rung.TABLET: (Rung.CALL,),
    },
)
