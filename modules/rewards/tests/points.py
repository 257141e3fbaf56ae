"""Short ways to say what a test of the ledger begins with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from modules.rewards.interface import Flow, Posting, Refused, Transfer
from modules.rewards.services import post_many
from tiffin import clock, ids

REGION = "gb"


def transfer(flow: Flow, amount: int, customer_id: UUID | None = None, **more: Any) -> Transfer:
    """As it is asked, dated where its flow wants a date."""
    if flow in {Flow.EARN, Flow.EARN_FUNDED, Flow.GRANT, Flow.RECEIVE, Flow.HOLD}:
        more.setdefault("expires_at", in_days(365))
    if flow is Flow.HOLD:
        more.setdefault("order_id", ids.new_id())
    return Transfer(
        id=more.pop("id", None) or ids.new_id(),
        flow=flow,
        amount=amount,
        region=more.pop("region", REGION),
        customer_id=customer_id,
        **more,
    )


def in_days(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


def posted(*transfers: Transfer) -> None:
    """Each on its own; none is refused."""
    assert refused(*transfers) == ()


def refused(*transfers: Transfer) -> tuple[Refused, ...]:
    """Each on its own: which of them are refused."""
    return post_many([Posting(transfers=(each,)) for each in transfers]).refused


def linked(*transfers: Transfer) -> tuple[Refused, ...]:
    return post_many([Posting(transfers=transfers)]).refused


def granted(points: int, customer_id: UUID | None = None, *, days: int = 365) -> UUID:
    """A customer who has so many points."""
    customer_id = customer_id or ids.new_id()
    posted(transfer(Flow.GRANT, points, customer_id, expires_at=in_days(days)))
    return customer_id
