"""Tables of experiments."""

from modules.experiments.models.flags import Catalogue, Flag, Namespace, Rollout
from modules.experiments.models.measured import Analysis, Exposure, Outcome, Recent
from modules.experiments.models.trials import Experiment, Variation

__all__ = [
    "Analysis",
    "Catalogue",
    "Experiment",
    "Exposure",
    "Flag",
    "Namespace",
    "Outcome",
    "Recent",
    "Rollout",
    "Variation",
]
