"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning

__all__ = ["earning"]
