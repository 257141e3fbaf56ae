"""What a membership costs and when: no database, no clock, no region."""

from modules.subscriptions.billing.periods import MONTHS_A_YEAR, Cycle, Period, midnight
from modules.subscriptions.billing.phases import Billed, Schedule, phase_of
from modules.subscriptions.billing.proration import Proration, prorate, share_of

__all__ = [
    "MONTHS_A_YEAR",
    "Billed",
    "Cycle",
    "Period",
    "Proration",
    "Schedule",
    "midnight",
    "phase_of",
    "prorate",
    "share_of",
]
