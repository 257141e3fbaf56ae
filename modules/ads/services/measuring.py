"""What a campaign with a holdout brings: who could be shown it, who would have been and is held out, and what
they order afterwards. Both are taken note of when the slot is won, whether or not the page is looked at, so
that they differ in nothing but the ad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from modules.ads.models import Exposure
from modules.ads.services.documents import document
from modules.ads.services.habits import Visit
from tiffin import db, ids, regions

# What is ordered later hardly has to do with it.
WINDOW = timedelta(days=14)

_EXPOSE = """
WITH agreed AS (
    SELECT id FROM ads_viewer WHERE id = ANY(%(viewers)s) AND is_personal ORDER BY id FOR SHARE
), fresh AS (
    INSERT INTO ads_exposure (id, campaign_id, viewer_id, is_ghost, at, day, orders)
    SELECT new.id, campaign_id, viewer_id, is_ghost, at, day, 0
    FROM json_to_recordset(%(rows)s::json) AS new(id uuid, campaign_id uuid, viewer_id uuid, is_ghost boolean,
        at timestamptz, day date)
    JOIN agreed ON agreed.id = new.viewer_id
    ORDER BY viewer_id, campaign_id, at
    ON CONFLICT (viewer_id, campaign_id) DO NOTHING
    RETURNING campaign_id, day, is_ghost
)
INSERT INTO ads_lift AS lift (campaign_id, day, is_ghost, viewers, orders, squares)
SELECT campaign_id, day, is_ghost, count(*), 0, 0 FROM fresh GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (campaign_id, day, is_ghost) DO UPDATE SET viewers = lift.viewers + excluded.viewers RETURNING 1
"""
_ORDERED = """
INSERT INTO ads_exposedorder (order_id, exposure_id, at)
SELECT asked.order_id, exposure.id, asked.at
FROM unnest(%(orders)s::uuid[], %(customers)s::uuid[], %(restaurants)s::uuid[], %(at)s::timestamptz[])
    AS asked(order_id, customer_id, restaurant_id, at)
JOIN ads_exposure AS exposure ON exposure.viewer_id = asked.customer_id
    AND exposure.at <= asked.at AND exposure.at > asked.at - %(window)s
JOIN ads_campaign AS campaign ON campaign.id = exposure.campaign_id
JOIN ads_advertiser AS advertiser ON advertiser.id = campaign.advertiser_id
    AND advertiser.restaurant_id = asked.restaurant_id
ON CONFLICT DO NOTHING RETURNING exposure_id
"""
_CANCELLED = "DELETE FROM ads_exposedorder WHERE order_id = %(order)s RETURNING exposure_id"
# How the orders of exposures change, and the sums with them: n² becomes (n + k)².
_CHANGE = """
WITH locked AS (
    SELECT exposure.id, new.count FROM ads_exposure AS exposure
    JOIN json_to_recordset(%(rows)s::json) AS new(id uuid, count int) USING (id)
    ORDER BY exposure.id FOR UPDATE OF exposure
), exposures AS (
    UPDATE ads_exposure AS exposure SET orders = exposure.orders + locked.count
    FROM locked WHERE exposure.id = locked.id
    RETURNING campaign_id, day, is_ghost, locked.count AS more, orders::bigint AS orders
)
INSERT INTO ads_lift AS lift (campaign_id, day, is_ghost, viewers, orders, squares)
SELECT campaign_id, day, is_ghost, 0, sum(more), sum(orders * orders - (orders - more) * (orders - more))
FROM exposures GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (campaign_id, day, is_ghost) DO UPDATE SET orders = lift.orders + excluded.orders,
    squares = lift.squares + excluded.squares
RETURNING 1
"""


class Chance(NamedTuple):
    """A campaign with a holdout has won a slot for a customer, or would have (`is_ghost`)."""

    campaign_id: UUID
    viewer_id: UUID
    is_ghost: bool
    at: datetime
    region: str


@db.transaction_required
def expose(chances: Sequence[Chance]) -> None:
    """The first of each customer and campaign is kept, of those who still agree."""
    if chances:
        viewers = sorted({chance.viewer_id for chance in chances})
        db.select(_EXPOSE, viewers=viewers, rows=document(list(_rows(chances))))


def _rows(chances: Sequence[Chance]) -> Iterator[dict[str, Any]]:
    for chance in chances:
        yield {
            "id": ids.new_id(),
            "campaign_id": chance.campaign_id,
            "viewer_id": chance.viewer_id,
            "is_ghost": chance.is_ghost,
            "at": chance.at,
            "day": regions.get(chance.region).local(chance.at).date(),
        }


@db.transaction_required
def count_orders(orders: Sequence[Visit]) -> None:
    """Orders that were just placed follow the exposures to campaigns of their restaurant."""
    placed = [order for order in orders if order.order_id is not None]
    if placed:
        rows = db.select(
            _ORDERED,
            orders=[order.order_id for order in placed],
            customers=[order.viewer_id for order in placed],
            restaurants=[order.restaurant_id for order in placed],
            at=[order.at for order in placed],
            window=WINDOW,
        )
        _change(Counter(exposure_id for (exposure_id,) in rows))


@db.transaction_required
def take_back_order(order_id: UUID) -> None:
    """It comes to nothing."""
    rows = db.select(_CANCELLED, order=order_id)
    _change({exposure_id: -1 for (exposure_id,) in rows})


def _change(orders: Mapping[UUID, int]) -> None:
    if orders:
        rows = [{"id": exposure_id, "count": count} for exposure_id, count in orders.items()]
        db.select(_CHANGE, rows=document(rows))


@db.transaction_required
def forget(viewer_id: UUID) -> None:
    """What they did counts on, as nobody's."""
    Exposure.objects.filter(viewer_id=viewer_id).update(viewer_id=None)
