"""Whoever was erased is named no more, and what is kept no longer goes a part at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from modules.experiments.events import ExposureRecorded
from modules.experiments.models import Exposure, Forgotten, Outcome, Recent
from modules.experiments.services import measuring, tidying, trials
from modules.experiments.services.measuring import Done
from modules.experiments.tests import scenes, test_api
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.models import LogEvent

pytestmark = pytest.mark.database
LONG = timedelta(days=400)


def forget(unit: Any) -> None:
    with db.transaction(owner="experiments"):
        measuring.forget(unit)


def recent(count: int) -> None:
    rows = [Recent(attribute="customer", unit="x", measure="orders", amount=1, at=clock.now())] * count
    for row in rows:
        row.pk = ids.new_id()
        row.save(force_insert=True)


@pytest.mark.usefixtures("process")
def test_a_token_that_is_told_after_its_customer_was_erased_is_let_go() -> None:
    # Given an app that holds a token
    scenes.running(scenes.flag(is_public=True))
    customer = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
    tokens = test_api.ask(customer)["flags"]["shop.colour"]["exposures"]
    # When its customer is erased, and it is told then
    forget(customer.id)
    answer = test_api.tell(*tokens)
    # Then it names them nowhere
    assert (answer.status_code, answer.json()) == (200, {"counted": 0})
    assert not Exposure.objects.exists()
    assert not LogEvent.objects.using("experiments").filter(name=ExposureRecorded.wire).exists()


def test_others_in_a_batch_with_whoever_was_erased_are_written_down() -> None:
    scenes.running(scenes.flag())
    erased, other = ids.new_id(), ids.new_id()
    forget(erased)

    assert scenes.expose([scenes.exposed("new", erased), scenes.exposed("new", other)]) == 1

    assert Exposure.objects.get().unit == str(other)


def test_of_whoever_was_erased_nothing_that_happened_lately_is_kept() -> None:
    scenes.running(scenes.flag())
    erased = ids.new_id()
    forget(erased)

    with db.transaction(owner="experiments"):
        measuring.measure([Done("customer", str(erased), "orders", 1, clock.now())])

    assert not Recent.objects.exists()


def test_who_was_erased_is_remembered_while_tokens_may_be_told() -> None:
    forget(ids.new_id())
    with clock.shift(tidying.LIFE):
        tidying.tidy()
        assert Forgotten.objects.count() == 1

    with clock.shift(tidying.REMEMBERED + timedelta(minutes=1)):
        tidying.tidy()

    assert not Forgotten.objects.exists()


def test_what_has_piled_up_is_let_go_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given more than goes at once of each kind, of an experiment that is over and of one that is not
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    over = scenes.running(scenes.flag())
    scenes.running(scenes.flag("shop.size", "red"), "sizes", ends_at=clock.now() + 2 * LONG)
    units = [ids.new_id() for _ in range(5)]
    for key in ("colours", "sizes"):
        scenes.expose([scenes.exposed("new", unit, key) for unit in units])
    with db.transaction(owner="experiments"):
        measuring.measure([Done("customer", str(unit), "orders", 1, clock.now()) for unit in units])
    trials.stop_experiment(experiment_id=over.id)
    # When more than a year is over
    with clock.shift(LONG):
        tidying.tidy()
    # Then only what still runs is kept
    assert set(Exposure.objects.values_list("experiment", flat=True)) == {"sizes"}
    assert Exposure.objects.count() == Outcome.objects.count() == 5
    assert not Recent.objects.exists()


def test_what_cannot_be_let_go_leaves_the_others_done(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given that exposures go in parts, of which the second takes too long
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    made = scenes.running(scenes.flag())
    scenes.expose([scenes.exposed("new") for _ in range(5)])
    trials.stop_experiment(experiment_id=made.id)
    recent(3)
    once, calls = Outcome.objects.filter, []

    def slow(**asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == 2:
            raise OperationalError("transaction timeout")
        return once(**asked)

    monkeypatch.setattr(Outcome.objects, "filter", slow)
    # When it is tidied, then it says so, and what went before is gone
    with clock.shift(LONG):
        with pytest.raises(OperationalError):
            tidying.tidy()
        assert (Recent.objects.count(), Exposure.objects.count()) == (0, 3)
        # And the rest goes the next time
        tidying.tidy()
        assert not Exposure.objects.exists()
