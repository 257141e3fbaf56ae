"""What may be shown, as the engine wants it: of campaigns that are approved and not over, flights that are
on, with creatives that are approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from modules.ads.engine.servable import ALL_WEEK, Servable
from modules.ads.engine.servable import Creative as ServableCreative
from modules.ads.interface import AdvertiserKind, CampaignState, Placement
from modules.ads.kinds import GOODS_BITS, ONLY_FOR_ADULTS, SEGMENT_BITS, Customers, Members, bits
from modules.ads.models import Campaign, Creative, Flight
from modules.ads.policies import restrictions
from modules.ads.states import CreativeState
from tiffin import clock, regions

_AT_ONCE = 2_000
_DAY = 24


def servables(campaign_ids: Collection[UUID] | None = None) -> Iterator[Servable]:
    """Of these campaigns, or of all."""
    running = Campaign.objects.filter(
        state_name=CampaignState.APPROVED.value, ends_at__gt=clock.now(), advertiser__is_blocked=False
    ).select_related("advertiser")
    if campaign_ids is not None:
        running = running.filter(pk__in=campaign_ids)
    page: list[Campaign] = []
    for campaign in running.iterator(chunk_size=_AT_ONCE):
        page.append(campaign)
        if len(page) == _AT_ONCE:
            yield from _of(page)
            page = []
    yield from _of(page)


def _of(campaigns: list[Campaign]) -> Iterator[Servable]:
    ids = [campaign.id for campaign in campaigns]
    creatives = _by_campaign(
        Creative.objects.filter(campaign_id__in=ids, state_name=CreativeState.APPROVED.value)
    )
    flights = _by_campaign(Flight.objects.filter(campaign_id__in=ids, is_on=True))
    for campaign in campaigns:
        if shown := creatives[campaign.id]:
            for flight in flights[campaign.id]:
                yield servable_of(campaign, flight, shown)


def _by_campaign(rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(row)
    return found


def _creative(creative: Creative) -> ServableCreative:
    return ServableCreative(
        id=creative.id, headlines=creative.headlines, texts=creative.texts, picture=creative.picture
    )


def servable_of(campaign: Campaign, flight: Flight, creatives: Iterable[Creative]) -> Servable:
    """A flight with what its campaign says, as the engine wants it."""
    advertiser = campaign.advertiser
    return Servable(
        id=flight.id,
        campaign_id=campaign.id,
        advertiser_id=advertiser.id,
        advertiser=advertiser.name,
        region=campaign.region,
        kind=advertiser.kind,
        placements=tuple(Placement(name) for name in flight.placements),
        pricing=campaign.pricing,
        bid=campaign.bid,
        starts=campaign.starts_at.timestamp(),
        ends=campaign.ends_at.timestamp(),
        hours=hours_of(flight.weekdays, flight.from_hour, flight.to_hour),
        venue=advertiser.restaurant_id,
        zone=tuple((lon, lat) for lon, lat in flight.zone) if flight.zone else None,
        cities=tuple(flight.cities),
        cuisines=tuple(flight.cuisines),
        keywords=tuple(flight.keywords),
        members=Members(flight.members),
        customers=Customers(flight.customers),
        segments=bits(flight.segments, SEGMENT_BITS),
        goods=bits(_restricted(campaign.region, advertiser.kind, campaign.goods), GOODS_BITS),
        for_adults=not ONLY_FOR_ADULTS.isdisjoint(campaign.goods),
        cap=flight.cap,
        cap_hours=flight.cap_hours,
        to_unknown=flight.to_unknown,
        quality=campaign.quality,
        holdout=campaign.holdout,
        landing=campaign.landing,
        creatives=tuple(_creative(each) for each in creatives),
    )


def hours_of(weekdays: Collection[int], from_hour: int, to_hour: int) -> int:
    """The hours of the week as bits, the first that of Monday's midnight. Hours after midnight belong to the
    day on which they began."""
    if not weekdays and (from_hour, to_hour) == (0, _DAY):
        return ALL_WEEK
    length = (to_hour - from_hour) % _DAY or _DAY
    mask = 0
    for weekday in weekdays or range(1, 8):
        for hour in range(from_hour, from_hour + length):
            mask |= 1 << ((weekday - 1) * _DAY + hour) % (7 * _DAY)
    return mask


def _restricted(region: str, kind: AdvertiserKind, goods: list[str]) -> list[str]:
    """Of the goods those whose rules concern such an advertiser."""
    if not goods:
        return []
    there = regions.get(region)
    today = there.local(clock.now()).date()
    spared = {row.goods for row in restrictions(there, on=today) if kind.value in row.spares}
    return [name for name in goods if name not in spared]
