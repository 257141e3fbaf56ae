"""Whether a wallet may be used: how fast points are taken, reviews, and who decides about them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from modules.rewards.errors import ReasonMissing
from modules.rewards.interface import Flow, Rewards, TooFast, WalletUnderReview
from modules.rewards.models import WalletStanding
from modules.rewards.policies import REFUSE, Taking, Velocity, broken_rule
from modules.rewards.selectors import find_standing, stopped_wallets
from modules.rewards.services import code_of, decide_review, hold, require_good_standing, review_wallet, send
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.states import WalletState
from modules.rewards.tests.earnings import SETTLED, confirmed, wallet
from modules.rewards.tests.points import granted
from tiffin import clock, db, ids
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.states import StateConflict
from tiffin.testing import settle

pytestmark = pytest.mark.database
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def taking(points: int = 10, *, minutes_ago: int = 0, flow: str = "send") -> Taking:
    return Taking(flow, NOW - timedelta(minutes=minutes_ago), points)


def takes(customer_id, flow=Flow.SEND, points=10) -> None:
    with db.transaction(owner="rewards"):
        require_good_standing(customer_id=customer_id, region="gb", flow=flow, points=points)


def holds(customer_id, times: int, points: int = 1) -> None:
    for _ in range(times):
        hold(
            hold_id=ids.new_id(),
            customer_id=customer_id,
            order_id=ids.new_id(),
            points=points,
            region="gb",
        )


def deadlines(customer_id) -> list[str]:
    return list(Job.objects.using("rewards").filter(key=customer_id).values_list("name", flat=True))


def hold_at_once(customer_id, times: int) -> int:
    """How many of so many people who hold a point at the same moment may."""

    def one(_: int) -> bool:
        try:
            holds(customer_id, 1)
        except TooFast:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(times) as people:
        return sum(people.map(one, range(times)))


# --- rules -----------------------------------------------------------------------------------------------


def test_a_rule_is_broken_by_the_one_beyond_it_and_forgets_what_is_over() -> None:
    rule = Velocity(code="a", flows=("send",), seconds=3600, times=2)

    assert broken_rule([rule], [taking(minutes_ago=5)], taking()) is None
    assert broken_rule([rule], [taking(minutes_ago=5), taking(minutes_ago=9)], taking()) is rule
    assert broken_rule([rule], [taking(minutes_ago=5), taking(minutes_ago=60)], taking()) is None
    assert broken_rule([rule], [taking(minutes_ago=5), taking(flow="hold")], taking()) is None
    assert broken_rule([rule], [taking(), taking()], taking(flow="donate")) is None


def test_a_rule_holds_for_those_who_come_together(database, monkeypatch) -> None:
    _rules(monkeypatch, Velocity(code="a", flows=("hold",), seconds=3600, times=1))
    customer = granted(100)

    assert hold_at_once(customer, 8) == 1
    assert wallet(customer).held == 1


def test_points_count_together_with_what_is_wanted() -> None:
    rule = Velocity(code="a", flows=("send", "hold"), seconds=60, points=100)

    assert broken_rule([rule], [taking(60, flow="hold")], taking(40)) is None
    assert broken_rule([rule], [taking(60, flow="hold")], taking(41)) is rule


def test_a_refusal_comes_before_a_review() -> None:
    review = Velocity(code="a", flows=("send",), seconds=60, times=1, then="review")
    refusal = Velocity(code="a", flows=("send",), seconds=60, times=1)

    assert broken_rule([review, refusal], [taking()], taking()) is refusal


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 50)), max_size=12),
    st.integers(1, 5),
    st.integers(1, 200),
)
def test_whoever_is_let_through_is_never_beyond_the_rule(asked, times, points) -> None:
    """However fast they ask: what went through within any window is within the rule."""
    rule = Velocity(code="a", flows=("send",), seconds=1800, times=times, points=points, then=REFUSE)
    went: list[Taking] = []
    for minutes, amount in sorted(asked):
        wanted = Taking("send", NOW + timedelta(minutes=minutes), amount)
        if broken_rule([rule], went, wanted) is None:
            went.append(wanted)

    for last in went:
        window = [each for each in went if timedelta(0) <= last.at - each.at < timedelta(seconds=1800)]
        assert sum(each.points for each in window if each.at <= last.at) <= points or len(window) == 1
        assert len(window) <= times


# --- what is asked before points are taken ---------------------------------------------------------------


def test_who_takes_too_often_is_refused_until_time_has_gone_by(database, monkeypatch) -> None:
    customer = granted(100)
    _rules(monkeypatch, Velocity(code="a", flows=("hold",), seconds=3600, times=3))
    holds(customer, 2)
    takes(customer, Flow.HOLD)
    holds(customer, 1)

    with pytest.raises(TooFast, match="within 1 hours"):
        takes(customer, Flow.HOLD)
    takes(customer, Flow.SEND)  # another rule's
    with clock.shift(timedelta(minutes=61)):
        takes(customer, Flow.HOLD)
    standing = find_standing(customer)
    assert standing is not None
    assert standing.is_good


def test_what_is_beyond_a_rule_that_looks_into_it_happens_and_is_the_last(database, monkeypatch) -> None:
    customer = granted(100)
    _rules(monkeypatch, Velocity(code="a", flows=("hold", "send"), seconds=3600, points=50, then="review"))
    holds(customer, 1, points=45)

    takes(customer, Flow.SEND, 6)

    with pytest.raises(WalletUnderReview):
        takes(customer, Flow.HOLD, 1)
    standing = find_standing(customer)
    assert (standing.state, standing.by) == (WalletState.UNDER_REVIEW, "rules")
    assert "more than 50 points within 3600 seconds" in standing.why
    assert stopped_wallets([customer, granted(1)]) == {customer}
    assert not call(Rewards).account(customer_id=customer, region="gb").usable
    assert deadlines(customer) == ["review_overdue"]


def test_a_region_without_rules_asks_no_more_than_for_the_standing(
    database, monkeypatch, django_assert_num_queries
) -> None:
    customer = granted(10)
    _rules(monkeypatch)

    with db.transaction(owner="rewards"), django_assert_num_queries(1, using="rewards"):
        require_good_standing(customer_id=customer, region="gb", flow=Flow.HOLD, points=1)


def test_many_lots_of_one_sending_are_one_taking(database, monkeypatch) -> None:
    sender, receiver = granted(60, days=30), ids.new_id()
    granted(60, sender, days=40)
    granted(60, sender, days=50)
    _rules(monkeypatch, Velocity(code="a", flows=("send",), seconds=3600, times=2))

    code = code_of(customer_id=receiver, region="gb")
    send(customer_id=sender, to=code, points=130, region="gb")
    send(customer_id=sender, to=code, points=50, region="gb")

    with pytest.raises(TooFast):
        takes(sender)


# --- reviews ---------------------------------------------------------------------------------------------


def test_staff_look_into_a_wallet_and_release_it(database) -> None:
    customer = granted(10)
    review_wallet(customer_id=customer, region="gb", why="a tip")
    decide_review(customer_id=customer, release=True, why="a big family")

    takes(customer)

    standing = find_standing(customer)
    trail = [(change.before, change.after, change.why) for change in standing.changes.order_by("at")]
    assert trail == [("good", "under_review", "a tip"), ("under_review", "good", "a big family")]
    assert standing.decide_by is None
    assert deadlines(customer) == []


def test_a_frozen_wallet_stays_so_until_it_is_released(database) -> None:
    customer = granted(10)
    review_wallet(customer_id=customer, region="gb", why="stolen cards")
    decide_review(customer_id=customer, release=False, why="it is so")

    with clock.shift(timedelta(days=400)):
        settle()
        with pytest.raises(WalletUnderReview):
            takes(customer)
    with pytest.raises(StateConflict):
        decide_review(customer_id=customer, release=False, why="again")
    decide_review(customer_id=customer, release=True, why="it was another")
    takes(customer)


def test_nobody_is_kept_from_their_points_by_being_forgotten(database) -> None:
    customer = granted(10)
    review_wallet(customer_id=customer, region="gb", why="a tip")

    with clock.shift(timedelta(hours=73)):
        settle()

    standing = find_standing(customer)
    assert (standing.state, standing.why) == (WalletState.GOOD, "Nobody decided in time.")
    assert deadlines(customer) == []


def test_what_is_earned_stays_pending_while_somebody_looks(database) -> None:
    customer, other = ids.new_id(), ids.new_id()
    review_wallet(customer_id=customer, region="gb", why="a tip")

    confirmed(customer, 2050)
    confirmed(other, 2050)

    assert (wallet(customer).pending, wallet(customer).available) == (100, 0)
    assert wallet(other).available == 100
    decide_review(customer_id=customer, release=True, why="a big family")
    with clock.shift(SETTLED + timedelta(minutes=11)):
        confirm_batch()
    assert (wallet(customer).pending, wallet(customer).available) == (0, 100)


def test_a_review_needs_a_reason(database) -> None:
    with pytest.raises(ReasonMissing):
        review_wallet(customer_id=ids.new_id(), region="gb", why="  ")
    assert WalletStanding.objects.count() == 0


def _rules(monkeypatch, *rules: Velocity) -> None:
    """As if the region's file said so."""
    monkeypatch.setattr("modules.rewards.services.standing.velocity", lambda region, day: list(rules))
