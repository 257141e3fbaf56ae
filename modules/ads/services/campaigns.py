"""Campaigns: written by advertisers or staff, looked at by staff, and shown until they end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from modules.ads.errors import CampaignRefused, ChangedSinceSeen, ReasonMissing
from modules.ads.events import CampaignChanged
from modules.ads.interface import AdvertiserKind, CampaignState, Placement
from modules.ads.models import Advertiser, Campaign, Creative, Flight, KnownRestaurant, Lift
from modules.ads.policies import ApprovalPolicy, CampaignFacts, restrictions
from modules.ads.selectors.approving import looked_at
from modules.ads.services.checking import (
    check_creative,
    check_flight,
    check_terms,
    require_above_floor,
    require_audience,
)
from modules.ads.states import CHANGEABLE, CreativeState
from modules.restaurants.interface import RestaurantUnknown
from tiffin import clock, db, jobs, regions
from tiffin.log import publish

# So many flights or creatives has a campaign: all of them are in the memory of each process.
MOST_PARTS = 50


def open_advertiser(advertiser: Advertiser) -> Advertiser:
    """Raises ValidationError."""
    regions.get(advertiser.region)
    advertiser.full_clean()
    with db.transaction():
        advertiser.save(force_insert=True)
    return advertiser


def open_restaurant(restaurant_id: UUID) -> Advertiser:
    """The advertiser that the restaurant is, from now on if it was none. Raises RestaurantUnknown."""
    known = KnownRestaurant.objects.filter(pk=restaurant_id).first()
    if known is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    advertiser = Advertiser(
        region=known.region,
        kind_name=AdvertiserKind.RESTAURANT.value,
        name=known.name[:120],
        restaurant_id=restaurant_id,
    )
    with db.transaction():
        db.insert(advertiser, unless_taken=("restaurant_id",))
    found: Advertiser = Advertiser.objects.get(restaurant_id=restaurant_id)
    return found


def block_advertiser(*, advertiser_id: UUID, blocked: bool) -> None:
    """Nothing of a blocked advertiser is shown any more; its campaigns stay as they are."""
    with db.transaction():
        advertiser = Advertiser.lock(advertiser_id)
        advertiser.is_blocked = blocked
        advertiser.save(update_fields=("is_blocked",))
        for campaign in advertiser.campaigns.order_by("id").select_for_update():
            _publish(campaign)


def draft_campaign(campaign: Campaign) -> Campaign:
    """A new one, which nobody sees before staff have approved it. Raises ValidationError."""
    campaign.region = campaign.advertiser.region
    check_terms(campaign)
    with db.transaction():
        campaign.save(force_insert=True)
        jobs.set_deadline(campaign, "campaign_over", due=campaign.ends_at)
        _publish(campaign)
    return campaign


def change_campaign(campaign: Campaign, *, fields: Iterable[str]) -> Campaign:
    """Write what was changed of a draft, or of one that was rejected. Raises ValidationError, and
    CampaignRefused for one that staff look at or that is shown: another one takes its place."""
    with db.transaction():
        stands = Campaign.lock(campaign.id)
        _require_changeable(stands)
        if campaign.advertiser_id != stands.advertiser_id:
            raise CampaignRefused(reason="A campaign stays its advertiser's: write another.")
        _require_same_holdout(stands, campaign)
        for name in fields:
            setattr(stands, name, getattr(campaign, name))
        check_terms(stands)  # as it will stand, whoever else has changed something meanwhile
        stands.save()
        jobs.set_deadline(stands, "campaign_over", due=stands.ends_at)
        _publish(stands)
    return stands


def add_flight(flight: Flight) -> Flight:
    """Raises ValidationError, CampaignRefused."""
    check_flight(flight)
    return _keep(flight)


def change_flight(flight: Flight) -> Flight:
    """Raises ValidationError, CampaignRefused."""
    check_flight(flight)
    return _keep(flight)


def switch_flight(*, flight_id: UUID, on: bool) -> None:
    """One flight of a running campaign rests, or goes on. Raises BidBelowFloor for one that would be shown
    nowhere and whose bid cannot be raised any more."""
    with db.transaction():
        flight = Flight.objects.get(pk=flight_id)
        campaign = Campaign.lock(flight.campaign_id)
        if on and campaign.state not in {*CHANGEABLE, CampaignState.ENDED}:
            require_above_floor(campaign, [flight])
        Flight.objects.filter(pk=flight_id).update(is_on=on)
        _publish(campaign)


def add_creative(creative: Creative) -> Creative:
    """Staff look at it before anybody sees it, also where its campaign runs already. Raises
    ValidationError."""
    check_creative(creative)
    with db.transaction():
        campaign = Campaign.lock(creative.campaign_id)
        if campaign.state is CampaignState.ENDED:
            raise CampaignRefused(reason="The campaign is over.")
        if campaign.state is CampaignState.SUBMITTED:  # what staff approve is what they have seen
            raise CampaignRefused(reason="Staff look at it: take it back first.")
        shown = campaign.creatives.exclude(state_name=CreativeState.RETIRED.value)
        _require_room(shown, "creatives")
        creative.save(force_insert=True)
        _publish(campaign)
    return creative


def judge_creative(*, creative_id: UUID, approved: bool, note: str = "") -> None:
    """Raises StateConflict; ReasonMissing for a rejection without one, CampaignRefused for what the region
    does not allow."""
    if not approved and not note.strip():
        raise ReasonMissing()
    with db.transaction():
        creative = Creative.objects.get(pk=creative_id)
        campaign = Campaign.lock(creative.campaign_id)
        creative.refresh_from_db()
        if approved:
            _require_allowed(campaign)
        creative.move_to(CreativeState.APPROVED if approved else CreativeState.REJECTED)
        creative.note = "" if approved else note.strip()[:300]
        creative.save(update_fields=("state_name", "note"))
        _publish(campaign)


def retire_creative(*, creative_id: UUID) -> None:
    """It is shown no more. Raises StateConflict."""
    with db.transaction():
        creative = Creative.objects.get(pk=creative_id)
        campaign = Campaign.lock(creative.campaign_id)
        creative.refresh_from_db()
        creative.move_to(CreativeState.RETIRED)
        creative.save(update_fields=("state_name",))
        _publish(campaign)


def submit_campaign(*, campaign_id: UUID) -> None:
    """Staff are asked. Raises StateConflict; and CampaignRefused, BidBelowFloor, GoodsOnlyForAdults for what
    nobody would see."""

    def check(campaign: Campaign) -> None:
        _require_complete(campaign)
        campaign.submitted_at, campaign.note = clock.now(), ""

    _move(campaign_id, CampaignState.SUBMITTED, check)


def take_back(*, campaign_id: UUID) -> None:
    """A submitted or rejected campaign can be changed again. Raises StateConflict."""
    _move(campaign_id, CampaignState.DRAFT)


def approve_campaign(*, campaign_id: UUID, seen: str | None = None) -> None:
    """It is shown within its dates, with those of its creatives that wait. `seen` is the fingerprint of what
    was looked at (None: as it stands). Raises StateConflict; ChangedSinceSeen where that is something else by
    now; what submitting does; and CampaignRefused for what the region does not allow."""

    def check(campaign: Campaign) -> None:
        if seen is not None and seen != looked_at(campaign).fingerprint:
            raise ChangedSinceSeen()
        _require_complete(campaign)
        _require_allowed(campaign)
        for creative in campaign.creatives.filter(state_name=CreativeState.WAITING.value):
            creative.move_to(CreativeState.APPROVED)
            creative.save(update_fields=("state_name",))

    _move(campaign_id, CampaignState.APPROVED, check)


def reject_campaign(*, campaign_id: UUID, note: str) -> None:
    """It is not shown, or no longer, and its advertiser reads why. Raises StateConflict, ReasonMissing."""
    if not note.strip():
        raise ReasonMissing()

    def say(campaign: Campaign) -> None:
        campaign.note = note.strip()[:300]

    _move(campaign_id, CampaignState.REJECTED, say)


def pause_campaign(*, campaign_id: UUID) -> None:
    """Raises StateConflict."""
    _move(campaign_id, CampaignState.PAUSED)


def resume_campaign(*, campaign_id: UUID) -> None:
    """Raises StateConflict; CampaignRefused for one that was never paused but waits for staff."""
    with db.transaction():
        campaign = Campaign.lock(campaign_id)
        if campaign.state is CampaignState.SUBMITTED:
            raise CampaignRefused(reason="Staff have not approved it yet.")
        campaign.move_to(CampaignState.APPROVED)
        campaign.save()
        _publish(campaign)


def end_campaign(*, campaign_id: UUID) -> None:
    """It is over, for good. Raises StateConflict."""
    with db.transaction():
        campaign = Campaign.lock(campaign_id)
        close_campaign(campaign)


@db.transaction_required
def close_campaign(campaign: Campaign) -> None:
    """Raises StateConflict."""
    campaign.move_to(CampaignState.ENDED)
    campaign.save()
    jobs.clear_deadline(campaign)
    _publish(campaign)


# --- inside -----------------------------------------------------------------------------------------


def _move(campaign_id: UUID, state: CampaignState, check: Any = None) -> None:
    with db.transaction():
        campaign = Campaign.lock(campaign_id)
        campaign.move_to(state)
        if check is not None:
            check(campaign)
        campaign.save()
        _publish(campaign)


@db.transaction_required
def _publish(campaign: Campaign) -> None:
    publish(
        campaign,
        CampaignChanged(
            campaign_id=campaign.id,
            advertiser_id=campaign.advertiser_id,
            advertiser_kind=campaign.advertiser.kind,
            state=campaign.state,
        ),
    )


def _keep(flight: Flight) -> Flight:
    with db.transaction():
        campaign = Campaign.lock(flight.campaign_id)
        _require_changeable(campaign)
        _require_room(campaign.flights.exclude(pk=flight.pk), "flights")
        there = Flight.objects.filter(pk=flight.pk).first()
        if there is not None:
            flight.is_on = there.is_on  # that is switched by itself
        flight.save()
        _publish(campaign)
    return flight


def _require_room(there: models.QuerySet[Any], what: str) -> None:
    if there.count() >= MOST_PARTS:
        raise CampaignRefused(reason=f"It has {MOST_PARTS} {what} already, as many as it may.")


def _require_changeable(campaign: Campaign) -> None:
    if campaign.state not in CHANGEABLE:
        raise CampaignRefused(
            reason=f"It is {campaign.state.value}; only drafts can be changed: take it back, or make another."
        )


def _require_same_holdout(stands: Campaign, wanted: Campaign) -> None:
    """Who was held out and who was not are two groups for good: a campaign that has begun keeps them."""
    if stands.holdout != wanted.holdout and Lift.objects.filter(campaign_id=stands.id).exists():
        raise CampaignRefused(reason="Customers are held out of it already: make another with more or less.")


def _require_complete(campaign: Campaign) -> None:
    """Raises CampaignRefused, BidBelowFloor, GoodsOnlyForAdults."""
    if campaign.ends_at <= clock.now():
        raise CampaignRefused(reason="Its time is over.")
    flights = list(campaign.flights.filter(is_on=True).order_by("id"))
    if not flights:
        raise CampaignRefused(reason="It has no flight: nothing says where it is shown.")
    shown = models.Q(state_name__in=(CreativeState.WAITING.value, CreativeState.APPROVED.value))
    if not campaign.creatives.filter(shown).exists():
        raise CampaignRefused(reason="It has no creative that could be shown.")
    require_above_floor(campaign, flights)
    require_audience(campaign)


def _require_allowed(campaign: Campaign) -> None:
    """Raises CampaignRefused for what the region's law does not allow at any hour."""
    region, kind = regions.get(campaign.region), campaign.advertiser.kind
    today = region.local(clock.now())
    for row in restrictions(region, on=today.date()):
        if row.goods in campaign.goods and kind.value not in row.spares and not row.hours:
            raise CampaignRefused(
                reason=f"{row.goods.replace('_', ' ')} may not be advertised in {region.name}."
            )
    placements = {name for flight in campaign.flights.all() for name in flight.placements}
    over = (CreativeState.REJECTED.value, CreativeState.RETIRED.value)
    creatives = list(campaign.creatives.exclude(state_name__in=over))
    facts = CampaignFacts(
        kind=kind,
        goods=tuple(campaign.goods),
        placements=tuple(Placement(name) for name in sorted(placements)),
        texts=tuple(text for each in creatives for text in (*each.headlines.values(), *each.texts.values())),
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
    )
    refusal = region.policy(ApprovalPolicy).refusal(facts)
    if refusal is not None:
        raise CampaignRefused(reason=refusal)
