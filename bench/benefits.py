"""`benefits`: what a member's basket saves, in process: the membership that orders knows is read, and each of
its benefits answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from bench.ground import Ground, ground
from bench.measuring import ROUNDS, Round, result, say

SECONDS = 5.0
MEMBERS = 192_000
REGION = "gb"
AT_ONCE = 20

_KNOWN = """
INSERT INTO orders_knownmembership (id, customer_id, region, valid_in, benefits, title, since,
    access_until)
SELECT uuidv7(), uuidv7(), 'gb', '{gb}', %s::jsonb, 'Plus', now(), now() + interval '30 days'
FROM generate_series(1, %s)
RETURNING customer_id
"""
_BENEFITS = """[
    {"kind": "free_delivery", "minimum": 1500, "within_m": 4000, "venue_share": "0.3"},
    {"kind": "reduced_service_fee", "rate": "0.5"},
    {"kind": "pickup_credit", "rate": "0.05"},
    {"kind": "late_order_credit", "amount": 300, "after_minutes": 20},
    {"kind": "members_offers"}
]"""
_RAW = "SELECT benefits::text, valid_in FROM orders_knownmembership WHERE customer_id = %s"


def run(*, seconds: float | None, members: int = MEMBERS) -> dict[str, Any]:
    """Rounds of `seconds` over random ones of `members`. The ceiling is their row, read by plain SQL."""
    with ground() as platform:
        platform.stop("web", "stream", "origin", "worker", "beat")
        customers = _known(platform, members)
        length = seconds or SECONDS
        check, random = _check(), Random(1)
        _measure(check, customers, random, 1.0)
        rounds = [_measure(check, customers, random, length) for _ in range(ROUNDS)]
        with platform.connect("orders") as connection:
            raw = _measure(lambda who: connection.execute(_RAW, [who]).fetchone(), customers, random, length)
    say(f"{rounds[0].rate:.0f} checks a second, {raw.rate:.0f} plain reads")
    return result("benefits", "checks", rounds, ceilings=[raw.rate])


def _known(platform: Ground, members: int) -> list[UUID]:
    with platform.connect("orders") as connection:
        found = connection.execute(_KNOWN, [_BENEFITS, members]).fetchall()
        connection.execute("ANALYZE orders_knownmembership")
    return [customer for (customer,) in found]


def _check() -> Callable[[UUID], object]:
    from modules.orders.selectors import known
    from modules.subscriptions.interface import Basket, evaluate
    from tiffin import clock
    from tiffin.money import Money

    def gbp(amount: int) -> Money:
        return Money(amount=amount, currency="GBP")

    basket = Basket(
        region=REGION, subtotal=gbp(2350), delivery_fee=gbp(249), service_fee=gbp(118), distance_m=1800
    )

    def check(customer: UUID) -> object:
        member = known.member(customer, REGION, at=clock.now())
        if member is None:
            raise LookupError(f"{customer} is no member")
        return evaluate(member.benefits, basket, regions=member.valid_in)

    return check


def _measure(check: Callable[[UUID], object], customers: list[UUID], random: Random, seconds: float) -> Round:
    """A few in each transaction: a quote has one open anyway."""
    from tiffin import db

    milliseconds, began = [], time.perf_counter()
    while time.perf_counter() < began + seconds:
        with db.transaction(owner="orders"):
            for customer in random.choices(customers, k=AT_ONCE):
                now = time.perf_counter()
                check(customer)
                milliseconds.append((time.perf_counter() - now) * 1000)
    return Round(len(milliseconds), time.perf_counter() - began, milliseconds, {})
