"""What experiments does later, and again and again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.experiments.models import Experiment
from modules.experiments.services import analysing, fetching, publishing, tidying, trials
from tiffin.jobs import deadline, every


@deadline("experiment_over")
def experiment_over(experiment_id: UUID) -> None:
    """Its time is over."""
    trials.experiment_over(Experiment.lock(experiment_id))


@every("fetch_definitions", pause=timedelta(seconds=2))
def fetch_definitions() -> None:
    fetching.fetch()


@every("keep_published", pause=timedelta(minutes=1))
def keep_published() -> None:
    publishing.keep_published()


@every("analyse", pause=timedelta(minutes=1), lease=timedelta(minutes=15))
def analyse() -> None:
    analysing.analyse_running()


@every("tidy", pause=timedelta(hours=1))
def tidy() -> None:
    tidying.tidy()
