"""What rewards does again and again."""

from __future__ import annotations

from datetime import timedelta

from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from tiffin.jobs import every


@every("lapse_holds", pause=timedelta(minutes=5))
def let_holds_lapse() -> None:
    """What was held and never spent is free again."""
    while lapse_holds():
        pass


@every("forget_refusals", pause=timedelta(hours=6))
def forget_old_refusals() -> None:
    """Refusals answer those who ask again, and nobody does for weeks."""
    forget_refusals()
