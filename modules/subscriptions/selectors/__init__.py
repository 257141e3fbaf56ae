"""What subscriptions knows."""

from modules.subscriptions.selectors.catalogue import plans

__all__ = ["plans"]
