"""Settlements with charities, as other modules see them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.rewards.interface import SettlementView
from modules.rewards.models import SettlementBatch

MAXIMUM_PAGE_SIZE = 200


def settlements(settlement_ids: list[UUID]) -> list[SettlementView]:
    """Those that exist."""
    return _views(SettlementBatch.objects.filter(pk__in=settlement_ids))


def settlements_page(after: UUID | None, size: int) -> list[SettlementView]:
    """Every settlement by id, from `after` on."""
    page = SettlementBatch.objects.order_by("pk")
    if after is not None:
        page = page.filter(pk__gt=after)
    return _views(page[: min(max(size, 1), MAXIMUM_PAGE_SIZE)])


def _views(batches: Iterable[SettlementBatch]) -> list[SettlementView]:
    return [
        SettlementView(
            id=batch.id,
            region=batch.region,
            charity_id=batch.charity_id,
            amount=batch.money,
            state=batch.state_name,
            asked=batch.payout_asked,
            paid=batch.paid_out,
        )
        for batch in batches
    ]
