"""Staff pages of subscriptions."""

from modules.subscriptions.admin import catalogue, figures, members

__all__ = ["catalogue", "figures", "members"]
