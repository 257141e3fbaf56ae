"""Rewards on the staff's pages."""

from modules.rewards.admin import books, earning

__all__ = ["books", "earning"]
