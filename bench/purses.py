"""What a simulation needs of rewards, wherever it runs: points for those who take part, and how the points
stand in the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.measuring import say
from bench.points_day import standing, unbalanced
from modules.rewards.interface import Flow, Posting, Rewards, Transfer
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.interfaces.errors import ModuleUnavailable

WELCOME = 1_000
_GOOD_FOR = timedelta(days=365)


def fill(people: list[tuple[str, str]]) -> bool:
    """Give each of these customers, by id and region, points to spend. False while rewards is away."""
    given = [
        Transfer(
            id=ids.derived(UUID(customer), "welcome"),
            flow=Flow.GRANT,
            amount=WELCOME,
            region=region,
            customer_id=UUID(customer),
            expires_at=clock.now() + _GOOD_FOR,
        )
        for customer, region in people
    ]
    postings = [Posting(transfers=(each,)) for each in given]
    try:
        refused = call(Rewards).post_many(key=CommandKey(str(ids.new_id())), postings=postings).refused
    except ModuleUnavailable as trouble:
        say(f"nobody has points: {trouble}")
        return False
    return not refused


def look() -> dict[str, Any]:
    """The points of everybody, and what does not add up in `differences`. Empty while rewards is away."""
    try:
        totals = call(Rewards).totals()
    except ModuleUnavailable as trouble:
        say(f"the points cannot be looked at: {trouble}")
        return {}
    return {**standing(totals), "differences": unbalanced(totals)}
