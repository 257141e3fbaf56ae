"""Rewards on the staff's pages."""

from modules.rewards.admin import charity, settling

__all__ = ["charity", "settling"]
