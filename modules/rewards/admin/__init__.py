"""Rewards on the staff's pages."""

from modules.rewards.admin import adjustments, ledger, report, standing

__all__ = ["adjustments", "ledger", "report", "standing"]
