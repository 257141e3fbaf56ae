"""Campaigns: made, put into force and ended by staff; what they promised before is kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError

from modules.rewards.earning import Offer
from modules.rewards.models import Campaign, CampaignKind
from modules.rewards.states import CampaignState
from tiffin import clock, db, jobs
from tiffin.regions import Region

# What each kind says, and all that it says.
_TERMS = {
    CampaignKind.MULTIPLIER: {"multiplier"},
    CampaignKind.BONUS: {"points"},
    CampaignKind.FIRST_ORDER: {"points"},
    CampaignKind.STREAK: {"points", "orders", "days"},
}
_LEAST = {"multiplier": Decimal("1.01"), "points": 1, "orders": 2, "days": 1}
# Orders of its time are reckoned later, and long after where the ledger did not take them at first.
RECKONED_WITHIN = timedelta(days=7)


def create_campaign(campaign: Campaign) -> Campaign:
    """Keep it as a draft, which ends some days after its time whether or not anybody activates it. Raises
    ValidationError for terms that its kind does not have, or lacks."""
    campaign.full_clean(validate_constraints=False)
    _check_terms(campaign)
    with db.transaction():
        campaign.save(force_insert=True)
        jobs.set_deadline(campaign, "campaign_over", due=campaign.ends_at + RECKONED_WITHIN)
    return campaign


def _check_terms(campaign: Campaign) -> None:
    wanted = _TERMS[CampaignKind(campaign.kind)]
    wrong: dict[str, str] = {}
    for name, least in _LEAST.items():
        value = getattr(campaign, name)
        if name not in wanted and value is not None:
            wrong[name] = "This kind of campaign has none."
        elif name in wanted and (value is None or value < least):
            wrong[name] = f"It must be at least {least}."
    if campaign.ends_at <= max(campaign.starts_at, clock.now()):
        wrong["ends_at"] = "It must be later than the beginning, and than now."
    if wrong:
        raise ValidationError(wrong)


def activate_campaign(*, campaign_id: UUID) -> None:
    """From now on it gives points, within its time. Raises StateConflict."""
    with db.transaction():
        campaign = Campaign.lock(campaign_id)
        campaign.move_to(CampaignState.ACTIVE)
        campaign.save(update_fields=("state_name",))


def end_campaign(*, campaign_id: UUID) -> None:
    """It gives nothing any more. Raises StateConflict."""
    with db.transaction():
        campaign = Campaign.lock(campaign_id)
        campaign.move_to(CampaignState.ENDED)
        campaign.save(update_fields=("state_name",))
        jobs.clear_deadline(campaign)


@db.transaction_required
def lock_campaigns(region: Region) -> list[Campaign]:
    """Those in force there, in one order, so that no two batches give the same points of a budget."""
    active = Campaign.objects.filter(region=region.code, state_name=CampaignState.ACTIVE.value)
    return list(active.order_by("id").select_for_update(no_key=True))


def offer_of(campaign: Campaign) -> Offer:
    """Its terms, as orders are reckoned by them."""
    return Offer(
        id=campaign.id,
        title=campaign.title,
        kind=CampaignKind(campaign.kind),
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        restaurant_id=campaign.restaurant_id,
        funded=bool(campaign.partner),
        multiplier=campaign.multiplier or Decimal(1),
        points=campaign.points or 0,
        orders=campaign.orders or 1,
        days=campaign.days or 1,
        left=None if campaign.budget is None else max(0, campaign.budget - campaign.granted),
    )
