"""Tables of subscriptions."""

from modules.subscriptions.models.catalogue import Plan, PlanVersion

__all__ = ["Plan", "PlanVersion"]
