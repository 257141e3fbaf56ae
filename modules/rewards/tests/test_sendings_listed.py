"""What a customer sent and was sent, as a list: each side sees its own, and none who the other is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.rewards.interface import Rewards, SendingState
from modules.rewards.models import PointsSent
from modules.rewards.services import code_of, decide_review, hold, send
from modules.rewards.services.standing import forget_code
from modules.rewards.tests.points import granted
from modules.rewards.tests.test_sending import person
from tiffin import clock, db, ids
from tiffin.interfaces import call

pytestmark = pytest.mark.database


def sends(sender, receiver, points: int, *, hours: int = 0) -> PointsSent:
    with clock.shift(timedelta(hours=hours)):
        code = code_of(customer_id=receiver, region="gb")
        return send(customer_id=sender, to=code, points=points, region="gb")


def listed(customer, query: str = ""):
    answer = person(customer).get(f"/api/v1/rewards/sendings{query}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def shown(customer) -> list[tuple[bool, int, str]]:
    return [(row["received"], row["points"], row["state"]) for row in listed(customer)["results"]]


def almost_looked_into(customer) -> None:
    """What is sent next breaks the region's rule about points within a day."""
    hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=24_990, region="gb")


@pytest.fixture
def ada(database):
    return granted(30_000)


@pytest.fixture
def ben(database):
    return granted(1000)


def test_each_side_sees_it_with_the_others_code_and_never_who_that_is(ada, ben) -> None:
    sent = sends(ada, ben, 100)
    sends(ben, ada, 60, hours=1)

    mine, theirs = listed(ada)["results"], listed(ben)["results"]

    assert [(row["received"], row["points"]) for row in mine] == [(True, 60), (False, 100)]
    assert [(row["received"], row["points"]) for row in theirs] == [(False, 60), (True, 100)]
    assert {row["other"] for row in mine} == {code_of(customer_id=ben, region="gb")}
    assert {row["other"] for row in theirs} == {code_of(customer_id=ada, region="gb")}
    assert mine[1]["id"] == theirs[1]["id"] == str(sent.id)
    assert {row["state"] for row in mine + theirs} == {"sent"}
    assert str(ben) not in str(mine)
    assert str(ada) not in str(theirs)
    assert listed(granted(1)) == {"next": None, "results": []}


def test_pages_follow_each_other_without_gap_or_repetition(ada, ben) -> None:
    for number in range(5):
        sends(ada, ben, 50 + number, hours=2 * number)

    first = listed(ada, "?page_size=2")
    second = person(ada).get(first["next"]).json()
    third = person(ada).get(second["next"]).json()

    pages = [[row["points"] for row in page["results"]] for page in (first, second, third)]
    assert pages == [[54, 53], [52, 51], [50]]
    assert third["next"] is None
    elsewhere = listed(granted(1), f"?cursor={first['results'][0]['id']}")
    assert elsewhere["results"] == []


@pytest.mark.parametrize("query", ["?page_size=0", "?page_size=101", "?cursor=1"])
def test_a_page_that_there_is_not_is_refused(ada, query) -> None:
    answer = person(ada).get(f"/api/v1/rewards/sendings{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_what_is_held_only_its_sender_sees_and_it_comes_when_it_is_decided(ada, ben) -> None:
    almost_looked_into(ada)
    held = sends(ada, ben, 100)
    assert held.state is SendingState.HELD
    with clock.shift(timedelta(hours=3)):
        sends(granted(100), ben, 70)
    assert shown(ada) == [(False, 100, "held")]
    assert shown(ben) == [(True, 70, "sent")]

    with clock.shift(timedelta(hours=5)):
        decide_review(customer_id=ada, release=True, why="a big family")
        now = clock.now()

    assert shown(ada) == [(False, 100, "sent")]
    assert shown(ben) == [(True, 100, "sent"), (True, 70, "sent")]
    (mine,) = call(Rewards).sendings(customer_id=ada).lines
    assert mine.at == held.created_at
    assert abs(call(Rewards).sendings(customer_id=ben).lines[0].at - now) < timedelta(minutes=1)
    (latest,) = listed(ben, "?page_size=1")["results"]
    (next_one,) = listed(ben, f"?cursor={latest['id']}")["results"]
    assert next_one["points"] == 70


def test_what_came_back_was_never_the_receivers(ada, ben) -> None:
    almost_looked_into(ada)
    sends(ada, ben, 100)

    decide_review(customer_id=ada, release=False, why="stolen cards")

    assert (shown(ada), shown(ben)) == ([(False, 100, "returned")], [])


def test_who_was_forgotten_has_no_code_there(ada, ben) -> None:
    sends(ada, ben, 100)
    with db.transaction(owner="rewards"):
        forget_code(ben, region="gb")

    (row,) = listed(ada)["results"]

    assert (row["other"], row["points"]) == ("", 100)
