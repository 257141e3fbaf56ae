"""What staff give and take by hand, and the second person that much needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from modules.rewards.errors import AdjustmentRefused, ReasonMissing
from modules.rewards.interface import InsufficientPoints, Rewards
from modules.rewards.models import Adjustment, Entry, Lot
from modules.rewards.policies import adjusting
from modules.rewards.services import adjust, approve_adjustment, refuse_adjustment
from modules.rewards.states import AdjustmentState
from modules.rewards.tests.auditing import found
from modules.rewards.tests.points import granted
from tiffin import clock, context, ids
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.regions import get
from tiffin.states import StateConflict
from tiffin.testing import settle

pytestmark = pytest.mark.database


class Staff:
    """Somebody at the staff's pages."""

    def __init__(self) -> None:
        self.actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("admin",), regions=(EVERY_REGION,))

    @classmethod
    def like(cls, other: Staff) -> Staff:
        """The same person, somewhere else."""
        staff = cls()
        staff.actor = other.actor
        return staff

    def __enter__(self) -> Staff:
        self._used = context.use(context.Context(actor=self.actor, correlation=ids.new_id()))
        self._used.__enter__()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._used.__exit__(None, None, None)


@pytest.fixture
def ada() -> Staff:
    return Staff()


@pytest.fixture
def ben() -> Staff:
    return Staff()


def gives(points: int, customer_id=None, *, reason: str = "cold soup") -> Adjustment:
    return adjust(customer_id=customer_id or ids.new_id(), region="gb", points=points, reason=reason)


def available(customer_id) -> int:
    return call(Rewards).wallet(customer_id=customer_id).available


def test_little_is_given_at_once_with_a_reason_that_the_customer_reads(database, ada) -> None:
    with ada:
        made = gives(1000)

    assert made.state is AdjustmentState.POSTED
    (line,) = call(Rewards).statement(customer_id=made.customer_id).lines
    assert (line.what, line.change) == ("Given by our staff: cold soup", 1000)
    (lot,) = Lot.objects.filter(customer_id=made.customer_id)
    expires = get("gb").local(lot.expires_at)
    assert (expires.hour, expires.minute) == (0, 0)
    assert timedelta(days=365) <= lot.expires_at - clock.now() <= timedelta(days=366)
    assert not Job.objects.using("rewards").filter(key=made.id).exists()


def test_little_is_taken_from_what_expires_first(database, ada) -> None:
    customer = granted(50, days=5)
    granted(50, customer, days=50)

    with ada:
        gives(-60, customer, reason="given twice")

    assert [lot.available for lot in Lot.objects.filter(customer_id=customer).order_by("expires_at")] == [
        0,
        40,
    ]
    assert call(Rewards).statement(customer_id=customer).lines[0].what == "Taken by our staff: given twice"
    assert found() == []


def test_much_in_small_parts_at_the_same_moment_needs_a_second_person(database, ada) -> None:
    customer = ids.new_id()

    def one(_: int) -> Adjustment:
        try:
            with Staff.like(ada):
                return gives(1000, customer)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as people:
        made = list(people.map(one, range(6)))

    limit = adjusting(get("gb"), clock.now().date()).second_person_above
    alone = [each for each in made if each.state is AdjustmentState.POSTED]
    assert len(alone) == limit // 1000
    assert available(customer) == 1000 * len(alone)


def test_no_more_is_taken_than_there_is(database, ada) -> None:
    customer = granted(50)

    with ada, pytest.raises(InsufficientPoints):
        gives(-51, customer)

    assert available(customer) == 50
    assert Adjustment.objects.count() == 0


def test_much_waits_for_another_person(database, ada, ben) -> None:
    with ada:
        made = gives(1001)
        assert made.state is AdjustmentState.WANTED
        with pytest.raises(AdjustmentRefused, match="somebody else"):
            approve_adjustment(made.id)
        with pytest.raises(AdjustmentRefused, match="somebody else"):
            refuse_adjustment(made.id)
    assert available(made.customer_id) == 0

    with ben:
        approve_adjustment(made.id)

    assert available(made.customer_id) == 1001
    decided = Adjustment.get(made.id)
    assert (decided.asked_by, decided.decided_by) == (ada.actor.id, ben.actor.id)
    assert not Job.objects.using("rewards").filter(key=made.id).exists()


def test_much_in_small_parts_is_much(database, ada, ben) -> None:
    customer = ids.new_id()
    with ada:
        assert gives(600, customer).state is AdjustmentState.POSTED
        assert gives(-300, customer).state is AdjustmentState.POSTED
        assert gives(101, customer).state is AdjustmentState.WANTED
        assert gives(1000).state is AdjustmentState.POSTED  # another customer's
        with clock.shift(timedelta(hours=25)):
            assert gives(600, customer).state is AdjustmentState.POSTED
    with ben:
        assert gives(1000, customer).state is AdjustmentState.POSTED


def test_what_is_decided_stays_decided(database, ada, ben) -> None:
    with ada:
        made = gives(5000)
    with ben:
        refuse_adjustment(made.id)
        with pytest.raises(StateConflict):
            approve_adjustment(made.id)

    assert available(made.customer_id) == 0
    assert Entry.objects.count() == 0


def test_what_cannot_be_taken_when_it_is_agreed_to_waits_on(database, ada, ben) -> None:
    customer = granted(2000)
    with ada:
        made = gives(-1500, customer)
    with ben:
        gives(-1000, customer)
    with ben, pytest.raises(InsufficientPoints):
        approve_adjustment(made.id)

    assert Adjustment.get(made.id).state is AdjustmentState.WANTED
    granted(600, customer)
    with ben:
        approve_adjustment(made.id)
    assert available(customer) == 100


def test_what_nobody_agrees_to_lapses(database, ada, ben) -> None:
    with ada:
        made = gives(5000)

    with clock.shift(timedelta(hours=73)):
        settle()
        with ben, pytest.raises(StateConflict):
            approve_adjustment(made.id)

    assert Adjustment.get(made.id).state is AdjustmentState.LAPSED


@pytest.mark.parametrize("points", [0, 20_001, -20_001])
def test_nothing_or_far_too_much_is_refused(database, ada, points) -> None:
    with ada, pytest.raises(AdjustmentRefused, match="from 1 to 20000"):
        gives(points)


def test_a_reason_and_somebody_who_answers_for_it_are_needed(database, ada) -> None:
    with ada, pytest.raises(ReasonMissing):
        gives(10, reason=" ")
    with pytest.raises(AdjustmentRefused, match="Only staff"):
        gives(10)
