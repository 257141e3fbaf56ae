"""What rewards does again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from modules.rewards.services.campaigns import end_campaign
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.debts import forget_debts, repay_debts
from modules.rewards.services.earning import reckon_batch
from modules.rewards.services.expiring import expire_batch, warn_of_expiry
from modules.rewards.services.forgetting import forget_batch
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from modules.rewards.services.taking_back import take_back_batch
from modules.rewards.services.tiers import review_tiers
from tiffin.jobs import deadline, every

# A worker that does the same again and again lets others have a turn well before its lease is over.
MOST_BATCHES = 20


@every("lapse_holds", pause=timedelta(minutes=5))
def let_holds_lapse() -> None:
    """What was held and never spent is free again."""
    while lapse_holds():
        pass


@every("forget_refusals", pause=timedelta(hours=6))
def forget_old_refusals() -> None:
    """Refusals answer those who ask again, and nobody does for weeks."""
    forget_refusals()


def _while_there_is_more(batch: Callable[[], int]) -> None:
    for _ in range(MOST_BATCHES):
        if not batch():
            return


@every("earn_points", pause=timedelta(seconds=5))
def earn_points() -> None:
    """What was delivered earns, what went back earns no more, and what is past its claims is confirmed."""
    _while_there_is_more(reckon_batch)
    _while_there_is_more(take_back_batch)
    _while_there_is_more(confirm_batch)


@every("repay_debts", pause=timedelta(minutes=1))
def repay_what_is_owed() -> None:
    """Points that come back, or from somebody else, repay what is owed too."""
    _while_there_is_more(repay_debts)
    _while_there_is_more(forget_debts)


@every("expire_points", pause=timedelta(minutes=1))
def let_points_expire() -> None:
    """What is past its day is gone, and forgotten customers have nothing left."""
    _while_there_is_more(expire_batch)
    _while_there_is_more(forget_batch)


@every("warn_of_expiry", pause=timedelta(hours=6), lease=timedelta(minutes=10))
def warn_before_points_expire() -> None:
    """A few times a day: it is told days before."""
    warn_of_expiry()


@every("review_tiers", pause=timedelta(minutes=5))
def review_tiers_whose_time_is_over() -> None:
    """A period that is over decides about the next."""
    _while_there_is_more(review_tiers)


@deadline("campaign_over")
def campaign_over(campaign_id: UUID) -> None:
    """Whatever is left of its budget: its time is over."""
    end_campaign(campaign_id=campaign_id)
