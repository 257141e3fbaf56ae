"""What analytics does again and again. Each sink has a row, and so a worker, of its own: one that answers
slowly keeps no other waiting."""

from __future__ import annotations

from datetime import timedelta

from modules.analytics.services import forward_deletions, relay_to, tidy
from tiffin.jobs import every

OFTEN = timedelta(seconds=5)
# Longer than any turn: until LATEST_SECONDS, and two requests that are under way then and not answered.
TURN = timedelta(minutes=3)


@every("relay_to_segment", pause=OFTEN, lease=TURN)
def relay_to_segment() -> None:
    relay_to("segment")


@every("relay_to_posthog", pause=OFTEN, lease=TURN)
def relay_to_posthog() -> None:
    relay_to("posthog")


@every("forward_deletions", pause=timedelta(minutes=1), lease=TURN)
def forward() -> None:
    forward_deletions()


@every("tidy", pause=timedelta(hours=1))
def tidy_up() -> None:
    tidy()
