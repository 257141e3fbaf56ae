"""Who looks, as far as they let us know: what they like and when, and what they have seen."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from modules.ads.kinds import LAPSED_AFTER_DAYS, SEGMENT_BITS, Segment

DAY = 86_400
HOUR = 3_600
# After so many days what somebody did counts half.
HALF_LIFE_DAYS = 30
LEVELS = 4
# Where a region does not say from how much on a basket is big, none is.
NO_BASKET = 2**62


class Habits(msgspec.Struct, kw_only=True):
    """What somebody's orders and looks say, kept with them. Weights fade: they are as of `at` (seconds since
    1970). `cuisines`, `hours` (of the day) and `levels` (how dear) weigh what was ordered, and by less what
    was only looked at; `venues` says when something was ordered last, by restaurant. `spent` and
    `orders` are weighted too, `spent` in minor units."""

    at: float = 0.0
    cuisines: dict[str, float] = {}
    hours: dict[int, float] = {}
    weekend: float = 0.0
    levels: dict[int, float] = {}
    venues: dict[UUID, int] = {}
    orders: float = 0.0
    spent: float = 0.0
    all_orders: int = 0
    last_order: int = 0


class Viewer:
    """Somebody for one decision. `seen` are the impressions of each campaign by hour (of those since 1970);
    `is_known` is false of whom nothing is kept, `is_personal` where their habits may not be used;
    `is_customer` is false of browsers, which do not order; `by_email` is whether they want ads in e-mails."""

    __slots__ = ("by_email", "habits", "is_customer", "is_known", "is_member", "is_personal", "key", "seen")

    def __init__(
        self,
        key: Any = None,
        habits: Habits | None = None,
        seen: dict[UUID, list[tuple[int, int]]] | None = None,
        *,
        is_personal: bool = False,
        is_member: bool = False,
        is_customer: bool = False,
        by_email: bool = False,
    ) -> None:
        self.key = key
        self.habits = habits or Habits()
        self.seen = seen or {}
        self.is_known = key is not None
        self.is_personal = is_personal and self.is_known
        self.is_member = is_member
        self.is_customer = is_customer
        self.by_email = by_email

    @property
    def is_measured(self) -> bool:
        """Whether what they see may be compared with what they order: of customers who agreed."""
        return self.is_customer and self.is_personal

    def segments(self, big_basket: int) -> int:
        """The groups they are in, as bits; none where their habits may not be used."""
        return segments_of(self.habits, big_basket) if self.is_personal else 0

    def times_seen(self, campaign: UUID, hours: int, now: float) -> int:
        """How often within the last so many hours, counted by whole ones."""
        since = int(now // HOUR) - hours
        return sum(count for hour, count in self.seen.get(campaign, ()) if hour > since)

    def likes(self, cuisine: str) -> float:
        """Which share of what they order is of that kind, 0 to 1; 0 where their habits may not be used."""
        whole = sum(self.habits.cuisines.values()) if self.is_personal else 0
        return self.habits.cuisines.get(cuisine, 0.0) / whole if whole > 0 else 0.0

    def days_since_order(self, venue: UUID | None, now: float) -> int | None:
        """Since the last there, or anywhere (None); None: there was none."""
        last = self.habits.last_order if venue is None else self.habits.venues.get(venue, 0)
        return int((now - last) // DAY) if last else None

    def has_lapsed(self, venue: UUID | None, now: float) -> bool:
        days = self.days_since_order(venue, now)
        return days is not None and days >= LAPSED_AFTER_DAYS


def faded(habits: Habits, now: float) -> Habits:
    """The same as of `now`: weights are halved every HALF_LIFE_DAYS."""
    factor = 0.5 ** (max(now - habits.at, 0.0) / DAY / HALF_LIFE_DAYS)
    return msgspec.structs.replace(
        habits,
        at=max(now, habits.at),
        cuisines=_times(habits.cuisines, factor),
        hours=_times(habits.hours, factor),
        levels=_times(habits.levels, factor),
        weekend=habits.weekend * factor,
        orders=habits.orders * factor,
        spent=habits.spent * factor,
    )


def _times(weights: dict[Any, float], factor: float) -> dict[Any, float]:
    """What hardly weighs anything is forgotten."""
    return {name: weight * factor for name, weight in weights.items() if weight * factor > 0.01}


class Taste(NamedTuple):
    """What somebody did, as far as it says something: at a restaurant of which cuisine and how dear, at which
    hour of the day, and whether at the weekend."""

    cuisine: str
    level: int
    hour: int
    is_weekend: bool


def with_taste(habits: Habits, taste: Taste, *, at: float, weight: float) -> Habits:
    """After something was ordered (weight 1) or looked at (less)."""
    after = faded(habits, at)
    cuisine, hour, level, is_weekend = taste.cuisine, taste.hour, taste.level, taste.is_weekend
    return msgspec.structs.replace(
        after,
        cuisines={**after.cuisines, cuisine: after.cuisines.get(cuisine, 0.0) + weight},
        hours={**after.hours, hour: after.hours.get(hour, 0.0) + weight},
        levels={**after.levels, level: after.levels.get(level, 0.0) + weight},
        weekend=after.weekend + (weight if is_weekend else 0.0),
    )


def segments_of(habits: Habits, big_basket: int) -> int:
    """The groups they are in, as bits. House rules: four orders a month are many; somebody has a time of day
    or of the week when most of what they do is then; an explorer's favourite is less than a third."""
    found = set()
    if habits.all_orders:
        found.add(Segment.FREQUENT if habits.orders >= 4 else Segment.OCCASIONAL)
        usual = habits.spent / habits.orders if habits.orders > 0.01 else 0
        found.add(Segment.BIG_BASKETS if usual >= big_basket else Segment.SMALL_BASKETS)
    whole = sum(habits.hours.values())
    if whole >= 1:
        by_part = {
            Segment.LUNCH: sum(weight for hour, weight in habits.hours.items() if 11 <= hour < 15),
            Segment.EVENING: sum(weight for hour, weight in habits.hours.items() if 17 <= hour < 23),
            Segment.WEEKEND: habits.weekend,
        }
        found |= {segment for segment, weight in by_part.items() if weight > whole / 2}
    if len(habits.cuisines) >= 4 and max(habits.cuisines.values()) < sum(habits.cuisines.values()) / 3:
        found.add(Segment.EXPLORERS)
    return sum(SEGMENT_BITS[segment] for segment in found)
