"""Which ad brought an order: the last valid click of its customer on an ad of that restaurant, within a day.
A click brings one order that stands: one that came to nothing leaves it to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from modules.ads.models import AdEvent, EventKind, Verdict
from modules.ads.services.habits import Visit
from modules.ads.services.refunding import give_back
from tiffin import db, ids

WINDOW = timedelta(hours=24)
CANCELLED = "The order was cancelled."

_CLICKS = """
SELECT DISTINCT ON (asked.order_id) asked.order_id, click.id
FROM unnest(%(orders)s::uuid[], %(customers)s::uuid[], %(restaurants)s::uuid[], %(at)s::timestamptz[])
    AS asked(order_id, customer_id, restaurant_id, at)
JOIN ads_adevent AS click ON click.viewer_id = asked.customer_id AND click.kind = 'click'
    AND click.restaurant_id = asked.restaurant_id AND click.verdict = 'valid'
    AND click.at <= asked.at AND click.at > asked.at - %(window)s
ORDER BY asked.order_id, click.at DESC
"""


@db.transaction_required
def attribute(orders: Sequence[Visit]) -> int:
    """Orders that were just placed; how many of them an ad has brought."""
    if not orders:
        return 0
    by_order = {order.order_id: order for order in orders}
    rows = db.select(
        _CLICKS,
        orders=list(by_order),
        customers=[order.viewer_id for order in orders],
        restaurants=[order.restaurant_id for order in orders],
        at=[order.at for order in orders],
        window=WINDOW,
    )
    clicks = AdEvent.objects.in_bulk([click_id for _, click_id in rows])
    events = [_order(clicks[click_id], by_order[order_id]) for order_id, click_id in rows]
    return db.insert(*events, unless_taken=db.BY_ANY)


def _order(click: AdEvent, order: Visit) -> AdEvent:
    return AdEvent(
        id=ids.new_id(),
        decision_id=click.decision_id,
        slot=click.slot,
        kind=EventKind.ORDER.value,
        at=order.at,
        region=click.region,
        placement=click.placement,
        advertiser_id=click.advertiser_id,
        campaign_id=click.campaign_id,
        flight_id=click.flight_id,
        creative_id=click.creative_id,
        restaurant_id=click.restaurant_id,
        viewer_id=click.viewer_id,
        verdict=Verdict.VALID.value,
        price=click.per_order,
        order_id=order.order_id,
    )


@db.transaction_required
def take_back(order_id: UUID) -> None:
    """It comes to nothing: what it cost is given back."""
    for event in AdEvent.objects.filter(order_id=order_id, verdict=Verdict.VALID.value).select_for_update():
        give_back(event, note=CANCELLED)
