"""What rewards does again and again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.rewards.services.adjusting import let_adjustment_lapse
from modules.rewards.services.figures import make_figures
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from modules.rewards.services.standing import end_review
from tiffin.jobs import deadline, every


@every("lapse_holds", pause=timedelta(minutes=5))
def let_holds_lapse() -> None:
    """What was held and never spent is free again."""
    while lapse_holds():
        pass


@every("forget_refusals", pause=timedelta(hours=6))
def forget_old_refusals() -> None:
    """Refusals answer those who ask again, and nobody does for weeks."""
    forget_refusals()


@deadline("review_overdue")
def review_overdue(customer_id: UUID) -> None:
    """Nobody has looked into the wallet."""
    end_review(customer_id)


@deadline("adjustment_overdue")
def adjustment_overdue(adjustment_id: UUID) -> None:
    """Nobody has agreed to it."""
    let_adjustment_lapse(adjustment_id)


@every("make_figures", pause=timedelta(minutes=10), lease=timedelta(minutes=15))
def sum_what_happened() -> None:
    """The reports read sums and never the ledger."""
    make_figures()
