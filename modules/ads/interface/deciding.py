"""What a page asks for, and what it gets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.ads.interface.kinds import AdvertiserKind, NoFill, Placement, Why
from tiffin.dto import DTO


class Point(DTO):
    """Degrees, WGS 84."""

    lat: float
    lon: float


class Place(DTO):
    """So many ads are wanted in this place."""

    placement: Placement
    slots: int = 1


class PageView(DTO):
    """Who looks at what, and from where.

    Who looks is known by `customer_id`, else by `device_id`, a browser's random name; without either nothing
    is kept of them. `personal` is whether they agree that ads are chosen by what they did; `adult` whether it
    is known that they are of age. `point` is where the food is to go, `city` a city's code as regions write
    them, for whom has not said where. `text` is what they search for, `cuisine` and `restaurant_id` what the
    page is about. `language` is a tag such as "pl".
    """

    region: str
    customer_id: UUID | None = None
    device_id: UUID | None = None
    point: Point | None = None
    city: str = ""
    text: str = ""
    cuisine: str = ""
    restaurant_id: UUID | None = None
    language: str = ""
    personal: bool = False
    adult: bool = False


class Ad(DTO):
    """One ad in one slot (0 is the first). `token` says to ads that it was shown, and `click` is the path on
    this origin that leads to what is advertised. `picture` is a URL, or a path on this origin; empty: none.
    `why` says why this person sees it, in their language; `reasons` are the same as codes. `charged` is false
    for the house's own and for charities."""

    slot: int
    token: str
    click: str
    kind: AdvertiserKind
    advertiser: str
    headline: str
    text: str
    picture: str
    why: str
    reasons: tuple[Why, ...]
    restaurant_id: UUID | None = None
    restaurant_slug: str = ""
    charged: bool = True


class Filled(DTO):
    """What stands in one place: the ads by slot, and why the rest stays empty, if any does."""

    placement: Placement
    ads: tuple[Ad, ...]
    no_fill: NoFill | None = None


class Decision(DTO):
    """What was decided for a page view, or for an e-mail. Each token counts until `expires_at`."""

    id: UUID
    places: tuple[Filled, ...]
    expires_at: datetime


class AdConsent(DTO):
    """What a customer agreed to: that ads are chosen by what they do (`personal`), and that there is one in
    e-mails that they asked for (`by_email`). Nobody agrees before they say so."""

    personal: bool
    by_email: bool
