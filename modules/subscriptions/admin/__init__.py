"""Staff pages of subscriptions."""

from modules.subscriptions.admin import catalogue

__all__ = ["catalogue"]
