"""Staff pages of subscriptions."""

from modules.subscriptions.admin import catalogue, members

__all__ = ["catalogue", "members"]
