"""Tables of experiments."""

from modules.experiments.models.flags import Catalogue, Flag, Namespace, Rollout
from modules.experiments.models.measured import Analysis, Exposure, Forgotten, Outcome, Recent
from modules.experiments.models.trials import Experiment, Variation

__all__ = [
    "Analysis",
    "Catalogue",
    "Experiment",
    "Exposure",
    "Flag",
    "Forgotten",
    "Namespace",
    "Outcome",
    "Recent",
    "Rollout",
    "Variation",
]
