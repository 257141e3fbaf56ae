"""How Django loads analytics."""

from modules.analytics.interface import Analytics
from tiffin.modules import ModuleConfig
from tiffin.telemetry.metrics import register_gauge_source


class AnalyticsConfig(ModuleConfig):
    name = "modules.analytics"
    label = "analytics"
    provides = (Analytics,)

    def ready(self) -> None:
        super().ready()
        from modules.analytics.selectors import gauges
        from modules.analytics.sinks import chosen

        register_gauge_source(gauges)
        chosen()  # a name that is none is said at the start
