"""Rewards on the staff's pages."""

from modules.rewards.admin import books

__all__ = ["books"]
