"""How Django loads delivery."""

from modules.delivery.interface import Delivery
from tiffin.modules import ModuleConfig


class DeliveryConfig(ModuleConfig):
    name = "modules.delivery"
    label = "delivery"
    provides = (Delivery,)
