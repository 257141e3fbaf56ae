"""Who takes part is written down once, and what they do is counted from then on."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connections

from modules.experiments.events import ExposureRecorded
from modules.experiments.models import Exposure, Outcome
from modules.experiments.services import measuring, publishing, trials
from modules.experiments.services.measuring import Done
from modules.experiments.tests import scenes
from tiffin import clock, db, ids
from tiffin.models import LogEvent

pytestmark = pytest.mark.database


def events() -> int:
    return LogEvent.objects.using("experiments").filter(name=ExposureRecorded.wire).count()


def measure(*done: Done) -> None:
    with db.transaction(owner="experiments"):
        measuring.measure(done)


def amounts(unit: UUID) -> dict[str, int]:
    rows = Outcome.objects.filter(exposure__unit=str(unit))
    return dict(rows.values_list("measure", "amount"))


def test_told_by_many_at_once_everybody_is_written_down_and_told_on_once() -> None:
    scenes.running(scenes.flag())
    told = [scenes.exposed("control") for _ in range(30)]
    counted: list[int] = []
    together = Barrier(4)

    def tell() -> None:
        together.wait()
        counted.append(scenes.expose(told))
        connections.close_all()

    threads = [Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counted) == Exposure.objects.count() == events() == 30


def test_whoever_was_given_two_variations_is_mixed() -> None:
    scenes.running(scenes.flag())
    somebody, other = ids.new_id(), ids.new_id()
    scenes.expose([scenes.exposed("control", somebody), scenes.exposed("control", other)])

    assert scenes.expose([scenes.exposed("new", somebody), scenes.exposed("control", other)]) == 0

    found = dict(Exposure.objects.values_list("unit", "is_mixed"))
    assert found == {str(somebody): True, str(other): False}


def test_two_variations_in_one_batch_are_mixed_too() -> None:
    scenes.running(scenes.flag())
    somebody = ids.new_id()

    assert scenes.expose([scenes.exposed("control", somebody), scenes.exposed("new", somebody)]) == 1

    assert Exposure.objects.get().is_mixed


def test_what_is_said_of_nothing_is_passed_over() -> None:
    scenes.running(scenes.flag())
    nothing = [
        scenes.exposed("control", experiment="other"),
        scenes.exposed("other"),
        scenes.exposed("control", phase=1),
    ]

    assert scenes.expose([*nothing, scenes.exposed("control")]) == 1


def test_part_in_an_experiment_of_a_server_is_written_down_too() -> None:
    rule = {"key": "remote", "variations": [1, 2], "meta": [{"key": "0"}, {"key": "1"}], "bucketVersion": 2}
    publishing.put_remote({"features": {"f": {"defaultValue": 1, "rules": [rule]}}})

    assert scenes.expose([scenes.exposed("1", experiment="remote", phase=2)]) == 1


def test_what_somebody_does_counts_from_their_first_part_on() -> None:
    scenes.running(scenes.flag())
    somebody, now = ids.new_id(), clock.now()
    measure(Done("customer", str(somebody), "orders", 1, now))
    scenes.expose([scenes.exposed("new", somebody)])
    later = clock.now() + timedelta(seconds=1)

    measure(
        Done("customer", str(somebody), "orders", 1, now - timedelta(hours=1)),
        Done("customer", str(somebody), "orders", 1, later),
        Done("customer", str(somebody), "spend:PLN", 4_200, later),
        Done("customer", str(ids.new_id()), "orders", 1, later),
    )
    measure(Done("customer", str(somebody), "orders", 1, later))

    assert amounts(somebody) == {"orders": 2, "spend:PLN": 4_200}


def test_what_happened_before_the_exposure_was_told_counts_too_and_once() -> None:
    """Exposures are told half a second later: what they saw by then is counted when they come."""
    scenes.running(scenes.flag())
    somebody = ids.new_id()
    told = scenes.exposed("new", somebody)
    early = Done("customer", str(somebody), "ads_shown", 3, told.at - timedelta(seconds=1))
    measure(early, Done("customer", str(somebody), "ads_shown", 5, told.at + timedelta(milliseconds=200)))

    scenes.expose([told])
    scenes.expose([told])
    measure(Done("customer", str(somebody), "ads_shown", 1, told.at + timedelta(seconds=1)))

    assert amounts(somebody) == {"ads_shown": 6}


def test_a_browser_that_has_a_customers_number_is_somebody_else() -> None:
    scenes.running(scenes.flag())
    somebody = ids.new_id()
    scenes.expose([scenes.exposed("new", somebody)])

    measure(Done("device", str(somebody), "ads_shown", 1, clock.now()))

    assert amounts(somebody) == {}


def test_what_is_too_long_to_be_kept_keeps_no_others() -> None:
    rule = {"key": "k" * 81, "variations": [1, 2], "meta": [{"key": "0"}, {"key": "1"}]}
    publishing.put_remote({"features": {"f": {"defaultValue": 1, "rules": [rule]}}})
    scenes.running(scenes.flag())

    assert scenes.expose([scenes.exposed("1", experiment="k" * 81), scenes.exposed("new")]) == 1


def test_after_the_end_nothing_is_counted() -> None:
    made = scenes.running(scenes.flag())
    somebody = ids.new_id()
    scenes.expose([scenes.exposed("new", somebody)])
    trials.stop_experiment(experiment_id=made.id)

    measure(Done("customer", str(somebody), "orders", 1, clock.now()))

    assert amounts(somebody) == {}


def test_of_whoever_is_erased_nobody_can_tell_and_the_figures_stay() -> None:
    scenes.running(scenes.flag())
    somebody = ids.new_id()
    scenes.expose([scenes.exposed("new", somebody)])
    measure(Done("customer", str(somebody), "orders", 1, clock.now()))

    with db.transaction(owner="experiments"):
        measuring.forget(somebody)

    assert not Exposure.objects.filter(unit=str(somebody)).exists()
    assert Outcome.objects.get().amount == 1
