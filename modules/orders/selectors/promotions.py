"""Which promotions a customer may have at a restaurant now, or why not the one whose code they type."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec

from modules.orders.interface import CodeOutcome, Party, PromotionKind
from modules.orders.menus import is_open
from modules.orders.models.promotion import normal_code
from modules.orders.pricing import Promotion
from tiffin import db
from tiffin.regions import Region

# Constant: it runs with every quote. What is over is only wanted when somebody types its code.
_ON_OFFER = """
    SELECT id, title, code, kind, percent, amount, most, items::text, buy, get, min_subtotal, exclusive,
        funded_by, restaurant_id, hours, starts_at, ends_at, new_customers_only, uses_per_customer,
        (SELECT sum(remaining) FROM orders_promotionbudget WHERE promotion_id = promotion.id),
        (SELECT count(*) FROM orders_promotionuse
            WHERE promotion_id = promotion.id AND customer_id = %(customer)s AND turn IS NOT NULL),
        new_customers_only AND EXISTS (SELECT FROM orders_order
            WHERE customer_id = %(customer)s AND order_state <> 'cancelled'),
        members_only AND NOT EXISTS (SELECT FROM orders_knownmembership
            WHERE customer_id = %(customer)s AND access_until > %(at)s AND %(region)s = ANY(valid_in)
                AND benefits @> '[{"kind": "members_offers"}]')
    FROM orders_promotion AS promotion
    WHERE region = %(region)s AND (code = %(code)s OR code IS NULL AND starts_at <= %(at)s
        AND (ends_at IS NULL OR ends_at > %(at)s)
        AND (restaurant_id IS NULL OR restaurant_id = %(restaurant)s))
"""
_read_items = msgspec.json.Decoder(frozenset[UUID]).decode


class _Row(NamedTuple):
    """A promotion, with how it stands with its budget and with this customer."""

    id: UUID
    title: str
    code: str | None
    kind: str
    percent: Decimal | None
    amount: int | None
    most: int | None
    items: str
    buy: int | None
    get: int | None
    min_subtotal: int
    exclusive: bool
    funded_by: str
    restaurant_id: UUID | None
    hours: str
    starts_at: datetime
    ends_at: datetime | None
    new_customers_only: bool
    uses_per_customer: int | None
    left: Decimal | None
    uses: int
    has_ordered: bool
    is_for_others: bool


class OnOffer(NamedTuple):
    """`promotions` may apply; `typed` is that of the code, if it may; else `obstacle` is why it may not."""

    promotions: tuple[Promotion, ...]
    typed: Promotion | None
    obstacle: CodeOutcome | None


def on_offer(
    region: Region, *, restaurant_id: UUID, customer_id: UUID | None, code: str | None, at: datetime
) -> OnOffer:
    """What the customer (None: nobody we know) may have there at that moment; `code` as it was typed."""
    wanted = normal_code(code)
    found = db.select(
        _ON_OFFER, region=region.code, restaurant=restaurant_id, customer=customer_id, code=wanted, at=at
    )
    rows = [_Row(*values) for values in found]
    obstacles = {row.id: _obstacle(row, region, restaurant_id, at) for row in rows}
    may_apply = {row.id: _promotion(row) for row in rows if obstacles[row.id] is None}
    of_code = next((row for row in rows if row.code is not None), None)
    typed = may_apply.get(of_code.id) if of_code else None
    obstacle = obstacles[of_code.id] if of_code else CodeOutcome.NOT_KNOWN
    return OnOffer(tuple(may_apply.values()), typed, obstacle if wanted else None)


def _obstacle(row: _Row, region: Region, restaurant_id: UUID, at: datetime) -> CodeOutcome | None:
    """Why the promotion cannot apply whatever the basket holds."""
    if row.restaurant_id not in {None, restaurant_id}:
        return CodeOutcome.NOT_HERE
    over = at < row.starts_at or (row.ends_at is not None and row.ends_at <= at)
    if over or not is_open(row.hours, at=at, zone=str(region.time_zone)):
        return CodeOutcome.NOT_NOW
    if row.has_ordered:
        return CodeOutcome.NOT_FOR_YOU
    if row.is_for_others:
        return CodeOutcome.MEMBERS_ONLY
    spent = row.left is not None and row.left <= 0
    if spent or (row.uses_per_customer is not None and row.uses >= row.uses_per_customer):
        return CodeOutcome.USED_UP
    return None


def _promotion(row: _Row) -> Promotion:
    return Promotion(
        id=row.id,
        label=row.title,
        kind=PromotionKind(row.kind),
        percent=row.percent or Decimal(0),
        amount=row.amount or 0,
        most=row.most,
        items=_read_items(row.items),
        buy=row.buy or 0,
        get=row.get or 0,
        min_subtotal=row.min_subtotal,
        exclusive=row.exclusive,
        left=None if row.left is None else int(row.left),
        funded_by=Party(row.funded_by),
    )
