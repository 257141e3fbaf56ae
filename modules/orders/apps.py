"""How Django loads orders."""

from modules.orders.interface import Orders
from tiffin.modules import ModuleConfig


class OrdersConfig(ModuleConfig):
    name = "modules.orders"
    label = "orders"
    provides = (Orders,)
