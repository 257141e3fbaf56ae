"""`manage.py audit` as staff run it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from modules.orders.tests import scenes
from tests.audit.conftest import Evening, by_hand
from tiffin import ids
from tiffin.testing import settle

pytestmark = pytest.mark.database


def test_a_line_for_each_invariant_and_a_quiet_end(evening: Evening) -> None:
    said = StringIO()
    call_command("audit", stdout=said)
    lines = said.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == [
        "quotes",
        "money",
        "payments",
        "ledger",
        "shares",
        "reserved",
        "points",
        "holds",
        "bills",
        "collections",
        "ad_bills",
        "ad_collections",
        "settlements",
        "payouts",
        "charges",
        "invoices",
        "sequences",
        "cursors",
        "deadlines",
        "jobs",
        "rules",
        "projections",
    ]
    assert all(line.partition("looked at")[2].split()[:2] == ["0", "broken"] for line in lines)
    assert "(1 under way)" in lines[1]


def test_it_ends_badly_with_a_line_for_each_finding(evening: Evening, tmp_path: Path) -> None:
    by_hand("orders", "UPDATE orders_order SET captured = 1 WHERE id = %s", given=[evening.delivered.id])
    never = ids.new_id()
    file = tmp_path / "acknowledged.ids"
    file.write_text(f"{never}\n")
    said = StringIO()
    with pytest.raises(CommandError, match="2 things are not as they must be"):
        call_command("audit", "--acknowledged", str(file), stdout=said)
    lines = said.getvalue().splitlines()
    assert f"acknowledged: orders {never}: the order was acknowledged to its customer and is lost" in lines
    assert any(
        line.startswith(f"money: orders {evening.delivered.id}: orders knows of 0.01") for line in lines
    )


def test_as_json(evening: Evening) -> None:
    by_hand("orders", "UPDATE orders_order SET captured = 1 WHERE id = %s", given=[evening.delivered.id])
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("audit", "--json", stdout=said)
    document = json.loads(said.getvalue())
    (broken,) = (check for check in document["checks"] if check["broken"])
    assert document["clean"] is False
    assert (broken["invariant"], broken["looked_at"]) == ("money", 5)
    assert broken["findings"][0]["key"] == str(evening.delivered.id)


def test_it_waits_for_what_is_under_way(evening: Evening) -> None:
    scenes.accept_unheard(evening.waiting)  # orders has not heard of it
    with pytest.raises(CommandError):
        call_command("audit", "--tolerance", "0", stdout=StringIO())

    told = StringIO()
    later = Thread(target=_settle_once_it_waits, args=(told,))
    later.start()
    try:
        call_command("audit", "--tolerance", "0", "--wait", "30", stdout=StringIO(), stderr=told)
    finally:
        later.join()
    assert "waiting for cursors" in told.getvalue()


def _settle_once_it_waits(told: StringIO) -> None:
    ends = monotonic() + 60
    while not told.getvalue() and monotonic() < ends:
        sleep(0.05)
    try:
        settle()
    finally:
        connections.close_all()


def test_a_file_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(CommandError, match=r"no file .*nowhere\.ids"):
        call_command("audit", "--acknowledged", "/nowhere.ids")
