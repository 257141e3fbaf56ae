"""What a customer's tier brings: staff see their claims first, for as long as it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders.admin.claims import COMES_FIRST
from modules.orders.interface import ClaimReason, Orders
from modules.orders.models import Claim, KnownBenefits
from modules.orders.selectors import has_priority
from modules.orders.services import decide_claim
from modules.orders.tests import scenes
from modules.orders.tests.test_forgetting import Person
from modules.orders.tests.test_staff_pages import person
from modules.rewards.interface import Benefit, Rewards
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.jobs.registry import find
from tiffin.log.replaying import replay
from tiffin.log.subscribers import subscriber
from tiffin.testing import settle

pytestmark = pytest.mark.database

TO_DECIDE = "/admin/orders/claim/?state_name=open"
DINNER_EARNS = 240
# Past the time for claims and the margin.
EARNED_FOR_GOOD = timedelta(days=3, minutes=10)


def rewards_at_work() -> None:
    """What rewards does every few seconds or minutes; and everybody hears of it."""
    settle()
    for job in ("earn_points", "confirm_points", "review_tiers"):
        find("rewards", job).function()
    settle()


@pytest.fixture(autouse=True)
def _a_dinner_is_silver(monkeypatch: pytest.MonkeyPatch) -> None:
    tier = {"code": "silver", "title": "Silver", "from_points": DINNER_EARNS, "multiplier": "1"}
    scenes.rules(monkeypatch, "rewards.tiers", {**tier, "benefits": [Benefit.PRIORITY_SUPPORT.value]})
    scenes.rules(monkeypatch, "rewards.qualifying", {"months": 1, "rolling": True})


@pytest.fixture
def dinner(dinner):
    """As ever, and what it earns is reckoned."""
    rewards_at_work()
    return dinner


def never_came(kitchen, customer):
    """A claim that waits for staff."""
    order = scenes.deliver(kitchen, customer, kitchen.ramen())
    made = call(Orders).claim(
        key=scenes.new_key(), customer_id=customer, order_id=order.id, reason=ClaimReason.NEVER_ARRIVED
    )
    return made.id


def listed(address: str = TO_DECIDE, **staff: str) -> list:
    """The ids of the claims on the page, from its top."""
    shown = person("support", **staff).get(address).context["cl"].result_list
    return [claim.id for claim in shown]


def first_of_all() -> set:
    return set(Claim.objects.filter(has_priority()).values_list("id", flat=True))


def test_who_reached_a_tier_comes_first_in_the_queue_of_claims(kitchen, customer, dinner, strict) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        assert call(Rewards).account(customer_id=customer, region="gb").membership.tier == "silver"
        hers = never_came(kitchen, customer)
        others = [never_came(kitchen, ids.new_id()) for _ in range(2)]
        assert listed() == [hers, *reversed(others)]
        assert listed(f"{TO_DECIDE}&priority=yes") == [hers]
        assert listed(f"{TO_DECIDE}&priority=no") == [*reversed(others)]
        # Looking up what was decided is by time, as ever.
        decide_claim(claim_id=hers, grant=False)
        assert listed("/admin/orders/claim/") == [*reversed(others), hers]
        assert first_of_all() == set()


def test_staff_read_on_the_claim_that_it_comes_first(kitchen, customer, dinner, strict) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        hers, other = never_came(kitchen, customer), never_came(kitchen, ids.new_id())
        pages = [
            person("support").get(f"/admin/orders/claim/{claim}/change/").content.decode()
            for claim in (hers, other)
        ]
    assert [COMES_FIRST in page for page in pages] == [True, False]


def test_it_counts_until_the_tier_ends_and_longer_when_that_is_kept(
    kitchen, customer, dinner, strict
) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        first = KnownBenefits.objects.get()
    with clock.hold(first.until - timedelta(days=10)):
        scenes.deliver(kitchen, customer, kitchen.ramen(4))
        rewards_at_work()
    with clock.hold(first.until - timedelta(hours=1)):
        rewards_at_work()
        hers = never_came(kitchen, customer)
        assert first_of_all() == {hers}
    with clock.hold(first.until):
        assert first_of_all() == set()
        rewards_at_work()
        assert first_of_all() == {hers}
    kept = KnownBenefits.objects.get()
    assert (kept.id, kept.until > first.until) == (first.id, True)
    with clock.hold(kept.until):
        rewards_at_work()
    assert not KnownBenefits.objects.exists()


def test_what_a_tier_brings_in_one_region_says_nothing_of_another(kitchen, customer, dinner, strict) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        never_came(kitchen, customer)
        KnownBenefits.objects.update(region="pl")
        assert first_of_all() == set()


def test_a_benefit_of_another_kind_gives_no_priority(kitchen, customer, dinner, strict) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        never_came(kitchen, customer)
        KnownBenefits.objects.update(benefits=["birthday_cake"])
        assert first_of_all() == set()


def test_who_is_forgotten_has_none_any_more_and_the_log_tells_the_same(kitchen, database) -> None:
    zofia = Person()
    scenes.deliver(kitchen, zofia.id, kitchen.ramen(4))
    rewards_at_work()
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        assert KnownBenefits.objects.get().customer_id == zofia.id
    zofia.goes()
    assert not KnownBenefits.objects.exists()
    read_again()
    assert not KnownBenefits.objects.exists()


def test_it_is_learned_again_from_the_log(customer, dinner) -> None:
    with clock.shift(EARNED_FOR_GOOD):
        rewards_at_work()
        (before,) = KnownBenefits.objects.values()
        read_again()
        assert list(KnownBenefits.objects.values()) == [before]


def read_again() -> None:
    replay(subscriber("orders.benefits"))
    assert not KnownBenefits.objects.exists()
    settle()
