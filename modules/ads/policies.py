"""What a region decides about ads: rows of its `region.toml`, and a policy where rows cannot say it.

ads.floors            the least that is paid for a click or a thousand impressions, by placement
ads.baskets           from how much on somebody's usual basket is a big one
ads.restrictions      goods that may not be advertised, or only at some hours
ads.billing           when advertisers pay; no row: they are not billed there
"""

from __future__ import annotations

from datetime import date, datetime

from modules.ads.interface import AdvertiserKind, Placement, Pricing
from tiffin.dto import DTO
from tiffin.money import minor_units
from tiffin.regions import Policy, Region

MICROS = 1_000_000
# As many clicks are thought to lead to an order: it costs at least as much as they.
CLICKS_AN_ORDER = 20


class Floor(DTO):
    """A row of `ads.floors`: nothing is shown in the placement for less than so much a `click`, or for so
    much a thousand impressions (`mille`); minor units."""

    placement: str
    click: int
    mille: int


class Restriction(DTO):
    """A row of `ads.restrictions`: `goods` (`alcohol`, `less_healthy`) are advertised at `hours`
    (OpenStreetMap opening hours; empty: never) only. It does not concern advertisers of the kinds that it
    `spares`."""

    goods: str
    hours: str = ""
    spares: tuple[str, ...] = ()


class Billing(DTO):
    """The row `ads.billing`: on the first of the month advertisers are billed for what they spent before it,
    due `due_days` after the invoice; what is less than `minimum` minor units waits for the next month."""

    due_days: int
    minimum: int = 1


class Baskets(DTO):
    """The row of `ads.baskets`: somebody whose orders are worth `big` on the average (minor units) has big
    baskets."""

    big: int


class CampaignFacts(DTO):
    """What a region may judge a campaign by before anybody sees it."""

    kind: AdvertiserKind
    goods: tuple[str, ...]
    placements: tuple[Placement, ...]
    texts: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


class ApprovalPolicy(Policy, module="ads"):
    """What a region's law wants of campaigns, where rows cannot say it."""

    def refusal(self, facts: CampaignFacts) -> str | None:
        """Why this campaign may not be shown there, as a sentence for its advertiser; None: it may."""
        return None


def floors(region: Region, *, on: date) -> dict[Placement, dict[Pricing, int]]:
    """In micros; placements without a row have none."""
    return {
        Placement(row.placement): {
            Pricing.CPC: micros(row.click, region.currency),
            Pricing.CPM: micros(row.mille, region.currency),
            Pricing.CPA: micros(row.click * CLICKS_AN_ORDER, region.currency),
        }
        for row in region.rules("ads.floors", Floor, on=on)
    }


def big_basket(region: Region, *, on: date) -> int | None:
    """None where the region does not say."""
    return next((row.big for row in region.rules("ads.baskets", Baskets, on=on)), None)


def restrictions(region: Region, *, on: date) -> list[Restriction]:
    return region.rules("ads.restrictions", Restriction, on=on)


def billing(region: Region, *, on: date) -> Billing | None:
    """When advertisers pay, as it was on the local day; None where they are not billed."""
    return next(iter(region.rules("ads.billing", Billing, on=on)), None)


def country(region: Region) -> str:
    """Of a region's code, ISO 3166: “us_ny” lies in US."""
    return region.code.partition("_")[0].upper()


def micros(minor: int, currency: str) -> int:
    return minor * (MICROS // int(10 ** minor_units(currency)))


def minor(amount: int, currency: str) -> int:
    """Of micros, rounded down: what is left over is for whoever keeps it."""
    return amount // (MICROS // int(10 ** minor_units(currency)))
