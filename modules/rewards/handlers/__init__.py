"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import standing

__all__ = ["standing"]
