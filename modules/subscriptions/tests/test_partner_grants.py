"""What partners give is had by members, and by nobody else."""

from __future__ import annotations

import pytest

from modules.subscriptions.interface import Subscriptions
from modules.subscriptions.tests.members import a_plan, days_later, do, joined, on, seen
from tiffin.interfaces import call

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

LINK = "https://partner.example/tiffin"
GRANT = {"kind": "partner_grant", "title": "A month of music", "link": LINK}


def test_a_partners_link_is_seen_by_whoever_is_a_member_now() -> None:
    plan = a_plan(benefits=[GRANT])
    (offered,) = call(Subscriptions).plans(region="gb")
    member = joined(plan)

    with on(days_later(1)):
        (mine,) = seen(member).benefits
        do("pause", member, days=5)
        (paused,) = seen(member).benefits

    assert [each.title for each in (*offered.benefits, mine, paused)] == ["A month of music"] * 3
    assert [each.link for each in (*offered.benefits, mine, paused)] == ["", LINK, ""]
