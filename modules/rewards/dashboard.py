"""How points go, on the staff's pages: drawn from the figures and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from modules.rewards.interface import Flow
from modules.rewards.selectors.report import (
    DONATED,
    EXPIRED,
    ISSUED,
    OWED,
    REDEEMED,
    TAKEN_BACK,
    Line,
    moved,
    of_line,
)
from tiffin.admin.dashboard import Board, Card, Chart, Period, dashboard
from tiffin.regions import Region

SENT: Line = {Flow.SEND: 1}
LINES = (
    ("Issued", ISSUED),
    ("Redeemed", REDEEMED),
    ("Donated", DONATED),
    ("Expired", EXPIRED),
    ("Taken back", TAKEN_BACK),
    ("Sent to others", SENT),
)
# What came to be owed is gone already: it is a figure beside the others.
CARDS = (*LINES, ("Owed anew by customers", OWED))


@dashboard("Rewards")
def rewards(region: Region, period: Period) -> Board:
    """Two reads of some thousand figures at most."""
    steps = moved(region, period.steps)
    now = sum(steps, Counter[Flow]())
    (before,) = moved(region, (period.before, period.before_end))
    if not now:
        return Board((), ())
    cards = [_card(f"Points: {title.lower()}", line, now, before) for title, line in CARDS]
    step = "day" if period.daily else "hour"
    return Board(
        cards,
        [
            Chart(
                f"Points by the {step}",
                {title.lower(): [of_line(line, each) for each in steps] for title, line in LINES[:2]},
            ),
            Chart(
                f"Points that went otherwise, by the {step}",
                {title.lower(): [of_line(line, each) for each in steps] for title, line in LINES[2:]},
                stacked=True,
            ),
        ],
    )


def _card(title: str, line: Line, now: Counter[Flow], before: Counter[Flow]) -> Card:
    new, old = of_line(line, now), of_line(line, before)
    text: Callable[[int], str] = "{:,}".format
    return Card(title, text(new), text(old), f"{(new - old) / old:+.1%}" if old else "")
