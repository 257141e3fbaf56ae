"""A batch is planned before anything is locked: what others post meanwhile changes what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from modules.rewards.interface import Flow, HoldState
from modules.rewards.models import Entry, Hold, Lot, Refusal
from modules.rewards.selectors import wallets
from modules.rewards.services import posting
from modules.rewards.tests.points import granted, linked, posted, refused, transfer
from tiffin import ids

pytestmark = pytest.mark.database

Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meanwhile]:
    """What another process posts between the looking and the locking of the next batch, which does both."""
    waiting: list[Callable[[], object]] = []
    looked = [0]
    look_ahead = posting.look_ahead

    def elsewhere(do: Callable[[], object]) -> None:
        try:
            do()
        finally:
            connections["rewards"].close()

    def looking(postings):
        found = look_ahead(postings)
        if waiting:
            looked[0] += found is not None
            with ThreadPoolExecutor(1) as pool:
                pool.submit(elsewhere, waiting.pop()).result()
        return found

    somebody = granted(9)  # the programme's accounts are opened by whoever comes first
    posted(transfer(Flow.DONATE, 1, somebody), transfer(Flow.EARN, 1, somebody))
    held = transfer(Flow.HOLD, 1, somebody)
    posted(held, transfer(Flow.POST, 1, somebody, hold_id=held.id))
    linked(transfer(Flow.SEND, 1, somebody), transfer(Flow.RECEIVE, 1, somebody))
    monkeypatch.setattr(posting, "look_ahead", looking)
    yield waiting.append
    assert not waiting
    assert looked == [1]


def available(customer_id):
    return wallets([customer_id])[0].available


def test_what_another_has_spent_is_not_there(meanwhile) -> None:
    customer, bystander = granted(50), granted(50)
    meanwhile(lambda: posted(transfer(Flow.DONATE, 30, customer)))
    greedy, modest = transfer(Flow.DONATE, 40, customer), transfer(Flow.DONATE, 15, customer)
    beside = transfer(Flow.DONATE, 50, bystander)
    (answer,) = refused(greedy, beside, modest)
    assert (answer.transfer_id, answer.code, answer.there) == (greedy.id, "insufficient", 20)
    assert (available(customer), available(bystander)) == (5, 0)
    assert [entry.after for entry in Entry.objects.filter(customer_id=customer).order_by("number")] == [
        50,
        20,
        5,
    ]
    assert refused(greedy) == (answer,)


def test_what_another_has_earned_may_be_spent(meanwhile) -> None:
    customer = granted(50)
    meanwhile(lambda: granted(50, customer, days=3))
    posted(transfer(Flow.DONATE, 70, customer))
    left = Lot.objects.filter(customer_id=customer).order_by("expires_at").values_list("available", flat=True)
    assert list(left) == [0, 30]  # what expires first is spent first, though it came meanwhile
    assert available(customer) == 30


def test_whoever_is_linked_with_somebody_changed_is_planned_again(meanwhile) -> None:
    first, second, third = granted(50), ids.new_id(), ids.new_id()
    for each in (second, third):
        granted(1, each)
    meanwhile(lambda: posted(transfer(Flow.DONATE, 30, first)))
    passed_on = (transfer(Flow.SEND, 40, first), transfer(Flow.RECEIVE, 40, second))
    and_again = (transfer(Flow.SEND, 41, second), transfer(Flow.RECEIVE, 41, third))
    answer = posting.post_many([posting.Posting(transfers=passed_on), posting.Posting(transfers=and_again)])
    assert {each.transfer_id: each.there for each in answer.refused} == {
        passed_on[0].id: 20,
        and_again[0].id: 1,
    }
    assert [available(each) for each in (first, second, third)] == [20, 1, 1]


def test_a_hold_that_another_has_spent_ends_once(meanwhile) -> None:
    customer = granted(50)
    held = transfer(Flow.HOLD, 20, customer)
    posted(held)
    meanwhile(lambda: posted(transfer(Flow.POST, 20, customer, hold_id=held.id)))
    beside = transfer(Flow.DONATE, 5, customer)
    (answer,) = refused(beside, transfer(Flow.RELEASE, 20, customer, hold_id=held.id))
    assert answer.code == "hold_ended"
    assert (Hold.objects.get(id=held.id).state, available(customer)) == (HoldState.POSTED, 25)


def test_a_pending_lot_that_another_has_taken_back_is_not_there(meanwhile) -> None:
    customer = granted(1)
    earn = transfer(Flow.EARN, 30, customer)
    posted(earn)
    meanwhile(lambda: posted(transfer(Flow.UNEARN, 20, customer, lot_id=earn.id)))
    (answer,) = refused(transfer(Flow.UNEARN, 25, customer, lot_id=earn.id))
    assert (answer.code, answer.there) == ("insufficient", 10)
    assert wallets([customer])[0].pending == 10


def test_the_same_asked_twice_at_a_time_happens_once(meanwhile) -> None:
    customer = granted(1)
    earn, spend = transfer(Flow.EARN, 30, customer), transfer(Flow.DONATE, 1, customer)
    meanwhile(lambda: posted(earn, spend))
    posted(earn, spend)
    assert (wallets([customer])[0].pending, available(customer)) == (30, 0)


def test_what_is_refused_at_a_time_with_another_is_answered_the_same(meanwhile) -> None:
    customer = granted(10)
    greedy, answers = transfer(Flow.DONATE, 11, customer), []
    meanwhile(lambda: answers.append(refused(greedy)))
    assert refused(greedy) == answers[0] != ()


def test_what_is_refused_ahead_and_happened_meanwhile_is_answered_as_it_happened(meanwhile) -> None:
    customer = granted(1)
    earn = transfer(Flow.EARN, 30, customer)
    confirm = transfer(Flow.CONFIRM, 30, customer, lot_id=earn.id)
    meanwhile(lambda: posted(earn, confirm))
    posted(confirm)
    assert available(customer) == 31
    assert not Refusal.objects.exists()


def test_an_id_that_two_transfers_have_is_the_first_ones_though_the_other_is_planned_again(meanwhile) -> None:
    first, second = granted(1), granted(1)
    one = transfer(Flow.EARN, 30, first)
    other = transfer(Flow.EARN, 30, second, id=one.id, expires_at=one.expires_at)
    meanwhile(lambda: granted(5, second))
    (answer,) = refused(one, other)
    assert answer.code == "transfer_differs"
    assert [wallets([each])[0].pending for each in (first, second)] == [30, 0]
