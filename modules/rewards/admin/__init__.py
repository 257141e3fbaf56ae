"""Rewards on the staff's pages."""

from modules.rewards.admin import adjustments, books, ledger, report, standing

__all__ = ["adjustments", "books", "ledger", "report", "standing"]
