"""Why slots stayed empty, in one word each."""

from __future__ import annotations

from modules.ads.engine.deciding import Placed
from modules.ads.interface import NoFill

# Its winner names a dish that cannot be had, and nothing else.
NO_CREATIVE = "no_creative"
# Whoever could be shown was, and they were fewer than the slots.
TOO_FEW = "too_few"


def why_empty(placed: Placed) -> str:
    """Of slots that nobody won: `not_ready`, `not_agreed`, `nothing_live`, what most of those were refused
    for who were ranked (`allowance`, `cap`, `not_to_this_address` …), the filter that left nobody
    (`placement`, `viewer`, `floor` …), or TOO_FEW."""
    if placed.no_fill in (NoFill.NOT_READY, NoFill.NOT_AGREED, NoFill.NOTHING_LIVE):
        return str(placed.no_fill.value)
    if placed.skipped:
        return max(placed.skipped, key=lambda why: placed.skipped[why])
    return next((step for step, left in placed.left.items() if not left), TOO_FEW)
