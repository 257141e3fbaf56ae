"""How Django loads experiments."""

from modules.experiments.interface import Experiments
from tiffin.modules import ModuleConfig


class ExperimentsConfig(ModuleConfig):
    name = "modules.experiments"
    label = "experiments"
    provides = (Experiments,)
