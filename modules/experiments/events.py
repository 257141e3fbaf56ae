"""What experiments tells the others."""

from __future__ import annotations

from datetime import datetime

from modules.experiments.interface import StopReason
from tiffin.log import Event


class DefinitionsChanged(Event, wire="experiments.definitions_changed.v1"):
    """Something about flags or experiments was decided; `Experiments.definitions` says what."""

    revision: int


class ExposureRecorded(Event, wire="experiments.exposure_recorded.v1"):
    """Somebody became part of an experiment. `unit` is an id of the kind `attribute`: a customer's, or a
    browser's."""

    experiment: str
    name: str
    phase: int
    variation: str
    variation_name: str
    attribute: str
    unit: str
    at: datetime


class ExperimentStopped(Event, wire="experiments.experiment_stopped.v1"):
    """Nobody is given anything by it any more."""

    experiment: str
    phase: int
    reason: StopReason
    note: str
