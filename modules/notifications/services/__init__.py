"""What notifications does: one verb a use case."""

from modules.notifications.services.endpoints import (
    add_browser,
    add_webhook,
    remove_browser,
    remove_webhook,
)
from modules.notifications.services.forgetting import forget_customer, forget_messages
from modules.notifications.services.preferring import prefer, unsubscribe
from modules.notifications.services.sending import TAKEN_FOR, send_again, send_due
from modules.notifications.services.telling import Told, tell

__all__ = [
    "TAKEN_FOR",
    "Told",
    "add_browser",
    "add_webhook",
    "forget_customer",
    "forget_messages",
    "prefer",
    "remove_browser",
    "remove_webhook",
    "send_again",
    "send_due",
    "tell",
    "unsubscribe",
]
