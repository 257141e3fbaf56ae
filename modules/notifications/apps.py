"""How Django loads notifications."""

from modules.notifications.interface import Notifications
from tiffin.modules import ModuleConfig


class NotificationsConfig(ModuleConfig):
    name = "modules.notifications"
    label = "notifications"
    provides = (Notifications,)
    secrets = ("TIFFIN_VAPID_PRIVATE_KEY", "TIFFIN_ENDPOINT_KEY")
