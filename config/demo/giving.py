"""The demo's good causes, and points with which to try them."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from modules.rewards.interface import Charity, Flow, Posting, Rewards, Transfer
from tiffin import clock
from tiffin.interfaces import CommandKey, call

POINTS = 2_000
_CAUSES = (
    ("gb", "Soup for All", "Hot meals for whoever is hungry, in every part of London."),
    ("gb", "Trees by the Road", "Plants trees where couriers ride, and waters them."),
    ("pl", "Zupa dla wszystkich", "Ciepłe posiłki dla każdego, kto jest głodny."),
    ("pl", "Drzewa przy drodze", "Sadzi drzewa tam, gdzie jeżdżą kurierzy."),
)


def bring(customer_id: UUID) -> None:
    """Causes in each region, and points for a customer who never had any."""
    for region, name, about in _CAUSES:
        cause = Charity(
            id=uuid5(NAMESPACE_OID, f"demo:{name}"), region=region, name=name, about=about, site=""
        )
        call(Rewards).keep_charity(key=CommandKey(f"demo:{cause.id}:{about}"), charity=cause)
    if call(Rewards).statement(customer_id=customer_id, size=1).lines:
        return
    grant = Transfer(
        id=uuid5(NAMESPACE_OID, f"demo:points of {customer_id}"),
        flow=Flow.GRANT,
        amount=POINTS,
        region="gb",
        customer_id=customer_id,
        expires_at=clock.now() + timedelta(days=365),
        reason="welcome",
    )
    call(Rewards).post_many(
        key=CommandKey(f"demo:points:{customer_id}:{grant.expires_at}"),
        postings=[Posting(transfers=(grant,))],
    )
