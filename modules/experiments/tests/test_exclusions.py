"""Where a region's rows exclude a flag nobody takes part: from their day on, and what is released neither."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from modules.experiments import jobs
from modules.experiments.errors import ExperimentRefused
from modules.experiments.events import DefinitionsChanged
from modules.experiments.models import Catalogue
from modules.experiments.policies import Exclusion
from modules.experiments.services import publishing, trials
from modules.experiments.tests import scenes
from modules.experiments.tests.test_staff import staff
from tiffin import clock, regions
from tiffin.models import LogEvent
from tiffin.regions import Region

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("process")]
GB = Exclusion(prefix="shop.", why="Prices are the same for all here.")


def says(monkeypatch: pytest.MonkeyPatch, *codes: str, since: date = date.min) -> None:
    """A deploy with rows of these regions, in force since then."""

    def rows(region: Region, on: date) -> list[Exclusion]:
        return [GB] if region.code in codes and since <= on else []

    monkeypatch.setattr(publishing, "exclusions", rows)


def given(region: str) -> set[str]:
    return set(scenes.colours(scenes.people(40), region).values())


def told() -> int:
    return LogEvent.objects.using("experiments").filter(name=DefinitionsChanged.wire).count()


def test_a_row_holds_from_its_day_on_though_nobody_decides_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a row that holds in two days
    today = regions.get("gb").local(clock.now()).date()
    says(monkeypatch, "gb", since=today + timedelta(days=2))
    scenes.running(scenes.flag(value="plain"))
    jobs.keep_published()
    assert given("gb") == {"red", "green"}
    # When they are over
    with clock.shift(timedelta(days=2)):
        jobs.keep_published()
        # Then nobody takes part there
        assert given("gb") == {"plain"}
        assert given("pl") == {"red", "green"}


def test_a_row_that_came_with_a_deploy_holds_at_once_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenes.running(scenes.flag(value="plain"))
    before, revision = told(), Catalogue.objects.get().revision
    jobs.keep_published()
    assert (told(), Catalogue.objects.get().revision) == (before, revision)

    says(monkeypatch, "gb")
    for _ in range(3):
        jobs.keep_published()

    assert (told(), Catalogue.objects.get().revision) == (before + 1, revision + 1)
    assert given("gb") == {"plain"}


def test_where_nobody_has_decided_anything_nothing_is_published() -> None:
    jobs.keep_published()

    assert told() == 0


def test_what_is_released_stays_away_from_where_it_was_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "gb")
    made = scenes.running(scenes.flag(value="plain"))

    rollout = trials.release(experiment_id=made.id, variation="new")

    assert "gb" not in rollout.regions
    assert (given("gb"), given("pl")) == ({"plain"}, {"green"})


@pytest.mark.parametrize("terms", [{"regions": ["gb"]}, {"regions": ["pl"], "excluded_regions": ["pl"]}])
def test_what_was_tried_nowhere_is_released_nowhere(
    monkeypatch: pytest.MonkeyPatch, terms: dict[str, Any]
) -> None:
    says(monkeypatch, "gb")
    made = scenes.running(scenes.flag(value="plain"), **terms)

    with pytest.raises(ExperimentRefused, match="nobody to release it to"):
        trials.release(experiment_id=made.id, variation="new")

    assert given("gb") == given("us_ny") == {"plain"}


def test_staff_read_where_a_flag_is_excluded_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, made = staff(), scenes.running(scenes.flag(value="plain"))
    page = f"/admin/experiments/experiment/{made.pk}/change/"
    assert GB.why not in desk.get(page).content.decode()

    says(monkeypatch, "gb")

    assert f"gb: {GB.why}" in desk.get(page).content.decode()
