"""`renewals`: members whose period is over, until each of them has an invoice that is paid."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from psycopg import sql

from bench.ground import Ground, ground
from bench.measuring import ROUNDS, Round, result, say, spent

MEMBERS = 15_000  # of each round
FULL = 64_000  # 192,000 in all
WARM_UP = 500
SECOND = "worker-2"  # a process has one interpreter lock, and this machine two processors
PATIENCE_SECONDS = 1_800.0
CEILING_SECONDS = 6.0
CEILING_ROWS = 250  # a statement
CEILING_CONNECTIONS = 2
PRICE = 499
AUDITED_AT_MOST = 5
AUDITED_AGAIN_SECONDS = 3.0

# A day after their period was over: whoever joined a month and a day ago.
_MEMBERS = """
INSERT INTO subscriptions_membership (id, region, version, log_txid, created_at, customer_id, plan_id,
    version_of_id, state, method, started_on, anchor, next_number, billed, paid_to, cancels, resumes_as,
    paused_days, reason)
SELECT uuidv7(), 'gb', 0, 0, now(), uuidv7(), %(plan)s, %(version)s, 'active', 'pm_card_visa',
       current_date - 1 - interval '1 month', current_date - 1 - interval '1 month', 1, 1, current_date - 1,
       false, '', 0, ''
FROM generate_series(1, %(count)s)
RETURNING id
"""
_RELEASE = "UPDATE subscriptions_membership SET due_at = now() - interval '1 second' WHERE id = ANY(%s)"
# They stand in a table of this connection's: looking must cost little beside what is looked at.
_WATCHED = "CREATE TEMPORARY TABLE watched ON COMMIT PRESERVE ROWS AS SELECT unnest(%s::uuid[]) AS id"
_RENEWED = """
SELECT count(*) FROM watched JOIN subscriptions_membership USING (id)
WHERE owes IS NULL AND paid_to > current_date
"""
LOOKED_SECONDS = 1.0
# Each of them once, and nothing else.
_WRONG = """
SELECT count(*) FROM (
    SELECT member.id FROM subscriptions.subscriptions_membership AS member
    LEFT JOIN subscriptions.subscriptions_invoice AS invoice ON invoice.membership_id = member.id
    LEFT JOIN subscriptions.subscriptions_attempt AS attempt ON attempt.invoice_id = invoice.id
    LEFT JOIN payments.payments_payment AS payment ON payment.order_id = attempt.id
    LEFT JOIN payments.payments_paymententry AS entry
        ON entry.payment_id = payment.id AND entry.kind = 'captured'
    WHERE member.id = ANY(%(members)s)
    GROUP BY member.id
    HAVING count(entry.id) <> 1 OR sum(entry.amount) <> %(price)s OR bool_or(invoice.state <> 'paid')
) AS wrong
"""
# What a renewal leaves: each table with the rows that are one renewal's.
_LEFT = (
    ("subscriptions", "subscriptions_invoice"),
    ("subscriptions", "subscriptions_attempt"),
    ("subscriptions", "log_event"),
    ("payments", "payments_payment"),
    ("payments", "payments_paymententry"),
    ("payments", "payments_sandboxcharge"),
    ("payments", "log_event"),
)


def run(*, seconds: float | None, members: int = MEMBERS, full: bool = False) -> dict[str, Any]:
    """Rounds of `members` (64,000 when `full`) who fall due all at once, by the platform's own worker and the
    sandbox provider. `seconds` is for how long at most a round is waited for."""
    with ground() as platform:
        platform.stop("web", "stream", "origin")
        platform.work_beside(SECOND)
        due = [_join(platform, FULL if full else members) for _ in range(ROUNDS)]
        _renew(platform, _join(platform, WARM_UP), seconds)
        rounds, memory = [], []
        for some in due:
            rounds.append(_renew(platform, some, seconds))
            memory.append(sum(map(platform.resident, ("worker", SECOND))) // 1_000_000)
        ceiling = _ceiling(platform)
        wrong = sum(charged_wrongly(platform, some, price=PRICE) for some in due)
        findings = audit_findings()
    told = result("renewals", "renewals", rounds, ceilings=[ceiling])
    return {**told, "wrong": wrong, "audit_findings": findings, "worker_mb": memory}


def _join(platform: Ground, count: int) -> list[Any]:
    """Members whose time has not come yet."""
    plan, version = _plan()
    with platform.connect("subscriptions") as connection:
        values = {"plan": plan, "version": version, "count": count}
        return [row[0] for row in connection.execute(_MEMBERS, values).fetchall()]


def _plan() -> tuple[Any, Any]:
    from modules.subscriptions.models import Plan, PlanVersion
    from modules.subscriptions.services import add_version, draft_plan, offer_plan
    from tiffin import clock

    known = PlanVersion.objects.filter(plan__region="gb", plan__code="bench").first()
    if known is None:
        with clock.shift(-timedelta(days=60)):
            plan = draft_plan(Plan(region="gb", code="bench", title="Bench", months=1, level=1))
            known = add_version(PlanVersion(plan=plan, price=PRICE, benefits=[{"kind": "free_delivery"}]))
            offer_plan(plan_id=plan.id)
    return known.plan_id, known.pk


def _renew(platform: Ground, members: Sequence[Any], patience: float | None) -> Round:
    ends = time.perf_counter() + (patience or PATIENCE_SECONDS)
    with platform.connect("subscriptions") as connection:
        connection.execute(_WATCHED, [members])
        before, began = platform.cpu(), time.perf_counter()
        connection.execute(_RELEASE, [members])
        done = 0
        while done < len(members) and time.perf_counter() < ends:
            time.sleep(LOOKED_SECONDS)
            ((done,),) = connection.execute(_RENEWED).fetchall()
        took = time.perf_counter() - began
    one = Round(done, took, [], spent(before, platform.cpu()), len(members) - done)
    say(f"{one.rate:.0f} renewals a second")
    return one


def charged_wrongly(platform: Ground, members: Sequence[Any], *, price: int) -> int:
    """How many of them were not charged `price` exactly once."""
    with platform.connect("subscriptions") as connection:
        found = connection.execute(_WRONG, {"members": members, "price": price}).fetchall()
    return int(found[0][0])


def audit_findings() -> int:
    """What the audit finds between the two modules, and in what they say of themselves; begun again where a
    module has no time to answer."""
    from tiffin.interfaces import ModuleUnavailable

    say("Everything is audited")
    for _ in range(AUDITED_AT_MOST - 1):
        try:
            return _findings()
        except ModuleUnavailable as trouble:
            say(f"audited again: {trouble}")
            time.sleep(AUDITED_AGAIN_SECONDS)
    return _findings()


def _findings() -> int:
    from config.audit_of_memberships import charges_have_invoices, invoices_are_paid
    from tiffin.audit import Inspection
    from tiffin.audit.rules import rules_hold

    charges, invoices = Inspection("charges", "payments"), Inspection("invoices", "subscriptions")
    charges_have_invoices(charges)
    invoices_are_paid(invoices)
    rules = Inspection("rules", "subscriptions")
    rules_hold(rules, timedelta(0))
    found = [problem for each in (charges, invoices, rules) for problem in each.result().findings]
    for problem in found[:5]:
        say(f"audit: {problem}")
    return len(found)


def _ceiling(platform: Ground) -> float:
    """As many renewals' rows a second as raw SQL writes, with the same indexes and nothing to look up."""
    statement = _prepare(platform)

    def write(_: int) -> int:
        written, ends = 0, time.perf_counter() + CEILING_SECONDS
        with platform.connect("ceiling") as connection:
            while time.perf_counter() < ends:
                connection.execute(statement)
                written += CEILING_ROWS
        return written

    with ThreadPoolExecutor(CEILING_CONNECTIONS) as threads:
        rate = sum(threads.map(write, range(CEILING_CONNECTIONS))) / CEILING_SECONDS
    say(f"raw SQL writes {rate:.0f} renewals a second")
    return rate


def _prepare(platform: Ground) -> sql.Composed:
    """One statement that writes what CEILING_ROWS renewals have left, once more."""
    parts = []
    with platform.connect("public") as connection:
        connection.execute("DROP SCHEMA IF EXISTS ceiling CASCADE")
        connection.execute("CREATE SCHEMA ceiling")
        for number, (schema, table) in enumerate(_LEFT):
            source, copy = sql.Identifier(schema, table), sql.Identifier("ceiling", f"{schema}_{table}")
            kept = sql.Identifier("ceiling", f"kept_{number}")
            rows = CEILING_ROWS * _each(table)
            connection.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(copy, source))
            for (index,) in connection.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = %s", [schema, table]
            ).fetchall():
                named = re.sub(r"^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+", "CREATE INDEX ON {}", index)
                connection.execute(sql.SQL(named).format(copy))
            connection.execute(
                sql.SQL("CREATE TABLE {} AS SELECT * FROM {} LIMIT {}").format(kept, source, rows)
            )
            parts.append(sql.SQL("part{} AS (INSERT INTO {} SELECT * FROM {})").format(number, copy, kept))
    return sql.SQL("WITH {} SELECT 1").format(sql.SQL(", ").join(parts))


def _each(table: str) -> int:
    """How many rows of a table one renewal leaves."""
    return 2 if table in {"payments_paymententry", "payments_sandboxcharge"} else 1
