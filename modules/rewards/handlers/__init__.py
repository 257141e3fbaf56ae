"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import giving

__all__ = ["giving"]
