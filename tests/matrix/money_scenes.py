"""Money that is owed, taken back or not found, for the staff's pages: most of it as if a bank had said so."""

from __future__ import annotations

from typing import Any

from tests.acceptance.people import until
from tests.matrix.cast import Cast
from tests.matrix.stage import Stage
from tiffin import ids


def refund_of(cast: Cast, region: str) -> str:
    """What is owed for an order that was paid for before staff stopped it."""
    place, kitchen = (cast.gb, cast.kitchen) if region == "gb" else (cast.pl, cast.kitchen2)
    customer = cast.customer if region == "gb" else cast.customer2
    order = customer.order(place)
    kitchen.accept(order)
    until(lambda: customer.look(order), lambda seen: seen["axes"]["payment"] == "captured")
    cast.cancel_by_staff(f"admin of {region}", order["id"])
    query = "SELECT id FROM orders_refund WHERE order_id = %s"
    return str(cast.platform.await_rows("orders", query, [order["id"]])[0][0])


def chargeback_of(cast: Cast, order: str) -> str:
    """As if a bank had taken something: the sandbox's never do."""
    query = (
        "INSERT INTO orders_chargeback (id, order_id, dispute, amount, reason, charged_at, seen_by)"
        " VALUES (%s, %s, %s, 1, 'fraudulent', now(), '') RETURNING id"
    )
    case = str(ids.new_id())
    cast.platform.sql("orders", query, [case, order, case])
    return case


def dispute_of(cast: Cast, payment: str, region: str) -> str:
    """As if the payment had been made at Stripe: the sandbox's banks never dispute anything."""
    dispute = str(ids.new_id())
    query = """INSERT INTO payments_dispute
               (id, region, version, log_txid, created_at, payment_id, reference, amount, reason, state)
               VALUES (%s, %s, 0, 0, now(), %s, %s, 1, 'fraudulent', 'lost') RETURNING id"""
    cast.platform.sql("payments", query, [dispute, region, payment, dispute])
    return dispute


def notice_of(cast: Cast, region: str) -> str:
    """A notification as if it were about a payment at Stripe, which serves no region here."""
    kind = f"matrix-{ids.new_id()}"
    cast.http.post("/api/v1/webhooks/stripe", json={"type": kind}, headers={"Stripe-Signature": kind})
    query = """UPDATE payments_providernotice SET region = %s, state = 'ignored', kind = %s
               WHERE signature = %s RETURNING id"""
    ((notice,),) = cast.platform.sql("payments", query, [region, kind, kind])
    return str(notice)


def closed_day_of(cast: Cast, region: str) -> str:
    """Nobody waits for midnight here: a day long ago, of which nothing is known."""
    query = (
        "INSERT INTO payments_dayclose (region, day, kind, currency, amount, count, closed_at)"
        " VALUES (%s, '2020-01-01', 'captured', 'EUR', 0, 0, now()) ON CONFLICT DO NOTHING"
    )
    cast.platform.sql("payments", query, [region])
    closed = "SELECT id FROM payments_dayclose WHERE region = %s"
    return str(cast.platform.await_rows("payments", closed, [region])[0][0])


def mismatch_of(cast: Cast, payment: str) -> str:
    """The provider is said to have taken something for a payment that we know nothing of."""
    query = (
        "INSERT INTO payments_mismatch (id, region, version, log_txid, created_at, subject, what, state,"
        " holder, kind, key, reference, currency, payment_id, theirs, words, seen_at, seen, closed_by, note)"
        " SELECT gen_random_uuid(), region, 0, 0, now(), gen_random_uuid()::text, 'only_provider', 'open',"
        " provider, 'captured', '', 'matrix', currency, id, 1, '', now(), 1, '', ''"
        " FROM payments_payment WHERE id = %s RETURNING id"
    )
    return str(cast.platform.sql("payments", query, [payment])[0][0])


def payment_of(stage: Stage, order: dict[str, Any], state: str) -> str:
    query = "SELECT id FROM payments_payment WHERE order_id = %s AND state = %s"
    return str(stage.cast.platform.await_rows("payments", query, [order["id"], state])[0][0])
