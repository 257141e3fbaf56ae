"""What ads does later, and again and again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.ads.models import Campaign
from modules.ads.services import learning, leasing, settling
from modules.ads.services.campaigns import close_campaign
from modules.ads.services.tidying import tidy
from tiffin.jobs import deadline, every


@deadline("campaign_over")
def campaign_over(campaign_id: UUID) -> None:
    """Its time is over."""
    close_campaign(Campaign.lock(campaign_id))


@every("settle", pause=timedelta(seconds=1))
def settle() -> None:
    while settling.settle() == settling.AT_ONCE:
        pass


@every("learn_clicks", pause=timedelta(seconds=2))
def learn_clicks() -> None:
    while learning.learn_clicks() == learning.AT_ONCE:
        pass


@every("tidy", pause=timedelta(hours=1))
def tidy_up() -> None:
    leasing.forget_past_reservations()
    tidy()
