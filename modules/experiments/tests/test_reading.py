"""What figures say, at whatever moment one looks; and what becomes of an experiment that hurts."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy import stats

from modules.experiments.events import ExperimentStopped
from modules.experiments.models import Analysis, Experiment, Exposure, Outcome
from modules.experiments.services import analysing, trials
from modules.experiments.statistics import ALPHA, LEAST, Sums, compare, is_hurt, mismatch
from modules.experiments.tests import scenes
from tiffin import clock, ids
from tiffin.models import LogEvent


def sums(values: list[int]) -> Sums:
    n = len(values)
    return Sums(n, sum(values), sum(each * each for each in values), n, n, sum(values))


def taking_part(made: Experiment, variation: str, amounts: list[int], measure: str = "orders") -> None:
    """So many take part, each with so much of it."""
    exposures = [
        Exposure(
            region="pl",
            experiment=made.key,
            phase=made.phase,
            attribute="customer",
            unit=str(ids.new_id()),
            variation=variation,
            at=clock.now(),
        )
        for _ in amounts
    ]
    Exposure.objects.bulk_create(exposures)
    Outcome.objects.bulk_create(
        [
            Outcome(exposure=exposure, measure=measure, amount=amount)
            for exposure, amount in zip(exposures, amounts, strict=True)
            if amount
        ]
    )


def test_looking_a_hundred_times_finds_nothing_where_there_is_nothing() -> None:
    """Of 400 experiments without any effect, each looked at a hundred times, at most ALPHA find one; an
    ordinary interval of the same figures finds one in many more."""
    random = np.random.default_rng(7)
    looks = np.unique(np.geomspace(LEAST, 20_000, 100).astype(int))
    fooled = ordinarily = 0
    for _ in range(400):
        a, b = random.poisson(1.3, (2, looks[-1]))
        found = usual = False
        for n in looks:
            left, right = (Sums(n, int(x[:n].sum()), int((x[:n] ** 2).sum()), n, n, int(x[:n].sum()))
                           for x in (a, b))  # fmt: skip
            lift = compare(left, right)
            assert lift is not None
            found |= not lift.low <= 0 <= lift.high
            assert (lift.p < ALPHA) == (not lift.low <= 0 <= lift.high)
            spread = np.sqrt((left.variance or 0) + (right.variance or 0))
            usual |= abs((right.mean or 0) - (left.mean or 0)) > 1.96 * spread
        fooled += found
        ordinarily += usual
    assert fooled <= 400 * ALPHA
    assert ordinarily > 400 * 2 * ALPHA


@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_what_is_rare_hurts_nobody_by_chance(rate: float) -> None:
    """Of 300 experiments without any effect, each looked at every 50 participants, hardly any is stopped."""
    random = np.random.default_rng(17)
    stopped = 0
    for _ in range(300):
        a, b = np.cumsum(random.binomial(1, rate, (2, 3_000)), axis=1)
        for n in range(LEAST, 3_001, 50):
            left, right = (Sums(n, int(x[n - 1]), int(x[n - 1]), n, n, int(x[n - 1])) for x in (a, b))
            if is_hurt(left, right, more_is_better=True, tolerance=0, alpha=ALPHA):
                stopped += 1
                break
    assert stopped <= 300 * ALPHA / 2


def test_an_effect_is_found_and_lies_in_its_interval() -> None:
    random = np.random.default_rng(3)
    a, b = random.poisson(1.0, 20_000).tolist(), random.poisson(1.1, 20_000).tolist()

    lift = compare(sums(a), sums(b))

    assert lift is not None
    assert lift.low <= 0.1 <= lift.high
    assert lift.low > 0


def test_the_variance_of_a_ratio_is_that_of_its_repetitions() -> None:
    """Clicks per ad seen, of people who see different numbers of ads: the delta method says what repeating
    the whole experiment shows."""
    random = np.random.default_rng(11)

    def once() -> Sums:
        x = random.poisson(6, 400) + 1
        y = random.binomial(x, random.beta(2, 30, 400))
        return Sums(
            400, *(int(each) for each in (y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum()))
        )

    repeated = [once() for _ in range(600)]
    spread = np.var([each.mean for each in repeated])
    said = np.mean([each.variance for each in repeated])
    assert 0.85 < said / spread < 1.15


@pytest.mark.parametrize(("counts", "weights"), [((5_000, 5_200), (1, 1)), ((480, 1_020, 1_500), (1, 2, 3))])
def test_groups_of_other_sizes_are_as_likely_as_scipy_says(
    counts: tuple[int, ...], weights: tuple[int, ...]
) -> None:
    expected = [sum(counts) * weight / sum(weights) for weight in weights]
    assert mismatch(counts, weights) == pytest.approx(stats.chisquare(counts, expected).pvalue)


def test_a_group_that_should_be_empty_and_is_not_is_a_mismatch() -> None:
    assert mismatch((10, 1), (1, 0)) == 0
    assert mismatch((0, 0), (1, 1)) == 1


def test_too_few_say_nothing() -> None:
    assert compare(sums([1] * (LEAST - 1)), sums([2] * 1_000)) is None
    assert compare(sums([0] * 1_000), sums([2] * 1_000)) is None


@pytest.mark.database
def test_fifty_fifty_that_drifts_is_said() -> None:
    made = scenes.running(scenes.flag())
    taking_part(made, "control", [1] * 1_000)
    taking_part(made, "new", [1] * 1_200)

    reading = analysing.analyse(made.id)

    assert reading.is_mismatched
    assert reading.mismatch < 0.001
    assert reading.counts == {"control": 1_000, "new": 1_200}


@pytest.mark.database
def test_whoever_was_given_both_is_left_out() -> None:
    made = scenes.running(scenes.flag())
    taking_part(made, "control", [1] * 200)
    taking_part(made, "new", [1] * 200)
    Exposure.objects.filter(id__in=Exposure.objects.filter(variation="new")[:40].values("id")).update(
        is_mixed=True
    )

    reading = analysing.read(made)

    assert (reading.counts, reading.mixed) == ({"control": 200, "new": 160}, 40)
    assert [figure.participants for figure in reading.metrics[0].figures] == [200, 160]


@pytest.mark.database
def test_a_guardrail_that_is_surely_hurt_stops_it() -> None:
    made = scenes.running(scenes.flag(value="plain"), metric="spend", guardrails=["cancellations"])
    random = np.random.default_rng(5)
    taking_part(made, "control", random.binomial(1, 0.2, 3_000).tolist(), "cancelled")
    taking_part(made, "new", random.binomial(1, 0.4, 3_000).tolist(), "cancelled")

    analysing.analyse_running()

    stands = Experiment.get(made.id)
    assert (stands.state_name, stands.stop_reason) == ("stopped", "guardrail")
    assert "cancellations" in stands.note
    assert "new" in stands.note
    assert LogEvent.objects.using("experiments").filter(name=ExperimentStopped.wire).count() == 1
    assert analysing.analyse_running() == 0


@pytest.mark.database
@pytest.mark.parametrize("fields", [{"stops_on_harm": False}, {"tolerance": 10_000}, {"guardrails": []}])
def test_what_is_tolerated_or_no_guardrail_stops_nothing(fields: dict[str, object]) -> None:
    wishes = {"metric": "spend", "guardrails": ["cancellations"], **fields}
    made = scenes.running(scenes.flag(), **wishes)
    random = np.random.default_rng(5)
    taking_part(made, "control", random.binomial(1, 0.3, 2_000).tolist(), "cancelled")
    taking_part(made, "new", random.binomial(1, 0.4, 2_000).tolist(), "cancelled")

    analysing.analyse_running()

    assert Experiment.get(made.id).state_name == "running"


@pytest.mark.database
def test_a_holdout_is_never_stopped_by_what_it_keeps_people_from() -> None:
    held = scenes.holdout(5_000)
    Experiment.objects.filter(pk=held.pk).update(guardrails=["cancellations"], metric="spend")
    random = np.random.default_rng(5)
    taking_part(held, "held", random.binomial(1, 0.2, 3_000).tolist(), "cancelled")
    taking_part(held, "free", random.binomial(1, 0.4, 3_000).tolist(), "cancelled")

    reading = analysing.analyse(held.id)

    assert reading.harm is not None
    assert Experiment.get(held.id).state_name == "running"


@pytest.mark.database
def test_amounts_of_different_currencies_are_never_added() -> None:
    made = scenes.running(scenes.flag(), metric="spend")
    taking_part(made, "control", [1_000] * 150, "spend:PLN")
    taking_part(made, "new", [1_000] * 150, "spend:GBP")

    spend = [read for read in analysing.read(made).metrics if read.metric == "spend"]

    zlotys = next(read for read in spend if read.currency == "PLN")
    assert [figure.total for figure in zlotys.figures] == [150_000, 0]
    assert {read.currency for read in spend} >= {"PLN", "GBP"}


@pytest.mark.database
def test_the_last_reading_of_each_hour_stays() -> None:
    made = scenes.running(scenes.flag())
    hour = clock.now().replace(minute=1)
    for minutes in (0, 10, 50, 70, 75):
        with clock.hold(hour + timedelta(minutes=minutes)):
            analysing.analyse(made.id)

    kept = Analysis.objects.order_by("at").values_list("at", flat=True)
    assert [round((at - hour).total_seconds() / 60) for at in kept] == [50, 75]


@pytest.mark.database
def test_a_phase_is_read_for_itself() -> None:
    made = scenes.running(scenes.flag())
    taking_part(made, "control", [1] * 150)
    trials.stop_experiment(experiment_id=made.id)
    trials.start_experiment(experiment_id=made.id)

    assert sum(analysing.read(Experiment.get(made.id)).counts.values()) == 0
