"""Settlements with charities, as other modules see them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.rewards.interface import SettlementView
from modules.rewards.models import SettlementBatch
from modules.rewards.selectors.paging import page_of


def settlements(settlement_ids: list[UUID]) -> list[SettlementView]:
    """Those that exist."""
    return _views(SettlementBatch.objects.filter(pk__in=settlement_ids))


def settlements_page(after: UUID | None, size: int) -> list[SettlementView]:
    """Every settlement by id, from `after` on."""
    return _views(page_of(SettlementBatch, after, size))


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
