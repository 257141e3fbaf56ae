"""What stands behind the interface `Ads`."""

from __future__ import annotations

from modules.ads import services
from modules.ads.interface import Ads, Decision, PageView, Place
from tiffin.interfaces import provides


@provides(Ads)
class AdsProvider(Ads):
    """Each method calls one service or selector."""

    def decide(self, *, view: PageView, places: list[Place]) -> Decision:
        return services.decide(view, places)
