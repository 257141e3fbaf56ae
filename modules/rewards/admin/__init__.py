"""Rewards on the staff's pages."""

from modules.rewards.admin import adjustments, books, charity, earning, ledger, report, settling, standing

__all__ = ["adjustments", "books", "charity", "earning", "ledger", "report", "settling", "standing"]
