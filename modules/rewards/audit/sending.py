"""What must always hold of points on their way from one customer to another."""

from __future__ import annotations

from modules.rewards.interface import SendingState
from modules.rewards.models import PointsSent
from tiffin import db
from tiffin.audit import Inspection, rule

# One statement sees one moment.
_HELD = """
SELECT coalesce(held.customer_id, sent.sender), coalesce(held.points, 0), coalesce(sent.points, 0)
FROM (
    SELECT customer_id, sum(points)::bigint AS points FROM rewards_hold
    WHERE ended_at IS NULL AND order_id IS NULL GROUP BY customer_id
) AS held
FULL JOIN (SELECT sender, points FROM rewards_pointssent WHERE state = 'held') AS sent
    ON sent.sender = held.customer_id
WHERE held.points IS DISTINCT FROM sent.points
"""


@rule
def held_sendings_are_held(inspection: Inspection) -> None:
    """Whoever sends points that are looked into has so many held for no order, and nobody else has any.
    Counts sendings that are held."""
    for customer, held, sent in db.select(_HELD):
        inspection.find(customer, f"{held} points are held for no order, and {sent} are being sent")
    inspection.looked(PointsSent.objects.filter(state_name=SendingState.HELD.value).count())
