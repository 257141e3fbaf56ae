"""Customers who become members, wherever subscriptions runs: what it takes off is in the next basket, and
gone when it ends."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.people import Customer, until
from tiffin.testing.running import Platform

pytestmark = pytest.mark.platform

_PLAN = """
INSERT INTO subscriptions_plan (id, region, version, log_txid, created_at, code, title, months, level, state)
VALUES (gen_random_uuid(), 'gb', 0, 0, now(), %s, 'Plus', 1, %s, 'offered') RETURNING id
"""
_VERSION = """
INSERT INTO subscriptions_planversion (plan_id, number, from_at, price, trial_days, intro_periods, benefits,
                                       made_at, made_by)
VALUES (%s, 1, '2020-01-01', %s, %s, 0, %s, now(), '')
"""
_BENEFITS = json.dumps([{"kind": "free_delivery"}, {"kind": "pickup_credit", "rate": "0.1"}])


def a_plan(platform: Platform, price: int = 499, *, level: int = 1, trial_days: int = 0) -> str:
    """As staff offer it."""
    ((plan,),) = platform.sql("subscriptions", _PLAN, [f"plus-{uuid4().hex[:12]}", level])
    platform.sql("subscriptions", _VERSION, [plan, price, trial_days, _BENEFITS])
    return str(plan)


def join(customer: Customer, plan: str, *, card: str = "pm_card_visa") -> dict[str, Any]:
    wanted = {"plan_id": plan, "payment_method": card}
    answer = customer.post("/memberships", wanted, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def await_state(customer: Customer, member: dict[str, Any], state: str) -> dict[str, Any]:
    path = f"/memberships/{member['id']}"
    return until(lambda: customer.get(path).json(), lambda found: found["state"] == state)


def do(customer: Customer, member: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    answer = customer.post(f"/memberships/{member['id']}/{verb}", body, key=str(uuid4()))
    assert answer.is_success, answer.text
    return dict(answer.json())


def saved(customer: Customer, places: Any) -> int:
    """What a membership takes off a basket now."""
    return saved_by(customer.quote(places.open))


def saved_by(priced: dict[str, Any]) -> int:
    """What it took off a quote or an order."""
    components = priced["price"]["components"]
    return -sum(part["amount"]["amount"] for part in components if part["kind"] == "member_benefit")


def test_a_member_pays_less_until_it_ends(platform: Platform, customer: Customer, places: Any) -> None:
    assert saved(customer, places) == 0
    member = join(customer, a_plan(platform))
    assert member["state"] == "incomplete"
    await_state(customer, member, "active")
    until(lambda: saved(customer, places), lambda amount: amount > 0)
    (invoice,) = customer.get("/memberships/invoices").json()["results"]
    assert (invoice["state"], invoice["total"]["amount"]) == ("paid", 499)

    do(customer, member, "cancel", now=True)
    until(lambda: saved(customer, places), lambda amount: amount == 0)


def test_a_trial_begins_at_once_and_is_had_once(platform: Platform, customer: Customer) -> None:
    plan, method = a_plan(platform, trial_days=7), f"pm_card_of_{uuid4().hex[:8]}"
    member = join(customer, plan, card=method)
    assert member["state"] == "trialing"
    do(customer, member, "cancel", now=True)
    assert join(customer, plan)["state"] == "incomplete"


def test_a_first_payment_that_is_declined_is_paid_by_another_card(
    platform: Platform, customer: Customer
) -> None:
    member = join(customer, a_plan(platform), card="pm_card_chargeDeclined")
    path = f"/memberships/{member['id']}"

    def pays() -> dict[str, Any]:
        """Again until the first attempt has ended."""
        customer.post(f"{path}/pay", {"payment_method": "pm_card_visa"}, key=str(uuid4()))
        return dict(customer.get(path).json())

    until(pays, lambda found: found["state"] == "active")
    (invoice,) = customer.get("/memberships/invoices").json()["results"]
    assert invoice["state"] == "paid"


def test_another_plan_costs_what_its_preview_says(platform: Platform, customer: Customer) -> None:
    member = join(customer, a_plan(platform, 1000))
    await_state(customer, member, "active")
    gold = a_plan(platform, 3000, level=2)
    told = do(customer, member, "change/preview", plan_id=gold)
    assert (told["at_once"], told["due"]["amount"]) == (True, 2000)
    do(customer, member, "change", plan_id=gold)
    path = f"/memberships/{member['id']}"
    until(lambda: customer.get(path).json(), lambda found: found["plan_id"] == gold)
    newest = customer.get("/memberships/invoices").json()["results"][0]
    assert (newest["kind"], newest["total"]["amount"]) == ("change", 2000)


def test_a_membership_pauses_and_goes_on(platform: Platform, customer: Customer) -> None:
    member = join(customer, a_plan(platform))
    await_state(customer, member, "active")
    paused = do(customer, member, "pause", days=10)
    assert (paused["state"], paused["access_until"]) == ("paused", None)
    assert do(customer, member, "resume")["state"] == "active"


def test_who_takes_it_back_has_the_money_back(platform: Platform, customer: Customer) -> None:
    member = join(customer, a_plan(platform))
    await_state(customer, member, "active")
    assert do(customer, member, "take-back")["state"] == "canceled"
    (invoice,) = customer.get("/memberships/invoices").json()["results"]
    assert invoice["refunded"] == invoice["total"]
