"""What the engine knows of a flight and of a restaurant: all that a decision needs, and nothing else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from modules.ads.interface import AdvertiserKind, Placement, Pricing
from modules.ads.kinds import Customers, Members

Ring = tuple[tuple[float, float], ...]

ALL_WEEK = (1 << 168) - 1


class Creative(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of several ways in which a campaign shows itself. Texts by language tag, "" for all others; they
    may hold placeholders, which `filling.py` fills."""

    id: UUID
    headlines: dict[str, str]
    texts: dict[str, str]
    picture: str = ""


class Servable(msgspec.Struct, frozen=True, kw_only=True):
    """A flight with what its campaign says.

    `bid` is in micros (millionths of the currency's main unit) for what `pricing` says is paid for. It runs
    from `starts` to `ends` (seconds since 1970), in the hours of the week whose bits are set in `hours`
    (0 is Monday from midnight, in the region's time). `zone` and `cities` narrow where; none of them: in all
    the region, or where the restaurant `venue` delivers. A viewer sees it `cap` times in `cap_hours` (0: as
    often as it wins), and it is shown `to_unknown` people, of whom nothing can be counted. `goods` are those
    whose restrictions concern it; whoever they spare may advertise `for_adults` alone all the same. `quality`
    is in thousandths. Of customers `holdout` in 10,000 are never shown it.
    """

    id: UUID
    campaign_id: UUID
    advertiser_id: UUID
    advertiser: str
    region: str
    kind: AdvertiserKind
    placements: tuple[Placement, ...]
    pricing: Pricing
    bid: int
    starts: float
    ends: float
    hours: int = ALL_WEEK
    venue: UUID | None = None
    zone: Ring | None = None
    cities: tuple[str, ...] = ()
    cuisines: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    members: Members = Members.ANY
    customers: Customers = Customers.ANY
    segments: int = 0
    goods: int = 0
    for_adults: bool = False
    cap: int = 0
    cap_hours: int = 24
    to_unknown: bool = True
    quality: int = 1000
    holdout: int = 0
    landing: str = ""
    creatives: tuple[Creative, ...] = ()

    @property
    def is_free(self) -> bool:
        """Nobody pays for it: it takes what is left."""
        return self.kind is AdvertiserKind.CHARITY or self.kind is AdvertiserKind.HOUSE


class Dish(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A dish as a creative may name it; `price` in minor units. `hours` are those of the menu's parts that it
    stands in (OpenStreetMap opening_hours); none: always."""

    id: UUID
    title: str
    price: int
    titles: dict[str, str] = {}
    picture: str = ""
    hours: tuple[str, ...] = ()


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A restaurant as it stands. `level` is how dear it is among those of its region, 0 to 3."""

    id: UUID
    slug: str
    name: str
    cuisine: str
    region: str
    city: str
    lat: float
    lon: float
    zone: Ring
    opening_hours: str
    time_zone: str
    blocked_until: datetime | None = None
    preparation_minutes: int = 20
    currency: str = ""
    menu_version: int = 0
    dishes: tuple[Dish, ...] = ()
    level: int = 1
