"""Experiments from draft to end: who takes part, beside whom, and what is published of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from modules.experiments.errors import ExperimentRefused
from modules.experiments.kinds import FlagKind
from modules.experiments.models import Catalogue, Experiment, Exposure, Flag, Namespace, Rollout
from modules.experiments.policies import Exclusion
from modules.experiments.services import flags, publishing, trials
from modules.experiments.tests import scenes
from tiffin import clock
from tiffin.states import StateConflict
from tiffin.testing.settling import settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]


def test_a_draft_gives_nobody_anything_and_a_running_one_does() -> None:
    made = scenes.experiment(scenes.flag(value="plain"))
    assert set(scenes.colours(scenes.people(20)).values()) == {"plain"}

    trials.start_experiment(experiment_id=made.id)
    assert set(scenes.colours(scenes.people(40)).values()) == {"red", "green"}

    trials.stop_experiment(experiment_id=made.id, note="enough")
    assert set(scenes.colours(scenes.people(20)).values()) == {"plain"}
    stands = Experiment.get(made.id)
    assert (stands.stop_reason, stands.note) == ("staff", "enough")
    with pytest.raises(StateConflict):
        trials.stop_experiment(experiment_id=made.id)


def test_each_change_is_a_revision_and_nothing_is_none() -> None:
    made = scenes.flag()
    first = Catalogue.objects.get().revision
    flags.keep_flag(made)
    assert Catalogue.objects.get().revision == first

    flags.switch_flag(flag_id=made.id, on=False)

    assert Catalogue.objects.get().revision == first
    made.value, made.is_on = "green", False
    flags.keep_flag(made)
    assert Catalogue.objects.get().revision == first + 1
    assert scenes.colour() == "green"


def test_a_flag_that_is_off_has_its_value_whatever_experiments_say() -> None:
    made = scenes.flag(value="plain")
    scenes.running(made)

    flags.switch_flag(flag_id=made.id, on=False)
    assert set(scenes.colours(scenes.people(30)).values()) == {"plain"}

    flags.switch_flag(flag_id=made.id, on=True)
    assert set(scenes.colours(scenes.people(40)).values()) == {"red", "green"}


def test_a_region_that_is_excluded_takes_no_part() -> None:
    scenes.running(scenes.flag(value="plain"), excluded_regions=["gb"])

    assert set(scenes.colours(scenes.people(40), "gb").values()) == {"plain"}
    assert set(scenes.colours(scenes.people(40), "pl").values()) == {"red", "green"}


def test_a_region_whose_rows_exclude_a_flag_takes_no_part_in_experiments_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = {"gb": [Exclusion(prefix="nowhere.", why="Not here.")]}
    monkeypatch.setattr(publishing, "exclusions", lambda region, on: rows.get(region.code, []))
    scenes.running(scenes.flag(value="plain"))
    scenes.running(scenes.flag("nowhere.colour", "plain"), "nowhere")

    published = Catalogue.objects.get().payload["features"]

    assert published["nowhere.colour"]["rules"][0]["condition"] == {"region": {"$nin": ["gb"]}}
    assert "condition" not in published["shop.colour"]["rules"][0]


def test_a_condition_and_a_region_are_both_asked() -> None:
    scenes.running(scenes.flag(value="plain"), regions=["pl"], condition={"platform": "ios"})

    def given(region: str, platform: str) -> set[str]:
        return {scenes.colour(region=region, more={"platform": platform}) for _ in range(20)}

    assert given("pl", "ios") == {"red", "green"}
    assert given("pl", "web") == given("gb", "ios") == {"plain"}


def test_experiments_in_one_namespace_never_meet() -> None:
    checkout = Namespace(key="checkout")
    flags.keep_namespace(checkout)
    scenes.running(scenes.flag(value="plain"), namespace=checkout, from_place=0, to_place=5_000)
    other = scenes.flag("shop.size", "plain")
    second = scenes.experiment(other, "sizes", namespace=checkout, from_place=4_999, to_place=10_000)
    devices = scenes.experiment(
        other, "browsers", namespace=checkout, from_place=5_000, unit_name="device", metric="ad_clicks"
    )
    with pytest.raises(ExperimentRefused, match="goes by customer"):
        trials.start_experiment(experiment_id=devices.id)
    with pytest.raises(ExperimentRefused, match="colours has the places 0 to 5000"):
        trials.start_experiment(experiment_id=second.id)

    scenes.change(second, from_place=5_000)
    trials.start_experiment(experiment_id=second.id)

    people = scenes.people(60)
    scenes.colours(people)
    size = scenes.kernel.declare("shop.size", default="plain", says="how large")
    for id in people:
        scenes.kernel.of(scenes.Subject(region="pl", customer_id=id)).read(size)
    scenes.kernel.flush()
    parts = [set(Exposure.objects.filter(experiment=key).values_list("unit")) for key in ("colours", "sizes")]
    assert parts[0]
    assert parts[1]
    assert not parts[0] & parts[1]
    assert len(parts[0] | parts[1]) == 60


def test_whoever_is_held_out_has_what_there_was_and_both_are_counted() -> None:
    held = scenes.holdout(3_000)
    made = scenes.flag(value="plain", holdout=held)
    scenes.running(made)
    given = scenes.colours(scenes.people(120))

    counted = dict(Exposure.objects.filter(experiment="nobody_new").values_list("unit", "variation"))
    for id, colour in given.items():
        assert (counted[str(id)] == "held") == (colour == "plain")
    assert len(counted) == 120
    assert 10 < list(counted.values()).count("held") < 65
    assert Exposure.objects.filter(experiment="colours").count() == list(counted.values()).count("free")


def test_a_released_variation_is_everybodys_until_it_is_switched_off() -> None:
    made = scenes.running(scenes.flag(value="plain"))

    rollout = trials.release(experiment_id=made.id, variation="new")
    assert set(scenes.colours(scenes.people(20)).values()) == {"green"}
    assert Experiment.get(made.id).note == "released new"

    flags.switch_rollout(rollout_id=rollout.id, on=False)
    assert set(scenes.colours(scenes.people(20)).values()) == {"plain"}


def test_what_is_released_later_goes_before_what_was_and_where_it_was_tried() -> None:
    made = scenes.flag(value="plain")
    for key, chosen in (("first", "control"), ("second", "new")):
        trial = scenes.running(made, key, excluded_regions=["gb"])
        trials.release(experiment_id=trial.id, variation=chosen)

    assert scenes.colour() == "green"
    assert scenes.colour(region="gb") == "plain"


def test_where_a_flag_is_excluded_nobody_is_held_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"gb": [Exclusion(prefix="shop.", why="Not here.")]}
    monkeypatch.setattr(publishing, "exclusions", lambda region, on: rows.get(region.code, []))
    made = scenes.flag(value="plain", holdout=scenes.holdout(5_000))
    flags.keep_rollout(Rollout(flag=made, value="green"))

    assert set(scenes.colours(scenes.people(30), "gb").values()) == {"green"}
    assert set(scenes.colours(scenes.people(40), "pl").values()) == {"plain", "green"}


def test_a_variation_that_there_is_not_is_not_released() -> None:
    made = scenes.running(scenes.flag())
    with pytest.raises(ExperimentRefused):
        trials.release(experiment_id=made.id, variation="other")


def test_a_rollout_is_for_a_share_that_only_grows() -> None:
    made = scenes.flag(value="plain")
    rollout = Rollout(flag=made, value="green", share=3_000)
    flags.keep_rollout(rollout)
    people = scenes.people(100)
    some = {id for id, colour in scenes.colours(people).items() if colour == "green"}
    assert 10 < len(some) < 55

    rollout.share = 6_000
    flags.keep_rollout(rollout)

    more = {id for id, colour in scenes.colours(people).items() if colour == "green"}
    assert some < more


def test_it_ends_when_its_time_is_over() -> None:
    made = scenes.running(scenes.flag(value="plain"), ends_at=clock.now() + timedelta(days=3))

    with clock.shift(timedelta(days=3, minutes=1)):
        settle()

        assert Experiment.get(made.id).stop_reason == "time"
        assert scenes.colour() == "plain"


def test_begun_anew_everybody_is_shuffled_and_counted_again() -> None:
    made = scenes.running(scenes.flag())
    people = scenes.people(60)
    first = scenes.colours(people)
    trials.stop_experiment(experiment_id=made.id)

    trials.start_experiment(experiment_id=made.id)

    second = scenes.colours(people)
    moved = sum(first[id] != second[id] for id in people)
    assert 10 < moved < 50
    assert Exposure.objects.filter(phase=1).count() == Exposure.objects.filter(phase=0).count() == 60


def test_what_has_begun_stays_the_same_experiment() -> None:
    made = scenes.running(scenes.flag())
    for fields in (
        {"unit_name": "device", "metric": "ad_clicks"},
        {"metric": "spend"},
        {"regions": ["pl"]},
        {"condition": {"platform": "ios"}},
        {"variations": scenes.variations(5_000, 5_000, values=("red", "blue"))},
    ):
        with pytest.raises(ExperimentRefused):
            scenes.change(made, **fields)
    scenes.change(made, name="Other")
    assert not Experiment.get(made.id).buckets_changed


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("variations", {"variations": scenes.variations(5_000, 4_999)}),
        ("variations", {"variations": scenes.variations(10_000)}),
        ("variations", {"variations": scenes.variations(5_000, 5_000, values=("red", 3))}),
        ("variations", {"variations": [{"key": "control"}]}),
        ("regions", {"regions": ["atlantis"]}),
        ("to_place", {"from_place": 5, "to_place": 5}),
        ("guardrails", {"metric": "orders", "guardrails": ["orders"]}),
        ("condition", {"condition": ["ios"]}),
        ("share", {"variations": scenes.variations(50, 9_950), "share": 100}),
        ("metric", {"unit_name": "device"}),
        ("metric", {"unit_name": "device", "metric": "ad_clicks", "guardrails": ["refunds"]}),
    ],
)
def test_what_makes_no_experiment_is_refused_beside_its_field(field: str, fields: dict[str, Any]) -> None:
    made = scenes.flag()
    with pytest.raises(ValidationError) as refused:
        scenes.experiment(made, **fields)
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("kind", "value"),
    [(FlagKind.SWITCH, 1), (FlagKind.NUMBER, True), (FlagKind.NUMBER, 1.5), (FlagKind.TEXT, 1)],
)
def test_a_value_of_another_kind_is_refused(kind: FlagKind, value: object) -> None:
    with pytest.raises(ValidationError):
        scenes.flag(value=value, kind=kind)


def test_a_flag_keeps_its_key_and_kind() -> None:
    made = scenes.flag()
    made.key = "shop.other"
    with pytest.raises(ValidationError):
        flags.keep_flag(made)


def test_a_value_that_the_code_does_not_take_is_refused_and_those_it_takes_are_named() -> None:
    # Given code that takes two sizes, and code that takes any number
    scenes.kernel.declare("shop.width", default="wide", allowed=("wide", "slim"), says="how wide")
    scenes.kernel.declare("shop.rows", default=3, says="how many")
    width = scenes.flag("shop.width", "slim")
    # When staff say anything else, for all, in a rollout or an experiment; or make it of another kind
    width.value = "tall"
    said = 'The code that reads shop.width takes "wide", "slim".'
    rows = Flag(key="shop.rows", kind_name="text", value="four")
    refusals = [
        ("value", said, lambda: flags.keep_flag(width)),
        ("value", said, lambda: flags.keep_rollout(Rollout(flag=width, value="tall"))),
        ("variations", said, lambda: scenes.experiment(width, variations=scenes.variations(5_000, 5_000))),
        ("value", "The code that reads shop.rows takes any whole number.", lambda: flags.keep_flag(rows)),
    ]
    # Then it is refused beside its field
    for field, sentence, ask in refusals:
        with pytest.raises(ValidationError) as refused:
            ask()
        assert refused.value.message_dict[field] == [sentence]
