"""How Django loads subscriptions."""

from modules.subscriptions.interface import Subscriptions
from tiffin.modules import ModuleConfig


class SubscriptionsConfig(ModuleConfig):
    name = "modules.subscriptions"
    label = "subscriptions"
    provides = (Subscriptions,)
