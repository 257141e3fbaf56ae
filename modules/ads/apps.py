"""How Django loads ads."""

from modules.ads.interface import Ads
from tiffin.modules import ModuleConfig


class AdsConfig(ModuleConfig):
    name = "modules.ads"
    label = "ads"
    provides = (Ads,)
