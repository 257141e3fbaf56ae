"""What of an earning lies in which lot, and what a refund takes of each.

A refund takes of each lot what it is of the goods, rounded down over all refunds together. So what refunds
take does not depend on how they are cut: all of the goods, in one refund or in many, are all of the points.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from modules.rewards.earning.reckoning import Part
from tiffin import ids


class Share(NamedTuple):
    """The points of an earning that one party owes for: the programme, or the partner of a campaign."""

    lot_id: UUID
    points: int
    campaign_id: UUID | None = None

    def id(self, name: str) -> UUID:
        """Of the transfer that happens to it once under that name."""
        return ids.derived(self.lot_id, name)

    def back(self, *, goods: int, refunded: int) -> int:
        """How many are taken back once so much of the goods is."""
        return back_until(self.points, goods=goods, refunded=refunded)


def lot_of(order_id: UUID, part: Part) -> UUID:
    """In which lot a part of what the order earned lies."""
    return _lot_id(order_id, part.campaign_id if part.funded else None)


def shares_of(order_id: UUID, parts: Iterable[Part]) -> list[Share]:
    """A lot for the programme and one for each campaign that somebody else owes for; always the same ids."""
    points: dict[UUID | None, int] = {}
    for part in parts:
        funded_by = part.campaign_id if part.funded else None
        points[funded_by] = points.get(funded_by, 0) + part.points
    return [
        Share(_lot_id(order_id, campaign_id), amount, campaign_id) for campaign_id, amount in points.items()
    ]


def _lot_id(order_id: UUID, campaign_id: UUID | None) -> UUID:
    return ids.derived(order_id, f"earn {campaign_id}" if campaign_id else "earn")


def back_until(points: int, *, goods: int, refunded: int) -> int:
    """How many of the points are taken back once `refunded` of the `goods` went back."""
    return points if refunded >= goods else points * refunded // goods
