"""Rewards on the staff's pages."""

from modules.rewards.admin import earning

__all__ = ["earning"]
