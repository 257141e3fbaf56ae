"""Giving, as others see it: causes, what was given to them, and what was put in writing about it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class Charity(DTO):
    """A cause that customers may give to, in their region. `site` may be empty."""

    id: UUID
    region: str
    name: str
    about: str
    site: str


class DonationSource(OpenEnum):
    """Points at once, points by a standing order, or money on top of an order."""

    POINTS = "points"
    STANDING = "standing"
    ROUND_UP = "round_up"
    UNKNOWN = "unknown"


class DonationState(OpenEnum):
    """GIVEN waits for the charity's next settlement and is then ON_THE_WAY; SETTLED has come there;
    TAKEN_BACK went back to the customer with a refund."""

    GIVEN = "given"
    ON_THE_WAY = "on_the_way"
    SETTLED = "settled"
    TAKEN_BACK = "taken_back"
    UNKNOWN = "unknown"


class DonationView(DTO):
    """A donation. `points` are nothing where money was given. `amount` is what the charity gets of it, after
    `taken_back` went back with refunds; `receipt` is the number of what was put in writing, once it was."""

    id: UUID
    charity_id: UUID
    charity: str
    region: str
    source: DonationSource
    state: DonationState
    points: int
    amount: Money
    taken_back: Money
    given_at: datetime
    order_id: UUID | None = None
    receipt: str = ""


class DonationPreview(DTO):
    """What giving `points` would mean: what the charity would get, and what would be available then."""

    charity_id: UUID
    charity: str
    points: int
    amount: Money
    available_after: int


class DonationsPage(DTO):
    """The newest first. `next` is where the next page begins; nothing after the last."""

    donations: tuple[DonationView, ...]
    next: UUID | None = None


class StandingState(OpenEnum):
    """Whether a standing order gives each month. STOPPED is for ever."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class StandingOrderView(DTO):
    """`points` each month on its `day` (1 to 31; the last of shorter months), next on `next_on`. `skipped_on`
    is when there were not enough points, if nothing was given since then."""

    id: UUID
    charity_id: UUID
    charity: str
    region: str
    points: int
    day: int
    state: StandingState
    next_on: date | None = None
    skipped_on: date | None = None


class YearOfGiving(DTO):
    """What a customer gave in a calendar year of a region: `lines` are by charity, and sum to `total`.
    `points` are those given, which are worth their part of the amounts."""

    region: str
    year: int
    lines: tuple[GivenTo, ...]
    total: Money
    points: int


class GivenTo(DTO):
    """What one charity gets of it, in so many donations."""

    charity: str
    donations: int
    amount: Money
    points: int


class DonationReceipt(DTO):
    """A donation in writing: `lines` are labels and what stands beside them, `notes` what the region wants to
    stand below. `language` is a BCP 47 tag."""

    id: UUID
    donation_id: UUID
    number: str
    language: str
    title: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    issued_at: datetime
