"""Who may be asked to deliver. It runs for every order, and for every courier who answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from modules.delivery import positions
from modules.delivery.models import REFUSALS, DeliveryTask, OfferState
from modules.delivery.positions import Near
from modules.delivery.states import UNDER_WAY
from tiffin import db

FALLBACK_CANDIDATES = 20
WIDER = 8
"""When of the nearest nobody is to be had, so many times as many are looked at."""
EQUAL_METRES = 500
"""Who is within the same so many metres is as near as the other."""


def _any_of(states: Iterable[Enum]) -> str:
    """For a constant statement: what a partial index is about must stand in it."""
    return ", ".join(f"'{state.value}'" for state in sorted(states, key=lambda state: str(state.value)))


_CARRIES = f"""EXISTS (SELECT 1 FROM delivery_deliverytask
    WHERE courier_id = courier.id AND state IN ({_any_of(UNDER_WAY)}))"""
_IS_ASKED = f"""EXISTS (SELECT 1 FROM delivery_offer
    WHERE courier_id = courier.id AND state IN ({_any_of([OfferState.OPEN])}))"""
_STANDING = f"SELECT {_CARRIES}, {_IS_ASKED} FROM (SELECT %s AS id) AS courier"
# Who may be asked for a delivery, how often each of them was, and since when each waits for an offer.
_FREE = f"""
    SELECT id, (SELECT count(*) FROM delivery_offer WHERE task_id = %s AND courier_id = courier.id),
        last_offered_at
    FROM delivery_courier AS courier
    WHERE region = %s AND on_shift AND NOT {_CARRIES} AND NOT {_IS_ASKED} AND NOT EXISTS (
        SELECT 1 FROM delivery_offer
        WHERE task_id = %s AND courier_id = courier.id AND state IN ({_any_of(REFUSALS)}))"""
_FREE_OF_THESE = f"{_FREE} AND id = ANY(%s)"
_FREE_LONGEST = f"{_FREE} ORDER BY last_offered_at NULLS FIRST, id LIMIT {FALLBACK_CANDIDATES}"


def is_under_way(courier_id: UUID) -> bool:
    ((carries, _),) = db.select(_STANDING, courier_id)
    return bool(carries)


def is_free(courier_id: UUID) -> bool:
    return db.select(_STANDING, courier_id) == [(False, False)]


def best_first(task: DeliveryTask) -> list[Near]:
    """Who to ask for `task`, best first: those asked least often for it, then the nearest, and of those
    who are as near the one who has waited longest for an offer. Who carries something or is being asked is
    not free: a courier has one delivery at a time. Only if nobody's place is known are the others asked."""
    about = (task.id, task.region, task.id)
    at_most = positions.NEAREST
    while (near := positions.nearest(task.region, task.pickup.point, at_most=at_most)) is not None:
        free = _standings(db.select(_FREE_OF_THESE, *about, [each.courier_id for each in near]))
        placed = [each for each in near if each.courier_id in free]
        # Farther away there may be somebody free, or somebody who was not asked yet.
        if len(near) < at_most or any(asked == 0 for asked, _ in free.values()):
            break
        at_most *= WIDER
    else:
        free = _standings(db.select(_FREE_LONGEST, *about))
        placed = [Near(courier_id=courier_id) for courier_id in free]
    return sorted(placed, key=lambda each: _rank(each, *free[each.courier_id]))


def _standings(found: list[tuple[Any, ...]]) -> dict[UUID, tuple[int, datetime | None]]:
    return {courier_id: (asked, last_offered_at) for courier_id, asked, last_offered_at in found}


def _rank(near: Near, asked: int, last_offered_at: datetime | None) -> tuple[int, int, float, int]:
    waits_since = last_offered_at.timestamp() if last_offered_at else 0.0
    metres = near.distance_m or 0
    return asked, metres // EQUAL_METRES, waits_since, metres
