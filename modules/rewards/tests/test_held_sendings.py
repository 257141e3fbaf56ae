"""A sending that a rule wants looked into: held until somebody has, and then it goes or comes back, whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connections
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modules.identity.events import CustomerErased
from modules.rewards.events import PointsReceived, SendingReturned
from modules.rewards.handlers import earning, standing
from modules.rewards.interface import (
    Flow,
    HoldUnknown,
    Rewards,
    SendingRefused,
    SendingState,
    Transfer,
    TransferInvalid,
    WalletUnderReview,
)
from modules.rewards.models import Entry, Hold, Lot, PointsSent
from modules.rewards.policies import Velocity
from modules.rewards.services import (
    code_of,
    decide_review,
    hold,
    post_hold,
    restore_hold,
    review_wallet,
    void_hold,
)
from modules.rewards.services.expiring import expire_batch
from modules.rewards.services.forgetting import forget_batch
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import post
from modules.rewards.services.standing import end_review
from modules.rewards.tests.auditing import found as whats_wrong
from modules.rewards.tests.earnings import wallet
from modules.rewards.tests.points import granted, in_days
from modules.rewards.tests.test_audit import behind_its_back
from modules.rewards.tests.test_sending import person
from tiffin import clock, db, ids
from tiffin.audit import Inspection
from tiffin.audit.deadlines import deadlines_kept
from tiffin.interfaces import CommandKey, call
from tiffin.log.events import Recorded, handling
from tiffin.models import Job, LogEvent
from tiffin.states import StateConflict
from tiffin.testing import settle

pytestmark = pytest.mark.database
SENT, HELD, RETURNED = SendingState.SENT, SendingState.HELD, SendingState.RETURNED
# More than so many at once are looked into.
FREE = 100


@pytest.fixture(autouse=True)
def looks_into(database, monkeypatch) -> None:
    """As if the region's file said so."""
    rule = Velocity(code="much", flows=("send",), seconds=3600, points=FREE, then="review")
    monkeypatch.setattr("modules.rewards.services.standing.velocity", lambda region, day: [rule])


@pytest.fixture
def sender() -> object:
    customer = granted(300, days=30)
    return granted(300, customer, days=60)


@pytest.fixture
def receiver() -> object:
    return ids.new_id()


def send(sender, receiver, points=400):
    code = code_of(customer_id=receiver, region="gb")
    key = CommandKey(str(ids.new_id()))
    return call(Rewards).send(key=key, customer_id=sender, to=code, points=points, region="gb")


def released(sender) -> None:
    decide_review(customer_id=sender, release=True, why="a big family")


def frozen(sender) -> None:
    decide_review(customer_id=sender, release=False, why="stolen cards")


def forgotten(customer) -> None:
    event = CustomerErased(customer_id=customer)
    record = Recorded(**{**dict.fromkeys(Recorded._fields), "region": "gb", "name": event.wire})
    for handler in (standing.customer_erased, earning.customer_erased):
        with db.transaction(owner="rewards"), handling(record):
            handler(event)


def told(event: type) -> list[dict[str, object]]:
    events = LogEvent.objects.using("rewards").filter(name=event.wire).order_by("position")
    return [json.loads(bytes(payload)) for payload in events.values_list("payload", flat=True)]


def state() -> SendingState:
    return PointsSent.objects.get().state


def lots_of(customer) -> list[tuple[int, object]]:
    lots = Lot.objects.filter(customer_id=customer, available__gt=0).order_by("expires_at")
    return [(lot.available, lot.expires_at) for lot in lots]


# --- held ------------------------------------------------------------------------------------------------


def test_what_a_rule_wants_looked_into_is_neither_sides_meanwhile(sender, receiver) -> None:
    sent = send(sender, receiver)

    assert (sent.state, sent.points) == (HELD, 400)
    mine, theirs = wallet(sender), wallet(receiver)
    assert (mine.available, mine.held, mine.usable) == (200, 400, False)
    assert (theirs.available, theirs.held) == (0, 0)
    assert told(PointsReceived) == []
    assert Entry.objects.filter(flow=Flow.SEND.value).count() == 0
    what = {line.what for line in call(Rewards).statement(customer_id=sender).lines if line.change < 0}
    assert what == {f"Set aside: looked into before it is sent to {sent.to}"}
    with pytest.raises(WalletUnderReview):
        send(sender, receiver, 50)
    assert whats_wrong() == []


def test_it_waits_by_a_deadline_of_its_own(sender, receiver) -> None:
    sent = send(sender, receiver)

    names = set(Job.objects.using("rewards").filter(key__in=[sent.id, sender]).values_list("name", flat=True))
    assert names == {"sending_overdue", "review_overdue"}
    inspection = Inspection("deadlines", "rewards")
    deadlines_kept(inspection, timedelta(minutes=5))
    assert inspection.result().findings == ()


def test_what_is_within_the_rule_goes_at_once(sender, receiver) -> None:
    assert send(sender, receiver, FREE).state is SENT
    assert wallet(receiver).available == FREE


def test_over_http_the_answer_says_that_it_is_held(sender, receiver) -> None:
    body = {"to": code_of(customer_id=receiver, region="gb"), "points": 400, "region": "gb"}
    answer = person(sender).post(
        "/api/v1/rewards/sendings", body, format="json", headers={"Idempotency-Key": "a"}
    )

    assert (answer.status_code, answer.json()["state"]) == (201, "held")


def test_the_lapsing_of_what_orders_hold_leaves_it_alone(sender, receiver) -> None:
    of_order = hold(hold_id=ids.new_id(), customer_id=sender, order_id=ids.new_id(), points=100, region="gb")
    send(sender, receiver)

    with clock.shift(timedelta(days=40)):
        assert lapse_holds() == 1

    assert set(Hold.objects.filter(ended_at=None).values_list("order_id", flat=True)) == {None}
    assert (state(), wallet(sender).held) == (HELD, 400)
    assert Hold.get(of_order.id).ended_at is not None


def test_orders_neither_see_nor_end_it(sender, receiver) -> None:
    send(sender, receiver, 150)
    (held,) = Hold.objects.values_list("id", flat=True)

    assert call(Rewards).holds(hold_ids=[held]) == []
    assert call(Rewards).holds_page() == []
    for ends in (
        lambda: void_hold(hold_id=held),
        lambda: post_hold(hold_id=held, points=1),
        lambda: restore_hold(hold_id=held, key="a", points=1, reason="a"),
    ):
        with pytest.raises(HoldUnknown):
            ends()
    assert (state(), wallet(sender).held) == (HELD, 150)


def test_held_points_count_towards_the_days_limit_and_returned_ones_do_not(receiver) -> None:
    sender = granted(12_000)
    send(sender, receiver, 4900)
    released(sender)
    with clock.shift(timedelta(hours=2)):
        with pytest.raises(SendingRefused, match="100 are left"):
            send(sender, receiver, 101)
        send(sender, receiver, 100)

    with clock.shift(timedelta(days=2)):
        send(sender, receiver, 4000)
        frozen(sender)
        released(sender)
        with clock.shift(timedelta(hours=2)):
            assert send(sender, receiver, 5000).state is HELD


def test_what_was_looked_into_counts_once_for_the_rules(sender, receiver, monkeypatch) -> None:
    send(sender, receiver, 150)
    with clock.shift(timedelta(minutes=50)):
        released(sender)

    rule = Velocity(code="often", flows=("send",), seconds=7200, times=2, then="review")
    monkeypatch.setattr("modules.rewards.services.standing.velocity", lambda region, day: [rule])
    with clock.shift(timedelta(minutes=59)):
        assert send(sender, receiver, 50).state is SENT
        assert send(sender, receiver, 50).state is HELD


# --- decided ---------------------------------------------------------------------------------------------


def test_once_released_the_very_lots_go_with_their_expiry_and_the_receiver_is_told(sender, receiver) -> None:
    before = lots_of(sender)
    sent = send(sender, receiver)

    released(sender)

    assert (state(), wallet(sender).held) == (SENT, 0)
    assert lots_of(receiver) == [(300, before[0][1]), (100, before[1][1])]
    assert lots_of(sender) == [(200, before[1][1])]
    assert told(PointsReceived) == [{"sending_id": str(sent.id), "customer_id": str(receiver), "points": 400}]
    lines = call(Rewards).statement(customer_id=sender).lines[:4]
    assert {line.what for line in lines} == {f"Sent to {sent.to}", "Free again: it was looked into"}
    assert {line.change for line in call(Rewards).statement(customer_id=receiver).lines} == {300, 100}
    assert Job.objects.using("rewards").filter(key=sent.id).count() == 0
    assert whats_wrong() == []


def test_what_it_takes_is_what_has_not_expired_though_it_be_there(receiver) -> None:
    """After a review what expired meanwhile may still be spent, and is not sent."""
    sender = granted(300, days=1)
    granted(300, sender, days=60)
    with clock.shift(timedelta(hours=23)):
        review_wallet(customer_id=sender, region="gb", why="a doubt")
    with clock.shift(timedelta(days=2)):
        released(sender)
        assert (expire_batch(), wallet(sender).available) == (0, 600)
        send(sender, receiver, 200)
        released(sender)

        assert state() is SENT
        assert [points for points, _ in lots_of(receiver)] == [200]
        assert [points for points, _ in lots_of(sender)] == [300, 100]


@pytest.mark.parametrize("decided", [frozen, lambda sender: None])
def test_frozen_or_left_undecided_it_comes_back_and_the_sender_is_told(sender, receiver, decided) -> None:
    before = lots_of(sender)
    sent = send(sender, receiver)

    decided(sender)
    with clock.shift(timedelta(hours=73)):
        settle()

    assert state() is RETURNED
    assert (lots_of(sender), lots_of(receiver)) == (before, [])
    assert told(PointsReceived) == []
    (event,) = told(SendingReturned)
    assert (event["sending_id"], event["customer_id"]) == (str(sent.id), str(sender))
    assert event["reason"] == ("frozen" if decided is frozen else "undecided")
    latest = call(Rewards).statement(customer_id=sender).lines[0]
    assert latest.what == "Free again: it was looked into (not sent)"
    assert PointsSent.objects.get().decided_at is not None
    assert Job.objects.using("rewards").filter(key=sent.id).count() == 0
    assert whats_wrong() == []


def test_a_release_of_what_was_frozen_before_sends_nothing(sender, receiver) -> None:
    send(sender, receiver)
    frozen(sender)

    released(sender)

    assert (state(), wallet(sender).available) == (RETURNED, 600)


def frozen_itself(customer) -> None:
    review_wallet(customer_id=customer, region="gb", why="many accounts")
    decide_review(customer_id=customer, release=False, why="it is so")


def looked_into(customer) -> None:
    review_wallet(customer_id=customer, region="gb", why="a tip")


@pytest.mark.parametrize("happens", [frozen_itself, looked_into, forgotten])
def test_whoever_can_be_sent_none_any_more_gets_none(sender, receiver, happens) -> None:
    send(sender, receiver)
    happens(receiver)

    released(sender)

    assert (state(), wallet(sender).available, wallet(receiver).available) == (RETURNED, 600, 0)
    assert [event["reason"] for event in told(SendingReturned)] == ["receiver"]
    assert whats_wrong() == []


def test_where_a_part_has_expired_meanwhile_nothing_goes_and_it_can_be_spent(receiver) -> None:
    sender = granted(300, days=1)
    granted(300, sender, days=60)
    send(sender, receiver)

    with clock.shift(timedelta(days=2)):
        assert expire_batch() == 0
        released(sender)

        assert (state(), wallet(sender).available) == (RETURNED, 600)
        assert [event["reason"] for event in told(SendingReturned)] == ["expired"]
        assert expire_batch() == 0  # for as long as a review takes
    with clock.shift(timedelta(days=6)):
        assert expire_batch() == 1
    assert wallet(sender).available == 300
    assert whats_wrong() == []


def test_of_a_sender_who_is_forgotten_it_comes_back_and_goes_with_the_rest(sender, receiver) -> None:
    send(sender, receiver)

    forgotten(sender)
    forget_batch()

    assert (state(), wallet(sender).available, wallet(sender).held) == (RETURNED, 0, 0)
    assert wallet(receiver).available == 0
    assert [event["reason"] for event in told(SendingReturned)] == ["forgotten"]
    assert whats_wrong() == []


def test_who_decides_twice_sends_once(sender, receiver) -> None:
    send(sender, receiver)
    released(sender)

    with db.transaction(owner="rewards"):
        end_review(sender)

    assert (state(), wallet(receiver).available) == (SENT, 400)


def test_staff_who_decide_as_the_time_is_over_decide_or_do_not(sender, receiver) -> None:
    send(sender, receiver)

    def over() -> None:
        with db.transaction(owner="rewards"):
            end_review(sender)

    def at_once(decides: Callable[[], None]) -> None:
        try:
            with suppress(StateConflict):  # it is good already
                decides()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as people:
        list(people.map(at_once, [lambda: released(sender), over, lambda: released(sender)]))

    assert (state(), wallet(receiver).available) in {(SENT, 400), (RETURNED, 0)}
    assert wallet(sender).available + wallet(receiver).available == 600
    assert len(told(PointsReceived)) + len(told(SendingReturned)) == 1
    assert whats_wrong() == []


OUTCOMES = ("released", "frozen", "undecided", "receiver frozen", "receiver forgotten")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lots=st.lists(st.tuples(st.integers(1, 400), st.integers(1, 50)), min_size=1, max_size=5),
    share=st.floats(0.01, 1),
    outcome=st.sampled_from(OUTCOMES),
    days=st.integers(0, 3),
)
@example(lots=[(300, 2), (300, 2)], share=1.0, outcome="released", days=3)
def test_whatever_becomes_of_it_each_point_is_somebodys_and_expires_when_it_would_have(
    lots, share, outcome, days
) -> None:
    sender, receiver = ids.new_id(), ids.new_id()
    for points, lives in lots:
        granted(points, sender, days=lives)
    there = sorted(lots_of(sender), key=str)
    points = max(FREE + 1, int(share * sum(points for points, _ in lots)))
    if points > sum(points for points, _ in lots):
        return
    send(sender, receiver, points)
    with clock.shift(timedelta(days=days)):
        match outcome:
            case "frozen":
                frozen(sender)
            case "undecided":
                with db.transaction(owner="rewards"):
                    end_review(sender)
            case "receiver frozen" | "receiver forgotten":
                (frozen_itself if outcome == "receiver frozen" else forgotten)(receiver)
                released(sender)
            case _:
                released(sender)

    assert (wallet(sender).held, wallet(receiver).held) == (0, 0)
    assert wallet(sender).available + wallet(receiver).available == sum(each for each, _ in there)
    assert wallet(receiver).available in (0, points)
    assert outcome == "released" or wallet(receiver).available == 0
    by_day: dict[object, int] = {}
    for amount, expires_at in lots_of(sender) + lots_of(receiver):
        by_day[expires_at] = by_day.get(expires_at, 0) + amount
    for amount, expires_at in there:
        by_day[expires_at] -= amount
    assert set(by_day.values()) == {0}
    assert whats_wrong() == []


# --- the audit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE rewards_pointssent SET state = 'returned'", "400 points are held for no order, and 0 are"),
        ("UPDATE rewards_pointssent SET points = 401", "400 points are held for no order, and 401 are"),
        ("DELETE FROM rewards_hold WHERE order_id IS NULL", "0 points are held for no order, and 400 are"),
    ],
)
def test_a_sending_and_its_holds_that_differ_are_found(sender, receiver, statement, problem) -> None:
    send(sender, receiver)
    behind_its_back(statement)

    assert any(problem in each for each in whats_wrong())


def test_a_hold_for_no_order_names_its_lot(sender) -> None:
    wanted = Transfer(
        id=ids.new_id(), flow=Flow.HOLD, amount=5, region="gb", customer_id=sender, expires_at=in_days(1)
    )
    with pytest.raises(TransferInvalid), db.transaction(owner="rewards"):
        post(wanted)
