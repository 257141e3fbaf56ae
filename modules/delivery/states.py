"""Which state of a delivery may follow which, as data: drawn, checked and tested from here."""

from __future__ import annotations

from modules.delivery.interface import DeliveryState as S
from tiffin.states import Machine

TRANSITIONS: dict[S, frozenset[S]] = {
    S.SEARCHING: frozenset({S.OFFERED, S.CANCELLED, S.FAILED}),
    S.OFFERED: frozenset({S.SEARCHING, S.ASSIGNED, S.CANCELLED}),
    S.ASSIGNED: frozenset({S.PICKED_UP, S.SEARCHING, S.CANCELLED}),
    S.PICKED_UP: frozenset({S.DELIVERED, S.FAILED}),
    S.DELIVERED: frozenset(),
    S.CANCELLED: frozenset(),
    S.FAILED: frozenset(),
}

DELIVERY = Machine("A delivery", S.SEARCHING, TRANSITIONS)

FINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)

# A courier in the middle of one of these is not offered another.
UNDER_WAY = frozenset({S.ASSIGNED, S.PICKED_UP})
