"""What subscriptions does."""

from modules.subscriptions.services.catalogue import add_version, draft_plan, offer_plan, withdraw_plan

__all__ = ["add_version", "draft_plan", "offer_plan", "withdraw_plan"]
