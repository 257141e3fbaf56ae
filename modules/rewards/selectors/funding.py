"""What campaigns owe for the points that they gave."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from modules.payments.interface import PartyKind, Payer
from tiffin import db

# Below nothing is owed; above it, more was billed than was kept in the end, and the next bill is less.
_OWED = """
SELECT owner, -sum(balance)::bigint FROM rewards_account WHERE kind = 'funding' AND region = %s
GROUP BY owner HAVING sum(balance) < 0 ORDER BY owner
"""


class Owed(NamedTuple):
    """So many points of a campaign, and who pays for them."""

    campaign_id: UUID
    points: int
    partner: Payer


def owed_by_campaigns(region: str) -> list[Owed]:
    """Every campaign of the region whose partner owes something."""
    found = dict(db.select(_OWED, region))
    return [Owed(campaign_id, points, partner_of(campaign_id)) for campaign_id, points in found.items()]


def partner_of(campaign_id: UUID) -> Payer:
    return Payer(kind=PartyKind.PARTNER, id=campaign_id, name="")
