"""Subscriptions is gone, with its database: orders go on, and members pay what they were last entitled to."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.acceptance.conftest import World, sign_in
from tests.acceptance.people import Customer, refused, until
from tests.acceptance.test_memberships import a_plan, await_state, do, join, saved, saved_by
from tests.faults.storm import Storm, audit
from tests.topologies.gone import without
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

PATIENCE_SECONDS = 120.0


def test_members_have_what_they_had_and_nothing_is_lost(
    apart: Platform, places_apart: World, tmp_path: Path
) -> None:
    plan, kitchen = a_plan(apart), sign_in(apart, places_apart.open)
    member, gone, stranger = (Customer(apart.base_url, places_apart.open) for _ in range(3))
    membership, ended = join(member, plan), join(gone, plan)
    for customer, joined in ((member, membership), (gone, ended)):
        await_state(customer, joined, "active")
        until(lambda customer=customer: saved(customer, places_apart), lambda amount: amount > 0)
    do(gone, ended, "cancel", now=True)
    until(lambda: saved(gone, places_apart), lambda amount: amount == 0)
    fee = saved(member, places_apart)

    with without(apart, "subscriptions"):
        assert [saved(each, places_apart) for each in (member, gone, stranger)] == [fee, 0, 0]
        # Who would join or look is told to come again; nothing of it is half written.
        wanted, key = {"plan_id": plan, "payment_method": "pm_card_visa"}, str(uuid4())
        for answer in (
            member.get(f"/memberships/{membership['id']}"),
            stranger.post("/memberships", wanted, key=key),
        ):
            refused(answer, 503, "module_unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        order = member.order_with(places_apart.open, fulfilment="pickup")
        kitchen.hands_over(order)
        member.await_status(order, "delivered")
        storm = Storm(apart, tmp_path, PATIENCE_SECONDS)
        try:
            report, failed = storm.end()
        finally:
            storm.stop()

    assert (report["lost"], report["unfinished"], report["errors"], failed) == (0, 0, 0, 0)
    assert report["delivered"] > report["acknowledged"] / 2
    # The same command again, once there is somebody to carry it out.
    answer = until(
        lambda: stranger.post("/memberships", wanted, key=key), lambda said: said.status_code == 201
    )
    await_state(stranger, answer.json(), "active")
    until(lambda: saved(stranger, places_apart), lambda amount: amount == fee)
    # What the membership saved meanwhile is in its books once subscriptions has heard of it.
    until(lambda: _savings(apart, order["id"]), lambda amounts: amounts == [saved_by(order)], seconds=60)
    found = audit(apart, storm.kept, wait=60)
    assert found.clean, found.said


def _savings(platform: Platform, order_id: str) -> list[int]:
    query = "SELECT amount FROM subscriptions_saving WHERE order_id = %s"
    return [int(amount) for (amount,) in platform.sql("subscriptions", query, [UUID(order_id)])]
