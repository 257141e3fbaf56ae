"""Whoever bills members is killed at any moment, and the database under them: each member is charged exactly
once."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.faults.storm import audit
from tiffin.embedded.processes import wait_until
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(700)]

MEMBERS = 2_000
PATIENCE_SECONDS = 400  # leases of the dead among them
PAUSES = (0.2, 2.5)  # seconds of work until it is killed
STRIKES = ("worker", "worker", "everything", "worker", "worker")
BEGUN_SECONDS = 60

_PLAN = """
INSERT INTO subscriptions_plan (id, region, version, log_txid, created_at, code, title, months, level, state)
VALUES (gen_random_uuid(), 'gb', 0, 0, now(), 'renewals', 'Renewals', 1, 1, 'offered') RETURNING id
"""
_VERSION = """
INSERT INTO subscriptions_planversion (plan_id, number, from_at, price, trial_days, intro_periods, benefits,
                                       made_at, made_by)
VALUES (%s, 1, '2020-01-01', 499, 0, 0, '[{"kind": "free_delivery"}]', now(), '') RETURNING id
"""
_MEMBERS = """
INSERT INTO subscriptions_membership (id, region, version, log_txid, created_at, customer_id, plan_id,
    version_of_id, state, method, started_on, anchor, next_number, billed, paid_to, cancels, resumes_as,
    paused_days, reason, due_at)
SELECT uuidv7(), 'gb', 0, 0, now(), uuidv7(), %s, %s, 'active', 'pm_card_visa',
       current_date - 1 - interval '1 month', current_date - 1 - interval '1 month', 1, 1, current_date - 1,
       false, '', 0, '', now()
FROM generate_series(1, %s) RETURNING id
"""
_STAND = """
SELECT count(*) FILTER (WHERE paid_to > current_date AND owes IS NULL),
       count(*) FILTER (WHERE owes IS NOT NULL)
FROM subscriptions_membership WHERE id = ANY(%s)
"""
_INVOICES = """
SELECT attempt.id FROM subscriptions_invoice AS invoice
JOIN subscriptions_attempt AS attempt ON attempt.invoice_id = invoice.id
WHERE invoice.membership_id = ANY(%s) AND invoice.state = 'paid'
"""
_CAPTURED = """
SELECT payment.order_id, count(*), sum(entry.amount) FROM payments_payment AS payment
JOIN payments_paymententry AS entry ON entry.payment_id = payment.id AND entry.kind = 'captured'
WHERE payment.purpose = 'membership' GROUP BY 1
"""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """One of its own: these members' customers are nobody."""
    with whole_platform("renewed", durable=True) as running:
        yield running


def test_each_member_is_charged_exactly_once_whenever_whoever_does_it_dies(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    random.seed(len(STRIKES))
    ((plan,),) = platform.sql("subscriptions", _PLAN, [])
    ((version,),) = platform.sql("subscriptions", _VERSION, [plan])
    members = [row[0] for row in platform.sql("subscriptions", _MEMBERS, [plan, version, MEMBERS])]

    for struck in STRIKES:
        begun = wait_until(lambda: under_way(platform, members), seconds=BEGUN_SECONDS)
        assert begun, stand(platform, members)
        time.sleep(random.uniform(*PAUSES))  # any moment will do
        if struck == "everything":
            platform.kill_everything()
            platform.start_again()
        else:
            platform.await_restart(struck, platform.kill(struck))

    renewed = wait_until(lambda: stand(platform, members)[0] == MEMBERS, seconds=PATIENCE_SECONDS)
    assert renewed, stand(platform, members)
    charges = {row[0] for row in platform.sql("subscriptions", _INVOICES, [members])}
    captured = {row[0]: (row[1], row[2]) for row in platform.sql("payments", _CAPTURED, [])}
    assert len(charges) == MEMBERS
    assert captured == dict.fromkeys(charges, (1, 499))
    said = audit(platform, acknowledged(tmp_path_factory), wait=60)
    assert said.clean, said.said


def under_way(platform: Platform, members: list[UUID]) -> bool:
    """Some are being charged, or are still to be; or all is done already."""
    renewed, owing = stand(platform, members)
    return owing > 0 or renewed > 0


def stand(platform: Platform, members: list[UUID]) -> tuple[int, int]:
    """How many have paid, and how many owe."""
    ((renewed, owing),) = platform.sql("subscriptions", _STAND, [members])
    return renewed, owing


def acknowledged(folders: pytest.TempPathFactory) -> Path:
    """No orders."""
    file = folders.mktemp("none") / "acknowledged.ids"
    file.touch()
    return file
