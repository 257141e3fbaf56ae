"""How experiments go."""

from __future__ import annotations

from modules.experiments.interface import ExperimentState
from tiffin.states import Machine

# One that was stopped can be begun anew: as another phase, in which everybody is shuffled again.
EXPERIMENT = Machine(
    "An experiment",
    ExperimentState.DRAFT,
    {
        ExperimentState.DRAFT: (ExperimentState.RUNNING, ExperimentState.STOPPED),
        ExperimentState.RUNNING: (ExperimentState.STOPPED,),
        ExperimentState.STOPPED: (ExperimentState.RUNNING,),
    },
)
