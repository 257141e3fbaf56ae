"""What is kept of viewers: what they like, and until when they are members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from modules.ads.engine.servable import Dish, Venue
from modules.ads.engine.viewer import Habits, Taste, with_taste
from modules.ads.models import KnownDishes, KnownRestaurant, Viewer
from modules.ads.selectors.venues import venue_of
from modules.ads.selectors.viewers import read_habits, write_habits
from modules.ads.services.documents import document
from modules.restaurants.interface import RestaurantFacts
from tiffin import clock, db, regions

# A look at a menu says so much of what an order says.
LOOK = 0.1
_MEMBERSHIPS = """
INSERT INTO ads_viewer (id, is_customer, is_personal, habits, member_until, changed_at)
SELECT id, true, false, '', member_until, %(now)s
FROM json_to_recordset(%(rows)s::json) AS new(id uuid, member_until timestamptz)
WHERE NOT EXISTS (SELECT 1 FROM ads_forgotten WHERE ads_forgotten.id = new.id) ORDER BY id
ON CONFLICT (id) DO UPDATE SET member_until = excluded.member_until RETURNING 1
"""


class Visit(NamedTuple):
    """A look at a restaurant's menu, or an order there, which cost `minor`."""

    viewer_id: UUID
    restaurant_id: UUID
    region: str
    at: datetime
    minor: int | None = None
    order_id: UUID | None = None


@db.transaction_required
def learn(visits: Sequence[Visit]) -> None:
    """What those like who agreed to it."""
    if not visits:
        return
    of_viewer: defaultdict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        of_viewer[visit.viewer_id].append(visit)
    agreed = Viewer.objects.filter(pk__in=of_viewer, is_personal=True)
    viewers = list(agreed.order_by("pk").select_for_update())
    venues = _venues({visit.restaurant_id for viewer in viewers for visit in of_viewer[viewer.id]})
    for viewer in viewers:
        habits = read_habits(viewer.habits)
        for visit in of_viewer[viewer.id]:
            habits = _after(habits, visit, venues.get(visit.restaurant_id))
        viewer.habits, viewer.changed_at = write_habits(habits), clock.now()
    db.update(*viewers, fields=("habits", "changed_at"))


@db.transaction_required
def learn_memberships(told: Mapping[UUID, str]) -> None:
    """By customer until when a membership brings them something (ISO 8601; empty: not at all)."""
    rows = [{"id": id, "member_until": until or None} for id, until in told.items()]
    if rows:
        db.select(_MEMBERSHIPS, rows=document(rows), now=clock.now())


def _after(habits: Habits, visit: Visit, venue: Venue | None) -> Habits:
    local = regions.get(visit.region).local(visit.at)
    at = visit.at.timestamp()
    if venue is not None:
        taste = Taste(venue.cuisine, venue.level, local.hour, local.weekday() >= 5)
        habits = with_taste(habits, taste, at=at, weight=LOOK if visit.minor is None else 1.0)
    if visit.minor is None:
        return habits
    return msgspec.structs.replace(
        habits,
        venues={**habits.venues, visit.restaurant_id: int(at)},
        orders=habits.orders + 1,
        spent=habits.spent + visit.minor,
        all_orders=habits.all_orders + 1,
        last_order=max(int(at), habits.last_order),
    )


def _venues(ids: set[UUID]) -> dict[UUID, Venue]:
    dishes: dict[UUID, Any] = dict(
        KnownDishes.objects.filter(pk__in=ids).values_list("restaurant_id", "dishes")
    )
    found = {}
    for id, facts in KnownRestaurant.objects.filter(pk__in=ids).values_list("id", "facts"):
        known = msgspec.convert(facts, RestaurantFacts, strict=False)
        found[id] = venue_of(known, msgspec.convert(dishes.get(id, ()), tuple[Dish, ...], strict=False))
    return found
