"""Points of a customer of each region, and what staff do about them."""

from __future__ import annotations

from uuid import uuid4

from tests.acceptance.people import Place
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
        "rewards.pointssent": _sent(cast, region),
        "rewards.pointsfigure": _one(cast, figure, region),
        "rewards.outstandingfigure": _one(cast, outstanding, region),
    }


def adjustment_of(cast: Cast, region: str, points: int) -> str:
    """Points for somebody; many wait for another of the staff."""
    reason = f"matrix {uuid4()}"
    form = {"customer_id": str(ids.new_id()), "region": region, "points": str(points), "reason": reason}
    cast.as_staff(f"support of {region}", "/admin/rewards/adjustment/add/", form)
    return _one(cast, "SELECT id FROM rewards_adjustment WHERE reason = %s", reason)


def campaign_of(cast: Cast, region: str, place: Place) -> str:
    """A draft for orders from there, made by staff of the region."""
    title = f"Campaign {ids.new_id()}"
    form = {
        "title": title,
        "region": region,
        "restaurant_id": place.id,
        "kind": "bonus",
        "points": "1",
        "starts_at_0": "2020-01-01",
        "starts_at_1": "00:00:00",
        "ends_at_0": "2100-01-01",
        "ends_at_1": "00:00:00",
    }
    cast.as_staff(f"operations of {region}", "/admin/rewards/campaign/add/", form)
    return _one(cast, "SELECT id FROM rewards_campaign WHERE title = %s", title)


def earning_of(cast: Cast, region: str, place: Place) -> str:
    """Of an order that earned nothing."""
    query = (
        "INSERT INTO rewards_earning (id, customer_id, region, restaurant_id, goods, refunded, delivered_at,"
        " state, points, taken_back, parts, due_at, refusal)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), %s, %s, 5, 0, now(), 'nothing', 0, 0, '[]', now(),"
        " '') RETURNING id"
    )
    return str(cast.platform.sql("rewards", query, [region, place.id])[0][0])


def earning_refund_of(cast: Cast, earning: str) -> str:
    """Of an order that earned nothing: it takes nothing back."""
    query = (
        "INSERT INTO rewards_earningrefund (id, earning_id, goods, points, owed, forgiven, at, taken_at,"
        " due_at, refusal) VALUES (gen_random_uuid(), %s, 1, 0, 0, 0, now(), now(), now(), '') RETURNING id"
    )
    return str(cast.platform.sql("rewards", query, [earning])[0][0])


def member_of(cast: Cast, region: str) -> str:
    """Somebody who had a tier once."""
    query = (
        "INSERT INTO rewards_member (id, region, version, log_txid, created_at, customer_id, tier)"
        " VALUES (gen_random_uuid(), %s, 0, 0, now(), gen_random_uuid(), '') RETURNING id"
    )
    return str(cast.platform.sql("rewards", query, [region])[0][0])


def _looked_into(cast: Cast, region: str) -> str:
    customer = str(ids.new_id())
    form = {"customer_id": customer, "region": region, "why": "matrix"}
    cast.as_staff(f"support of {region}", "/admin/rewards/walletstanding/add/", form)
    return _one(cast, "SELECT id FROM rewards_walletstanding WHERE id = %s", customer)


def _sent(cast: Cast, region: str) -> str:
    """From nobody in particular to another: nothing of it is in the ledger."""
    query = (
        "INSERT INTO rewards_pointssent (id, region, version, log_txid, created_at, sender, receiver, points)"
        " VALUES (gen_random_uuid(), %s, 0, 0, now(), gen_random_uuid(), gen_random_uuid(), 50) RETURNING id"
    )
    return str(cast.platform.sql("rewards", query, [region])[0][0])


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
