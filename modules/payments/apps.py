"""How Django loads payments."""

from modules.payments.interface import Payments
from tiffin.modules import ModuleConfig


class PaymentsConfig(ModuleConfig):
    name = "modules.payments"
    label = "payments"
    provides = (Payments,)
