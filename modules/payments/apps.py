"""How Django loads payments."""

from modules.payments.interface import Payments
from tiffin.modules import ModuleConfig
from tiffin.telemetry.metrics import register_gauge_source


class PaymentsConfig(ModuleConfig):
    name = "modules.payments"
    label = "payments"
    provides = (Payments,)
    secrets = ("TIFFIN_NOTICE_KEY", "TIFFIN_BANK_KEY")

    def ready(self) -> None:
        super().ready()
        from modules.payments.selectors import open_mismatches

        register_gauge_source(open_mismatches)
