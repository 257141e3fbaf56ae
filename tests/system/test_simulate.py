"""Half a minute of two cities' life: what was acknowledged is there, and comes to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tiffin.embedded import environment
from tiffin.embedded.home import read_json
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT

pytestmark = [pytest.mark.platform, pytest.mark.full]

LEAST_ACKNOWLEDGED = 50


@pytest.mark.timeout(300)
def test_a_simulated_half_minute_loses_no_order_and_leaves_none_unfinished(
    platform: Platform, tmp_path: Path
) -> None:
    kept = tmp_path / "acknowledged.ids"

    done = _simulate(platform, "--rate", "3", "--seconds", "30", "--seed", "1", "--acknowledged", str(kept))

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["acknowledged"] > LEAST_ACKNOWLEDGED, (report, done.stderr)
    assert (report["lost"], report["unfinished"], report["errors"]) == (0, 0, 0), done.stderr
    # Counted once more, past everything that the simulation itself believes.
    acknowledged = kept.read_text().split()
    assert len(set(acknowledged)) == len(acknowledged) == report["acknowledged"]
    [(found,)] = platform.sql(
        "orders", "SELECT count(*) FROM orders_order WHERE id = ANY(%s::uuid[])", [acknowledged]
    )
    assert found == len(acknowledged)
    _points_add_up(platform, report, acknowledged)


def _points_add_up(platform: Platform, report: dict[str, Any], acknowledged: list[str]) -> None:
    """Some paid with points, and what the report says of all points is what was entered."""
    [(paid_with,)] = platform.sql(
        "orders",
        "SELECT count(*) FROM orders_order WHERE points > 0 AND id = ANY(%s::uuid[])",
        [acknowledged],
    )
    assert report["with_points"] == paid_with > 0
    points = report["points"]
    assert points["differences"] == []
    [(outstanding, expired, pledged)] = platform.sql(
        "rewards",
        """
        SELECT sum(moved) FILTER (WHERE kind IN ('pending', 'available', 'held', 'debt')),
               coalesce(sum(moved) FILTER (WHERE kind = 'expired'), 0),
               coalesce(sum(moved) FILTER (WHERE kind = 'payable'), 0)
        FROM (SELECT credit AS account, amount AS moved FROM rewards_entry
              UNION ALL SELECT debit, -amount FROM rewards_entry) AS entries
        JOIN rewards_account ON rewards_account.id = account
        """,
    )
    assert points["breakage"] == expired
    assert sum(points["payable"].values()) == pledged
    # The last orders earn seconds after they are over.
    assert 0 < points["liability"] <= outstanding


@pytest.mark.timeout(300)
def test_the_books_of_a_day_of_points_close(platform: Platform) -> None:
    _await_earned(platform)

    done = _simulate(platform, "--points", "300000", "--seed", "1")

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["moved"] >= 300_000
    assert (report["differences"], report["audit_findings"]) == ([], [])
    [(expired,)] = platform.sql("rewards", "SELECT sum(amount) FROM rewards_entry WHERE flow = 'expire'")
    assert report["breakage"] == report["expired"] == expired


def _await_earned(platform: Platform) -> None:
    """What was delivered before earns seconds later, and would be in nobody's reckoning."""
    delivered = platform.sql("orders", "SELECT id FROM orders_order WHERE status = 'delivered' AND goods > 0")
    platform.await_rows(
        "rewards",
        """
        SELECT 1 WHERE NOT EXISTS (
            SELECT FROM unnest(%s::uuid[]) AS delivered(id) LEFT JOIN rewards_earning USING (id)
            WHERE coalesce(state, 'new') = 'new'
        ) AND NOT EXISTS (SELECT FROM rewards_earningrefund WHERE taken_at IS NULL)
        """,
        [[id for (id,) in delivered]],
        seconds=60,
    )


def _simulate(platform: Platform, *options: str) -> subprocess.CompletedProcess[str]:
    env = {
        **environment.without_services(os.environ),
        **read_json(platform.home.run / environment.KEPT),
        "TIFFIN_HOME": str(platform.home.path),
    }
    command = [sys.executable, "manage.py", "simulate", "--base-url", platform.base_url, *options]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
