"""What rewards does again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from modules.rewards import services
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from tiffin.jobs import every

# A worker that does the same again and again lets others have a turn well before its lease is over.
MOST_BATCHES = 20


def _while_there_is_more(batch: Callable[[], int]) -> None:
    for _ in range(MOST_BATCHES):
        if not batch():
            return


@every("lapse_holds", pause=timedelta(minutes=5))
def let_holds_lapse() -> None:
    """What was held and never spent is free again."""
    while lapse_holds():
        pass


@every("forget_refusals", pause=timedelta(hours=6))
def forget_old_refusals() -> None:
    """Refusals answer those who ask again, and nobody does for weeks."""
    forget_refusals()


# --- giving -----------------------------------------------------------------------------------------


@every("give_standing_orders", pause=timedelta(minutes=5))
def give_standing_orders() -> None:
    """Whose day has come gives."""
    _while_there_is_more(services.give_what_is_due)


@every("write_donation_receipts", pause=timedelta(seconds=30))
def put_donations_in_writing() -> None:
    """Numbers are given to many at once, a while after."""
    _while_there_is_more(services.write_donation_receipts)
