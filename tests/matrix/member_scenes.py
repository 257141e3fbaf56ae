"""Plans of each region, made by its staff."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.matrix.cast import Cast
from tiffin import clock, ids


def plan_of(cast: Cast, region: str, *, offered: bool = False) -> str:
    """A draft that says what it costs and brings."""
    code = f"plan-{str(ids.new_id())[-12:]}"
    form = {"title": "Matrix", "region": region, "code": code, "months": "1", "level": "1"}
    cast.as_staff(f"operations of {region}", "/admin/subscriptions/plan/add/", form)
    plan = _one(cast, "SELECT id FROM subscriptions_plan WHERE code = %s", code)
    terms = {
        "plan": plan,
        "from_at_0": "2020-01-01",
        "from_at_1": "00:00:00",
        "price": "499",
        "trial_days": "0",
        "intro_periods": "0",
        "benefits": json.dumps([{"kind": "members_offers"}]),
    }
    cast.as_staff(f"operations of {region}", "/admin/subscriptions/planversion/add/", terms)
    version_of(cast, plan)
    if offered:
        chosen = {"action": "offer", "_selected_action": plan}
        cast.as_staff(f"operations of {region}", "/admin/subscriptions/plan/", chosen)
    return plan


def version_of(cast: Cast, plan: str) -> str:
    """What the plan costs and brings."""
    return _one(cast, "SELECT id FROM subscriptions_planversion WHERE plan_id = %s", plan)


def plan_rows(cast: Cast, region: str) -> dict[str, str]:
    plan = plan_of(cast, region)
    version = version_of(cast, plan)
    member = _member(cast, region, plan, version)
    invoice = _invoice(cast, region, member)
    return {
        "subscriptions.plan": plan,
        "subscriptions.planversion": version,
        "subscriptions.membership": member,
        "subscriptions.invoice": invoice,
        "subscriptions.creditnote": _credit(cast, region, invoice),
        "subscriptions.repricing": repricing_of(cast, region),
        "subscriptions.membersfigure": _figure(cast, region),
        "subscriptions.cohortfigure": _cohort(cast, region),
        "orders.knownmembership": _known(cast, region),
    }


def _member(cast: Cast, region: str, plan: str, version: str) -> str:
    """One who has left."""
    query = (
        "INSERT INTO subscriptions_membership (id, region, version, log_txid, created_at, customer_id,"
        " plan_id, version_of_id, state, method, started_on, anchor, next_number, billed, paid_to, cancels,"
        " resumes_as, paused_days, reason) VALUES (gen_random_uuid(), %s, 0, 0, now(), gen_random_uuid(),"
        " %s, %s, 'canceled', '', current_date, current_date, 1, 1, current_date, false, '', 0, 'ended')"
        " RETURNING id"
    )
    return str(cast.platform.sql("subscriptions", query, [region, plan, version])[0][0])


def member_of(cast: Cast, state: str = "active", *, cancels: bool = False) -> str:
    """Who joined yesterday and is `state` today."""
    plan = plan_of(cast, "gb")
    query = (
        "INSERT INTO subscriptions_membership (id, region, version, log_txid, created_at, customer_id,"
        " plan_id, version_of_id, state, method, started_on, anchor, next_number, billed, paid_to, due_at,"
        " period_days, period_price, cancels, resumes_as, paused_from, paused_to, paused_days, reason)"
        " VALUES (gen_random_uuid(), 'gb', 0, 0, now(), gen_random_uuid(), %s, %s, %s, '', current_date - 1,"
        " current_date - 1, 1, 1, current_date + 29, now() + interval '20 days', 30, 499, %s, 'active',"
        " current_date, current_date + 5, 0, '') RETURNING id"
    )
    values = [plan, version_of(cast, plan), state, cancels]
    return str(cast.platform.sql("subscriptions", query, values)[0][0])


def paid_invoice_of(cast: Cast, member: str) -> str:
    query = (
        "INSERT INTO subscriptions_invoice (id, membership_id, region, customer_id, kind, begins, ends,"
        " lines, total, tax, currency, state, method, attempt, action_url, reason, refused, refunded,"
        " opened_at, paid_at) VALUES (gen_random_uuid(), %s, 'gb', gen_random_uuid(), 'join',"
        " current_date - 1, current_date + 29, '[]', 499, 83, 'GBP', 'paid', '', 0, '', '', '{}', 0, now(),"
        " now()) RETURNING id"
    )
    return str(cast.platform.sql("subscriptions", query, [member])[0][0])


FITTING_MEMBERS = {
    "subscriptions.membership:cancel": lambda stage: member_of(stage.cast),
    "subscriptions.membership:cancel_now": lambda stage: member_of(stage.cast),
    "subscriptions.membership:keep": lambda stage: member_of(stage.cast, cancels=True),
    "subscriptions.membership:pause": lambda stage: member_of(stage.cast),
    "subscriptions.membership:resume": lambda stage: member_of(stage.cast, "paused"),
    "subscriptions.membership:take_back": lambda stage: member_of(stage.cast),
    "subscriptions.invoice:give_back": lambda stage: paid_invoice_of(stage.cast, member_of(stage.cast)),
}


def _invoice(cast: Cast, region: str, member: str) -> str:
    query = (
        "INSERT INTO subscriptions_invoice (id, membership_id, region, customer_id, kind, begins, ends,"
        " lines, total, tax, currency, state, method, attempt, action_url, reason, refused, refunded,"
        " opened_at) VALUES (gen_random_uuid(), %s, %s, gen_random_uuid(), 'join', current_date,"
        " current_date, '[]', 0, 0, 'GBP', 'void', '', 0, '', '', '{}', 0, now()) RETURNING id"
    )
    return str(cast.platform.sql("subscriptions", query, [member, region])[0][0])


def repricing_of(cast: Cast, region: str) -> str:
    """Newer terms for members of a plan that has none."""
    version = version_of(cast, plan_of(cast, region))
    form = {"to_version": version, "from_on": str(clock.now().date() + timedelta(days=60))}
    cast.as_staff(f"operations of {region}", "/admin/subscriptions/repricing/add/", form)
    return _one(cast, "SELECT id FROM subscriptions_repricing WHERE to_version_id = %s", version)


def _credit(cast: Cast, region: str, invoice: str) -> str:
    query = (
        "INSERT INTO subscriptions_creditnote (id, invoice_id, region, reason, total, tax, currency,"
        " opened_at) VALUES (gen_random_uuid(), %s, %s, 'void', 1, 0, 'GBP', now()) RETURNING id"
    )
    return str(cast.platform.sql("subscriptions", query, [invoice, region])[0][0])


def _figure(cast: Cast, region: str) -> str:
    query = (
        "INSERT INTO subscriptions_membersfigure (region, hour, what, plan_code, count, a_year)"
        " VALUES (%s, '2020-01-01', 'begun', gen_random_uuid()::text, 1, 0) RETURNING id"
    )
    return str(cast.platform.sql("subscriptions", query, [region])[0][0])


def _cohort(cast: Cast, region: str) -> str:
    query = (
        'INSERT INTO subscriptions_cohortfigure (region, joined, "left", count)'
        " VALUES (%s, '2020-01-01', '2020-02-01', 1)"
        ' ON CONFLICT (region, joined, "left") DO UPDATE SET count = 1 RETURNING id'
    )
    return str(cast.platform.sql("subscriptions", query, [region])[0][0])


def _known(cast: Cast, region: str) -> str:
    """As subscriptions tells of a member."""
    query = (
        "INSERT INTO orders_knownmembership (id, customer_id, region, valid_in, benefits, title, since,"
        " access_until) VALUES (gen_random_uuid(), gen_random_uuid(), %s, '{}', '[]', '', now(), now())"
        " RETURNING id"
    )
    return str(cast.platform.sql("orders", query, [region])[0][0])


def _one(cast: Cast, query: str, parameter: str) -> str:
    return str(cast.platform.await_rows("subscriptions", query, [parameter])[0][0])
