"""How Django loads restaurants."""

from modules.restaurants.interface import Restaurants
from tiffin.modules import ModuleConfig


class RestaurantsConfig(ModuleConfig):
    name = "modules.restaurants"
    label = "restaurants"
    provides = (Restaurants,)
    secrets = ("TIFFIN_VENDOR_KEY",)
