"""Who cooks where and when."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants.interface.ids import RestaurantId
from tiffin.dto import DTO
from tiffin.money import Money


class Point(DTO):
    """A place on earth, in degrees (WGS 84)."""

    lat: float
    lon: float


Ring = tuple[tuple[float, float], ...]
"""A polygon's outer ring: (longitude, latitude) pairs, in GeoJSON's order; the last may repeat the first."""


class RestaurantFacts(DTO):
    """What somebody must know to sell for a restaurant without asking it.

    `zone` is where it delivers, `opening_hours` an OpenStreetMap opening_hours string read in `time_zone`,
    `paused_until` is set while it takes no orders, `min_order` counts items only, before fees.
    `orders_per_slot` is how many orders it takes for the same time beforehand; None: as many as come.
    `full_until` is set while its kitchen has as many orders as it can have open: until then, or a little
    longer, it takes no more.
    """

    id: RestaurantId
    slug: str
    name: str
    cuisine: str
    region: str
    city: str
    area: str
    point: Point
    zone: Ring
    opening_hours: str
    time_zone: str
    paused_until: datetime | None
    preparation_minutes: int
    min_order: Money
    menu_version: int
    orders_per_slot: int | None = None
    full_until: datetime | None = None


class RestaurantView(RestaurantFacts):
    """The facts, and how it stands now. `opens_at` is the next opening when closed, `closes_at` the next
    closing when open (None: never). `picture` is a path on this origin. The last two need a point to look
    from."""

    picture: str
    is_open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    distance_m: int | None = None
    delivers_here: bool | None = None


class RestaurantProfile(DTO):
    """What a restaurant tells when it joins or changes. `picture` is SVG text."""

    slug: str
    name: str
    cuisine: str
    region: str
    city: str
    area: str
    point: Point
    zone: Ring
    opening_hours: str
    preparation_minutes: int
    min_order: Money
    picture: str


class RestaurantSearch(DTO):
    """What to look for; whatever is left out does not matter. `cursor` comes from the page before."""

    region: str | None = None
    city: str | None = None
    cuisine: str | None = None
    text: str = ""
    point: Point | None = None
    delivering_only: bool = False
    open_only: bool = False
    cursor: str | None = None
    limit: int = 20


class RestaurantPage(DTO):
    restaurants: tuple[RestaurantView, ...]
    next_cursor: str | None = None
