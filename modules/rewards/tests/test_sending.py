"""Points from one customer to another: of which lots, within which limits, and never back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from modules.identity.events import CustomerErased
from modules.rewards.codes import ALPHABET, new_code, read_code, spaced
from modules.rewards.events import PointsReceived
from modules.rewards.handlers.standing import customer_erased
from modules.rewards.interface import (
    CodeUnknown,
    Flow,
    InsufficientPoints,
    PointsInvalid,
    Rewards,
    SendingRefused,
    TooFast,
    WalletUnderReview,
)
from modules.rewards.models import Account, Entry, Lot, PointsSent
from modules.rewards.services import code_of, review_wallet
from modules.rewards.states import AccountKind
from modules.rewards.tests.auditing import found as whats_wrong
from modules.rewards.tests.points import granted
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.log.events import Recorded, handling
from tiffin.models import LogEvent
from tiffin.testing import api

pytestmark = pytest.mark.database


def send(sender, to, points, *, region="gb", key=None):
    key = CommandKey(key or str(ids.new_id()))
    return call(Rewards).send(key=key, customer_id=sender, to=to, points=points, region=region)


def wallet(customer_id):
    return call(Rewards).wallet(customer_id=customer_id)


@pytest.fixture
def receiver(database):
    return ids.new_id()


@pytest.fixture
def code(receiver) -> str:
    return code_of(customer_id=receiver, region="gb")


# --- codes -----------------------------------------------------------------------------------------------


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8), st.integers(0, 8), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_nobodys_code(body: str, place: int, other: str) -> None:
    code = next(found for each in ALPHABET if (found := read_code(body + each)))
    wrong = code[:place] + other + code[place + 1 :]

    assert (read_code(wrong) is not None) == (wrong == code)


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code()

    assert read_code(spaced(code).lower()) == code
    assert read_code(f" {code.replace('0', 'o').replace('1', 'l')} ") == code
    assert read_code("") is read_code(code[:-1]) is read_code("K7Q-4TX-M9?") is None


# --- what is sent ----------------------------------------------------------------------------------------


def test_those_that_expire_first_go_and_expire_when_they_would_have(receiver, code) -> None:
    sender = granted(60, days=100)
    granted(50, sender, days=10)
    mine = code_of(customer_id=sender, region="gb")

    sent = send(sender, code, 70)

    assert (sent.points, sent.to) == (70, code)
    assert wallet(sender).available == 40
    assert wallet(receiver).available == 70
    theirs = Lot.objects.filter(customer_id=receiver).order_by("expires_at")
    assert [lot.available for lot in theirs] == [50, 20]
    old = Lot.objects.filter(customer_id=sender).order_by("expires_at")
    assert [lot.expires_at for lot in theirs] == [lot.expires_at for lot in old]
    said = {line.what for line in call(Rewards).statement(customer_id=receiver).lines}
    assert said == {f"Received from {mine}"}
    assert call(Rewards).statement(customer_id=sender).lines[0].what == f"Sent to {code}"
    assert whats_wrong() == []


def test_nothing_stays_between_the_two(receiver, code) -> None:
    send(granted(100), code, 80)

    between = Account.objects.filter(kind=AccountKind.TRANSIT.value).values_list("balance", flat=True)
    assert sum(between) == 0


def test_the_receiver_is_told_once(receiver, code) -> None:
    sender = granted(100)

    send(sender, code, 60, key="the same")
    send(sender, code, 60, key="the same")

    assert wallet(receiver).available == 60
    told = LogEvent.objects.using("rewards").filter(name=PointsReceived.wire)
    assert [(event.key, event.seq) for event in told] == [(PointsSent.objects.get().id, 1)]


def test_what_is_there_decides_not_what_is_pending_or_set_aside(receiver, code) -> None:
    sender = granted(60)

    with pytest.raises(InsufficientPoints) as refusal:
        send(sender, code, 61)

    assert (refusal.value.wanted, refusal.value.available) == (61, 60)
    assert Entry.objects.filter(flow=Flow.SEND.value).count() == 0


def test_what_has_expired_is_not_sent_even_before_it_is_cleared_away(receiver, code) -> None:
    sender = granted(50, days=1)

    with clock.shift(timedelta(days=2)), pytest.raises(InsufficientPoints):
        send(sender, code, 50)


@pytest.mark.parametrize("points", [0, -5, 5001, 10**12])
def test_a_number_that_nobody_can_send_is_refused(receiver, code, points) -> None:
    with pytest.raises(PointsInvalid):
        send(granted(1000), code, points)


def test_too_few_to_be_worth_it_are_refused_with_the_number(receiver, code) -> None:
    with pytest.raises(SendingRefused, match="at least 50"):
        send(granted(1000), code, 49)


def test_nobody_sends_to_themselves_to_nobody_or_where_none_are_sent(receiver, code) -> None:
    sender = granted(100)
    own = code_of(customer_id=sender, region="gb")

    with pytest.raises(SendingRefused, match="your own code"):
        send(sender, own, 50)
    with pytest.raises(CodeUnknown):
        send(sender, spaced(new_code()), 50)
    with pytest.raises(CodeUnknown):
        send(sender, "what?", 50)


def test_points_are_limited_by_day_and_by_month(receiver, code) -> None:
    sender = granted(40_000)
    send(sender, code, 4800)
    with pytest.raises(SendingRefused, match="200 are left"):
        send(sender, code, 201)
    send(sender, code, 200)

    with ExitStack() as time:
        for _ in range(3):
            time.enter_context(clock.shift(timedelta(hours=25)))
            send(sender, code, 5000)
        time.enter_context(clock.shift(timedelta(hours=25)))
        with pytest.raises(SendingRefused, match="within 30 days: 0 are left"):
            send(sender, code, 50)
        time.enter_context(clock.shift(timedelta(days=27)))
        send(sender, code, 5000)


def test_the_number_of_times_is_limited_by_hour_and_by_day(receiver, code) -> None:
    sender = granted(5000)
    with ExitStack() as time:
        for turn in range(5):
            send(sender, code, 50)
            if turn == 2:
                with pytest.raises(TooFast):
                    send(sender, code, 50)
                time.enter_context(clock.shift(timedelta(hours=2)))
        time.enter_context(clock.shift(timedelta(hours=2)))
        with pytest.raises(SendingRefused, match="5 times"):
            send(sender, code, 50)
        time.enter_context(clock.shift(timedelta(hours=21)))
        send(sender, code, 50)


def test_those_who_send_at_the_same_moment_stay_within_the_limits(receiver, code) -> None:
    sender = granted(20_000)

    def sends(_: int) -> bool:
        try:
            send(sender, code, 2000)
        except (SendingRefused, TooFast):
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as people:
        went = sum(people.map(sends, range(8)))

    assert went == 2  # 5,000 a day
    assert wallet(receiver).available == 4000
    assert whats_wrong() == []


def test_two_who_send_each_other_at_the_same_moment_do_not_wait_in_a_circle(database) -> None:
    pair = [granted(400), granted(400)]
    codes = [code_of(customer_id=each, region="gb") for each in pair]

    def sends(turn: int) -> None:
        try:
            send(pair[turn % 2], codes[(turn + 1) % 2], 50)
        except (SendingRefused, TooFast):
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as people:
        list(people.map(sends, range(12)))

    assert sum(wallet(each).available for each in pair) == 800
    assert whats_wrong() == []


def test_a_wallet_that_is_looked_into_neither_sends_nor_receives(receiver, code) -> None:
    sender = granted(100)
    review_wallet(customer_id=receiver, region="gb", why="many accounts from one phone")

    with pytest.raises(SendingRefused, match="no points at the moment"):
        send(sender, code, 50)
    code_of_sender = code_of(customer_id=sender, region="gb")
    with pytest.raises(WalletUnderReview):
        send(receiver, code_of_sender, 50)
    assert wallet(sender).available == 100


def test_a_forgotten_customer_has_no_code_and_gets_none(receiver, code) -> None:
    never_had_one = ids.new_id()
    for customer in (receiver, never_had_one):
        event = CustomerErased(customer_id=customer)
        record = Recorded(**{**dict.fromkeys(Recorded._fields), "region": "gb", "name": event.wire})
        with db.transaction(owner="rewards"), handling(record):
            customer_erased(event)

    with pytest.raises(CodeUnknown):
        send(granted(100), code, 50)
    for customer in (receiver, never_had_one):
        with pytest.raises(SendingRefused, match="forgotten"):
            code_of(customer_id=customer, region="gb")


# --- over HTTP -------------------------------------------------------------------------------------------


def person(customer_id):
    return api(Actor(kind=ActorKind.CUSTOMER, id=customer_id))


def test_a_customer_looks_asks_what_it_means_and_sends(database) -> None:
    ada, ben = granted(300), ids.new_id()
    given = person(ben).put("/api/v1/rewards/code", {"region": "gb"}, format="json").json()["code"]
    body = {"to": given, "points": 100, "region": "gb"}

    preview = person(ada).post("/api/v1/rewards/sendings/preview", body, format="json").json()
    sent = person(ada).post("/api/v1/rewards/sendings", body, format="json", headers={"Idempotency-Key": "a"})
    again = person(ada).post(
        "/api/v1/rewards/sendings", body, format="json", headers={"Idempotency-Key": "a"}
    )

    assert (preview["to"], preview["available_after"], preview["left_today"]) == (given, 200, 4900)
    assert sent.status_code == again.status_code == 201
    assert sent.json() == again.json()
    mine = person(ada).get("/api/v1/rewards/wallet?region=gb").json()
    assert (mine["available"], mine["code"]) == (200, "")
    theirs = person(ben).get("/api/v1/rewards/wallet?region=gb").json()
    assert (theirs["available"], theirs["code"]) == (100, given)
    (lot,) = person(ben).get("/api/v1/rewards/lots").json()["results"]
    assert lot["available"] == 100
    (line,) = person(ben).get("/api/v1/rewards/statement").json()["results"]
    assert (line["flow"], line["change"], line["balance"]) == ("receive", 100, 100)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"to": "AAA-AAA-AAA"}, 404, "rewards_code_unknown"),
        ({"points": 10_000_000}, 422, "points_invalid"),
        ({"points": 4000}, 409, "insufficient_points"),
        ({"points": 0}, 422, "invalid_request"),
        ({"points": 10}, 409, "sending_refused"),
        ({"region": "atlantis"}, 404, "unknown_region"),
    ],
)
def test_what_cannot_be_sent_is_a_problem_with_a_code(receiver, change, status, code) -> None:
    given = code_of(customer_id=receiver, region="gb")
    asking = person(granted(100))

    answer = asking.post(
        "/api/v1/rewards/sendings/preview",
        {"to": given, "points": 100, "region": "gb"} | change,
        format="json",
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
