"""What hurt waits until somebody has looked at it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import OperationalError

from modules.experiments.interface import StopReason
from modules.experiments.models import Experiment
from modules.experiments.services import analysing, trials
from modules.experiments.tests import scenes
from modules.experiments.tests.test_staff import do, staff
from tiffin import clock

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]
FILTERS = "state_name__exact=stopped&stop_reason__exact=guardrail&looked_at__isnull=1"
QUEUE = f"/admin/experiments/experiment/?{FILTERS}"


def hurting() -> Experiment:
    made = scenes.running(scenes.flag())
    trials.stop_experiment(experiment_id=made.id, reason=StopReason.GUARDRAIL, note="orders -9%")
    return made


def waits() -> bool:
    """By the list to which the queue leads."""
    assert re.search(r"looked_at__isnull=1", staff().get("/admin/queues/").content.decode())
    return "orders -9%" in staff().get(QUEUE).content.decode()


@pytest.mark.parametrize(("action", "note"), [("look_at", ""), ("release", "new")])
def test_what_was_looked_at_waits_no_more(action: str, note: str) -> None:
    trial = hurting()
    assert waits()

    do(staff(), "experiment", action, trial, note=note)

    assert not waits()
    assert Experiment.get(trial.id).stop_reason == "guardrail"


def test_what_hurts_again_waits_again() -> None:
    trial = hurting()
    trials.look_at(experiment_id=trial.id)
    trials.start_experiment(experiment_id=trial.id)

    trials.stop_experiment(experiment_id=trial.id, reason=StopReason.GUARDRAIL, note="orders -9%")

    assert waits()


def test_what_has_not_ended_is_not_looked_at() -> None:
    trial = scenes.running(scenes.flag())

    page = do(staff(), "experiment", "look_at", trial)

    assert "has not ended" in page
    assert Experiment.get(trial.id).looked_at is None


def unread() -> bool:
    """By the list to which the queue leads."""
    page = staff().get("/admin/queues/").content.decode()
    link = re.search(r'href="([^"]*read_at__lt[^"]*)"', page)
    assert link
    return "Button" in staff().get(html.unescape(link[1])).content.decode()


def test_one_whose_figures_cannot_be_read_waits_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = scenes.running(scenes.flag(), name="Button")

    def too_long(*given: object) -> None:
        raise OperationalError("canceling statement due to transaction timeout")

    with clock.shift(timedelta(minutes=11)):
        with monkeypatch.context() as troubled:
            troubled.setattr(analysing, "read", too_long)
            assert analysing.analyse_running() == 0
        assert unread()
        assert analysing.analyse_running() == 1
        assert not unread()
        trials.stop_experiment(experiment_id=trial.id)
    with clock.shift(timedelta(hours=1)):
        assert not unread()
