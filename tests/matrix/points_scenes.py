"""Points of a customer of each region, and what staff do about them."""

from __future__ import annotations

from uuid import uuid4

from tests.matrix.cast import Cast
from tiffin import ids


def points_rows(cast: Cast, region: str) -> dict[str, str]:
    """The primary keys, by model: all that points given by staff leave behind."""
    adjustment = adjustment_of(cast, region, 500)
    customer = _one(cast, "SELECT customer_id FROM rewards_adjustment WHERE id = %s", adjustment)
    figure = "SELECT id FROM rewards_pointsfigure WHERE region = %s LIMIT 1"
    outstanding = "SELECT id FROM rewards_outstandingfigure WHERE region = %s LIMIT 1"
    cast.platform.sql("rewards", "UPDATE job SET due = now() WHERE name = 'make_figures'", [])
    return {
        "rewards.adjustment": adjustment,
        "rewards.account": _one(
            cast,
            "SELECT id FROM rewards_account WHERE kind = 'issuance' AND stripe = 0 AND region = %s",
            region,
        ),
        "rewards.entry": _one(cast, "SELECT id FROM rewards_entry WHERE customer_id = %s", customer),
        "rewards.lot": _one(cast, "SELECT id FROM rewards_lot WHERE customer_id = %s", customer),
        "rewards.hold": _held(cast, region, customer),
        "rewards.walletstanding": _looked_into(cast, region),
        "rewards.pointsfigure": _one(cast, figure, region),
        "rewards.outstandingfigure": _one(cast, outstanding, region),
    }


def adjustment_of(cast: Cast, region: str, points: int) -> str:
    """Points for somebody; many wait for another of the staff."""
    reason = f"matrix {uuid4()}"
    form = {"customer_id": str(ids.new_id()), "region": region, "points": str(points), "reason": reason}
    cast.as_staff(f"support of {region}", "/admin/rewards/adjustment/add/", form)
    return _one(cast, "SELECT id FROM rewards_adjustment WHERE reason = %s", reason)


def _looked_into(cast: Cast, region: str) -> str:
    customer = str(ids.new_id())
    form = {"customer_id": customer, "region": region, "why": "matrix"}
    cast.as_staff(f"support of {region}", "/admin/rewards/walletstanding/add/", form)
    return _one(cast, "SELECT id FROM rewards_walletstanding WHERE id = %s", customer)


def _held(cast: Cast, region: str, customer: str) -> str:
    """As orders would: an entry is all that the ledger takes."""
    query = """
        INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, order_id, lots,
                                   parts, expires_at, reason, after, at)
        SELECT %s, 'hold', available.id, held.id, 10, 'PTS', %s, lot.customer_id, %s, ARRAY[lot.id],
               ARRAY[10], now() + interval '1 day', '', available.balance - 10, now()
        FROM rewards_lot AS lot
        JOIN rewards_account AS available ON available.owner = lot.customer_id
        JOIN rewards_account AS held ON held.owner = lot.customer_id
        WHERE available.kind = 'available' AND held.kind = 'held' AND lot.customer_id = %s RETURNING id"""
    held = str(ids.new_id())
    cast.platform.sql("rewards", query, [held, region, str(ids.new_id()), customer])
    return held


def _one(cast: Cast, query: str, parameter: str) -> str:
    return str(cast.platform.await_rows("rewards", query, [parameter])[0][0])
