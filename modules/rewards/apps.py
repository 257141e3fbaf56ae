"""How Django loads rewards."""

from modules.rewards.interface import Rewards
from tiffin.modules import ModuleConfig


class RewardsConfig(ModuleConfig):
    name = "modules.rewards"
    label = "rewards"
    provides = (Rewards,)
