"""Gives a customer points, as no public API does. Run as a program in the running platform's environment,
with the customer's id and how many."""

from __future__ import annotations

import sys


def give(customer_id: str, points: str) -> None:
    from datetime import timedelta
    from uuid import UUID

    from modules.rewards.interface import Flow, Posting, Rewards, Transfer
    from tiffin import clock, ids
    from tiffin.interfaces import CommandKey, call

    grant = Transfer(
        id=ids.new_id(),
        flow=Flow.GRANT,
        amount=int(points),
        region="gb",
        customer_id=UUID(customer_id),
        expires_at=clock.now() + timedelta(days=365),
    )
    result = call(Rewards).post_many(key=CommandKey(str(grant.id)), postings=[Posting(transfers=(grant,))])
    assert not result.refused, result.refused


if __name__ == "__main__":
    import django

    django.setup()
    give(*sys.argv[1:3])
