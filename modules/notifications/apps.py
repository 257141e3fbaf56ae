"""How Django loads notifications."""

from tiffin.modules import ModuleConfig


class NotificationsConfig(ModuleConfig):
    name = "modules.notifications"
    label = "notifications"
    secrets = ("TIFFIN_VAPID_PRIVATE_KEY", "TIFFIN_ENDPOINT_KEY")
