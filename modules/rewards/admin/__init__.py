"""Rewards on the staff's pages."""

from modules.rewards.admin import books, charity, earning, settling

__all__ = ["books", "charity", "earning", "settling"]
