"""Which state of a payment may follow which, as data: drawn, checked and tested from here. And how a dispute
about one, a card that is to be kept, and money that leaves or comes in otherwise may stand."""

from __future__ import annotations

from enum import Enum

from modules.payments.interface import CollectionState as C
from modules.payments.interface import PaymentState as S
from modules.payments.interface import PayoutState as P
from tiffin.states import Machine

# Whoever reads a late success after the end (VOIDED, DECLINED, FAILED) lets the money go again: VOIDING.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.PENDING: frozenset({S.AUTHORISING, S.VOIDING, S.VOIDED}),
    S.AUTHORISING: frozenset({S.AUTHORISED, S.REQUIRES_ACTION, S.DECLINED, S.VOIDING}),
    S.REQUIRES_ACTION: frozenset({S.AUTHORISED, S.DECLINED, S.VOIDING}),
    S.AUTHORISED: frozenset({S.CAPTURING, S.VOIDING}),
    S.CAPTURING: frozenset({S.CAPTURED, S.VOIDING}),
    S.CAPTURED: frozenset({S.REFUNDING}),
    S.REFUNDING: frozenset({S.CAPTURED, S.PARTIALLY_REFUNDED, S.REFUNDED}),
    S.PARTIALLY_REFUNDED: frozenset({S.REFUNDING}),
    S.REFUNDED: frozenset(),
    S.VOIDING: frozenset({S.VOIDED, S.FAILED, S.REFUNDING}),
    S.VOIDED: frozenset({S.VOIDING}),
    S.DECLINED: frozenset({S.VOIDING}),
    S.FAILED: frozenset({S.VOIDING}),
}

PAYMENT = Machine("A payment", S.PENDING, TRANSITIONS)

# The provider was asked, or is about to be, and has not answered.
IN_FLIGHT = frozenset({S.PENDING, S.AUTHORISING, S.CAPTURING, S.VOIDING, S.REFUNDING})

# Nothing is awaited: these have no deadline.
AT_REST = frozenset({S.CAPTURED, S.PARTIALLY_REFUNDED, S.REFUNDED, S.VOIDED, S.DECLINED, S.FAILED})


class DisputeStanding(Enum):
    """Where a case between the customer's bank and us stands. An inquiry takes no money yet."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


# Somebody must still answer, or be answered: a bank may open a case again, so what is closed may open too.
OPEN = frozenset({DisputeStanding.INQUIRY, DisputeStanding.OPEN})


class KeepingState(Enum):
    """How far a customer's wish to keep a card has come: `waiting` is for the customer to enter it at the
    provider."""

    PREPARING = "preparing"
    WAITING = "waiting"
    KEPT = "kept"
    REMOVING = "removing"
    REMOVED = "removed"


KEEPING = Machine(
    "A card that is to be kept",
    KeepingState.PREPARING,
    {
        KeepingState.PREPARING: {KeepingState.WAITING, KeepingState.REMOVING},
        KeepingState.WAITING: {KeepingState.KEPT, KeepingState.REMOVING},
        KeepingState.KEPT: {KeepingState.REMOVING},
        KeepingState.REMOVING: {KeepingState.REMOVED},
    },
)

# Nothing is awaited.
KEEPING_AT_REST = frozenset({KeepingState.KEPT, KeepingState.REMOVED})

# What the bank says later than it was sent anew, or staff had seen otherwise, is what happened to the money:
# so what was rejected may turn out to be paid, and what was paid may come back.
PAYOUT = Machine(
    "A payout",
    P.WANTED,
    {
        P.WANTED: {P.BATCHED, P.PAID, P.FAILED},
        P.BATCHED: {P.SENT},
        P.SENT: {P.PAID, P.REJECTED},
        P.REJECTED: {P.WANTED, P.PAID, P.FAILED},
        P.PAID: {P.REJECTED},
    },
)
PAYOUT_AT_REST = frozenset({P.PAID, P.FAILED})

COLLECTION = Machine(
    "A collection",
    C.WANTED,
    {
        C.WANTED: {C.INVOICED, C.FAILED},
        C.INVOICED: {C.OVERDUE, C.PAID, C.FAILED},
        C.OVERDUE: {C.PAID, C.FAILED},
    },
)
COLLECTION_AT_REST = frozenset({C.PAID, C.FAILED})
